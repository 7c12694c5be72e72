/** Writes what the simulator did beside the recording's name, for a judge outside. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Observed } from "./case.js";

export function dumpTimeline(folder: string, name: string, { transitions, events, actionResults, drain }: Observed): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ transitions, events, actionResults, drain })}\n`);
}
