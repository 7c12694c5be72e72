/**
 * Runs benchmarks by name: `npm run --silent bench -- [NAME...] [--json] [options of the benchmark]`. Without names, all run that need no options.
 * Exit codes: 0 done, 1 a benchmark failed, 2 usage.
 */
import { type Benchmark, type Row, UsageError } from "./benchmark.js";
import { openb, thousands } from "./cluster/scenarios.js";
import { apiServerWrites } from "./control-plane/api-server-writes.js";
import { hold } from "./engine/hold.js";
import { mm1 } from "./engine/mm1.js";
import { sampling } from "./engine/sampling.js";
import { differential } from "./scheduler/differential.js";
import { peer } from "./scheduler/peer.js";
import { scheduler } from "./scheduler/scheduler.js";

const BENCHMARKS: readonly Benchmark[] = [hold, mm1, sampling, apiServerWrites, thousands, openb, scheduler, peer, differential];

/** A table with a column for each name that a row has, numbers to the right. */
function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown) =>
    typeof value === "number"
      ? value.toLocaleString("en-US", { maximumFractionDigits: 2 })
      : typeof value === "string"
        ? value
        : (JSON.stringify(value) ?? "");
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => cell(row[column]).length)));
  const line = (texts: string[], row?: Row) =>
    texts
      .map((text, i) => (row === undefined || typeof row[columns[i]] !== "number" ? text.padEnd(widths[i]) : text.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  return [
    line(columns),
    ...rows.map((row) =>
      line(
        columns.map((column) => cell(row[column])),
        row,
      ),
    ),
  ].join("\n");
}

async function main(args: readonly string[]): Promise<void> {
  const isJson = args.includes("--json");
  const others = args.filter((argument) => argument !== "--json");
  const firstOption = others.findIndex((argument) => argument.startsWith("-"));
  const names = firstOption < 0 ? others : others.slice(0, firstOption);
  const options = firstOption < 0 ? [] : others.slice(firstOption);
  const known = BENCHMARKS.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`).join("\n");
  if (names.length === 0 && options.length > 0) throw new UsageError(`options need the name of a benchmark:\n${known}`);
  const chosen = names.map((name) => {
    const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
    if (benchmark === undefined) throw new UsageError(`there is no benchmark ${name}; these are:\n${known}`);
    return benchmark;
  });
  for (const benchmark of chosen.length > 0 ? chosen : BENCHMARKS.filter(({ needsOptions }) => needsOptions !== true)) {
    const rows = await benchmark.run(options);
    if (isJson) for (const row of rows) process.stdout.write(`${JSON.stringify({ benchmark: benchmark.name, ...row })}\n`);
    else process.stdout.write(`${benchmark.name}: ${benchmark.description}\n${table(rows)}\n\n`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `bench: ${error instanceof UsageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
