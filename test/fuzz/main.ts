/**
 * `npm run fuzz -- [--runs N] [--seed SEED] [--workers N] [--first N] [--out DIR]`: random scenarios with faults, held to the invariants
 * of a control plane. Each in which something is found is kept as a file that `kubewarp run FILE --check` runs again.
 * Exit code 1 where anything was found, 2 for bad usage.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Piscina } from "piscina";
import { seedOption } from "../../src/cli/options.js";
import type { FuzzOrder, FuzzOutcome } from "./fuzz-run.js";

/** Compiled and source tree differ in the ending only. */
const WORKER = new URL("./worker.js", import.meta.url).href;

const OPTIONS = {
  runs: { type: "string", default: "100" },
  seed: { type: "string", default: "1" },
  workers: { type: "string", default: String(availableParallelism()) },
  first: { type: "string", default: "1" },
  out: { type: "string", default: "results/fuzz" },
} as const;

async function main(): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS }));
  } catch (error) {
    process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const [runs, workers, first] = [values.runs, values.workers, values.first].map(Number);
  if (![runs, workers, first].every((count) => Number.isInteger(count) && count >= 1)) {
    process.stderr.write("fuzz: --runs, --workers and --first must be whole numbers from 1 on\n");
    return 2;
  }
  const seed = seedOption(values.seed);
  const pool = new Piscina({ filename: WORKER, minThreads: 1, maxThreads: workers });
  const began = performance.now();
  const outcomes = await Promise.all(
    Array.from({ length: runs }, async (_, index) => {
      const order: FuzzOrder = { seed, number: first + index, keep: values.out };
      const outcome = (await pool.run(order)) as FuzzOutcome;
      if (outcome.found.length > 0) {
        const lines = outcome.found.map((line) => `  ${line}\n`).join("");
        process.stderr.write(`run ${outcome.number} of seed ${seed}, kept as ${outcome.file ?? ""}:\n${lines}`);
      }
      return outcome;
    }),
  );
  await pool.destroy();
  const total = (count: (outcome: FuzzOutcome) => number): number => outcomes.reduce((sum, outcome) => sum + count(outcome), 0);
  const failed = outcomes.filter(({ found }) => found.length > 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(
    `${runs} runs of seed ${seed}, ${total(({ pods }) => pods)} pods, ${total(({ steps }) => steps)} steps, ${total(({ faults }) => faults)} of them faults, ` +
      `${total(({ events }) => events)} events in ${seconds} s: ${failed.length} runs with violations\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
