/** Which of the user's plugins has the word: where the process ends in the middle of it, nobody else could tell why. */

export interface RunningPlugin {
  readonly plugin: string;
  /** Its module. */
  readonly file: string;
  /** The extension point, or what is asked of the module beforehand. */
  readonly point: string;
}

/** What is asked of a module before anything runs. */
export const IMPORT = "import";
export const FACTORY = "its default export";
export const EVENTS = "eventsToRegister";
const BEFORE_RUN: ReadonlySet<string> = new Set([IMPORT, FACTORY, EVENTS]);

export function isAskedBeforeRun({ point }: RunningPlugin): boolean {
  return BEFORE_RUN.has(point);
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
