/** A progress bar on stderr for long runs, on a terminal only. */
import { SingleBar } from "cli-progress";
import { SECOND, type SimTime } from "../engine/simulation.js";

export interface Progress {
  update(now: SimTime, pods: number, events: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** A run shorter than this shows no bar: it would only flicker. */
const QUIET_MILLISECONDS = 500;

export function progressBar(until: SimTime, quiet: boolean): Progress {
  if (quiet || !process.stderr.isTTY) return SILENT;
  const began = Date.now();
  let bar: SingleBar | undefined;
  return {
    update(now, pods, events) {
      const elapsed = Date.now() - began;
      if (elapsed < QUIET_MILLISECONDS) return;
      if (bar === undefined) {
        bar = new SingleBar({
          format: "{bar} {percentage}%  simulated {value}/{total} s  {pods} pods  {rate} events/s",
          clearOnComplete: true,
          hideCursor: true,
          stream: process.stderr,
        });
        bar.start(Math.round(until / SECOND), 0, { pods: 0, rate: 0 });
      }
      bar.update(Math.round(now / SECOND), { pods, rate: Math.round((events * 1000) / elapsed).toLocaleString("en") });
    },
    stop() {
      bar?.stop();
    },
  };
}
