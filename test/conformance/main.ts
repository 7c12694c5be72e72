/**
 * The conformance runner: every golden case under a folder against what the simulator decides.
 *
 * What a case is, is told by its file's name and format fields, never by where the folder is. Prints `KIND passed/total` a line.
 * Exit code 0 when all pass, 1 when one fails or there is none, 2 for bad usage.
 */
import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { findCases } from "./cases.js";
import { checkerOf } from "./registry.js";

interface Tally {
  passed: number;
  total: number;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { show: { type: "string", default: "0" }, dump: { type: "string" } },
  });
  const show = Number(values.show);
  if (positionals.length === 0 || !Number.isInteger(show) || show < 0) throw new UsageError("conformance DIR... [--show N] [--dump OUTDIR]");

  const tallies = new Map<string, Tally>();
  let shown = 0;
  for (const folder of positionals) {
    if (!statSync(folder, { throwIfNoEntry: false })) throw new UsageError(`no such file or folder: ${folder}`);
    for (const { kind, name, body } of findCases(folder)) {
      const tally = tallies.get(kind) ?? { passed: 0, total: 0 };
      tallies.set(kind, tally);
      tally.total++;
      const differences = await differencesOf(kind, body, values.dump);
      if (differences.length === 0) tally.passed++;
      else if (shown < show) {
        shown++;
        process.stdout.write(`${name}\n${differences.map((difference) => `  ${difference}\n`).join("")}`);
      }
    }
  }
  for (const [kind, { passed, total }] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) process.stdout.write(`${kind} ${passed}/${total}\n`);
  if (tallies.size === 0) process.stdout.write("no golden cases found\n");
  return tallies.size > 0 && [...tallies.values()].every(({ passed, total }) => passed === total) ? 0 : 1;
}

async function differencesOf(kind: string, body: unknown, dump: string | undefined): Promise<readonly string[]> {
  const check = await checkerOf(kind);
  if (check === undefined) return [`nothing checks cases of kind ${kind} yet`];
  try {
    return await check(body, dump);
  } catch (error) {
    return [`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

class UsageError extends Error {}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
