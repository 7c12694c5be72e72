/**
 * The conformance runner: every golden case under a folder against what the simulator decides.
 *
 * What a case is, is told by its file's name and format fields, never by where the folder is. Prints `KIND passed/total` a line.
 * Exit code 0 when all pass, 1 when one fails or there is none, 2 for bad usage.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { findCases } from "./cases.js";
import { checkerOf, remarkOf } from "./registry.js";

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
  if (positionals.length === 0 || !Number.isInteger(show) || show < 0)
    throw new UsageError("conformance DIR... [--show N] [--dump OUTDIR]");

  if (values.dump !== undefined) prepareDump(values.dump);

  const tallies = new Map<string, Tally>();
  const failed: string[] = [];
  let shown = 0;
  for (const folder of positionals) {
    if (!statSync(folder, { throwIfNoEntry: false })) throw new UsageError(`no such file or folder: ${folder}`);
    for (const { kind, name, body } of findCases(folder)) {
      const tally = tallies.get(kind) ?? { passed: 0, total: 0 };
      tallies.set(kind, tally);
      tally.total++;
      const differences = await differencesOf(kind, body, values.dump);
      if (differences.length === 0) {
        tally.passed++;
        continue;
      }
      failed.push(`${kind} ${name}`);
      if (shown < show) {
        shown++;
        process.stdout.write(`${name}\n${differences.map((difference) => `  ${difference}\n`).join("")}`);
      }
    }
  }
  for (const [kind, { passed, total }] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${kind} ${passed}/${total}\n`);
  for (const kind of tallies.keys()) {
    const remark = await remarkOf(kind);
    if (remark !== undefined) process.stderr.write(`${kind}: ${remark}\n`);
  }
  if (failed.length > shown) process.stderr.write(failedLines(failed));
  if (tallies.size === 0) process.stdout.write("no golden cases found\n");
  return tallies.size > 0 && [...tallies.values()].every(({ passed, total }) => passed === total) ? 0 : 1;
}

/** @throws UsageError where nothing can be written there */
function prepareDump(folder: string): void {
  const above = statSync(folder, { throwIfNoEntry: false }) ?? statSync(dirname(folder), { throwIfNoEntry: false });
  if (above?.isDirectory() === false) throw new UsageError(`--dump ${folder}: is a file, or below one, where a folder is wanted`);
  try {
    // Step by step: asked for all of a path at once, Node.js tries for ever where the last folder cannot be made.
    for (const path of missingFolders(folder)) mkdirSync(path);
  } catch (error) {
    throw new UsageError(`--dump ${folder}: cannot be written to: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

/** The folders on the way there that do not exist, the outermost first. */
function missingFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let path = folder; statSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) missing.unshift(path);
  return missing;
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

/** Names of cases that are listed; the others are counted. */
const MOST_LISTED = 50;

/** Which cases do not pass, where --show has not shown them all. */
function failedLines(failed: readonly string[]): string {
  const rest = failed.length - MOST_LISTED;
  return (
    failed
      .slice(0, MOST_LISTED)
      .map((name) => `failed ${name}\n`)
      .join("") +
    (rest > 0 ? `failed ${rest} more\n` : "") +
    "(--show N prints the differences of the first N)\n"
  );
}

class UsageError extends Error {}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
