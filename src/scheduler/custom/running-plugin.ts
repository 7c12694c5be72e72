/** Which of the user's plugins has the word: where the process ends in the middle of it, nobody else could tell why. */

export interface RunningPlugin {
  readonly plugin: string;
  /** Its module. */
  readonly file: string;
  /** The extension point, or what is asked of the module beforehand. */
  readonly point: string;
}

let running: RunningPlugin | undefined;

/** The plugin that is asked at the moment; undefined where none is. */
export function runningPlugin(): RunningPlugin | undefined {
  return running;
}

/** Gives the word to a plugin, or back to who had it before. Returns who that is. */
export function giveWordTo(next: RunningPlugin | undefined): RunningPlugin | undefined {
  const before = running;
  running = next;
  return before;
}

let isGuarded = false;

/** Has process.exit throw while a plugin has the word: it must not end the simulator with whatever code, and without a word. */
export function guardProcessExit(): void {
  if (isGuarded) return;
  isGuarded = true;
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (running !== undefined) throw new Error("called process.exit");
    return exit(code);
  };
}
