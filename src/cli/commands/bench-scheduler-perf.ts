/** `kubewarp bench scheduler-perf FILE`: workloads of kube-scheduler's own benchmark, with its figures. */
import type { Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { CsvFile } from "../../output/csv.js";
import { OutputDirectory } from "../../output/output-directory.js";
import { readPerformanceConfig } from "../../scenario/importers/scheduler-perf/performance-config.js";
import { reachesThreshold, runPerfWorkload, SCHEDULER_PERF, type PerfRow } from "../../study/scheduler-perf.js";
import { WorkloadFailed } from "../../study/scheduler-perf-run.js";
import { RunFailed, UsageError } from "../exit.js";
import { durationOption, seedOption } from "../options.js";
import { tableText } from "../table.js";

interface PerfFlags {
  readonly workload?: readonly string[];
  readonly config?: string;
  readonly cycle?: SimTime;
  readonly seed: number | string;
  readonly out: string;
}

export function addBenchSchedulerPerf(bench: Command): void {
  bench
    .command("scheduler-perf")
    .description("Run workloads of a scheduler_perf performance-config.yaml in simulated time and report SchedulingThroughput.")
    .argument("<file>", "a performance-config.yaml")
    .option(
      "-w, --workload <name>",
      "only workloads whose TESTCASE/WORKLOAD contains this (repeatable)",
      (text, before?: readonly string[]) => [...(before ?? []), text],
    )
    .option("-c, --config <file>", "a KubeSchedulerConfiguration in place of the workloads' own")
    .option("--cycle <duration>", "simulated duration of a scheduling cycle (default: 3ms)", durationOption)
    .option("--seed <seed>", "master seed", seedOption, 1)
    .option("--out <dir>", "folder for the CSV file", "results/scheduler-perf")
    .action(benchSchedulerPerf);
}

async function benchSchedulerPerf(file: string, { workload: wanted = [], config, cycle, seed, out }: PerfFlags): Promise<void> {
  const all = readPerformanceConfig(file);
  const chosen = wanted.length === 0 ? all : all.filter(({ name }) => wanted.some((part) => name.includes(part)));
  if (chosen.length === 0)
    throw new UsageError(`${file} has no workload ${wanted.join(", ")}; it has ${all.map(({ name }) => name).join(", ")}`);
  // Mistakes are told before anything runs.
  for (const workload of chosen) workload.operations();
  const rows: PerfRow[] = [];
  for (const workload of chosen) {
    try {
      rows.push(
        ...(await runPerfWorkload(workload, {
          seed,
          stopwatch: () => performance.now(),
          ...(config !== undefined && { config }),
          ...(cycle !== undefined && { cycle }),
        })),
      );
    } catch (error) {
      if (error instanceof WorkloadFailed) throw new RunFailed(`${workload.name}: ${error.message}`);
      throw error;
    }
  }
  process.stdout.write(
    `${tableText(["WORKLOAD", "AVERAGE", "PERC50", "PERC90", "PERC95", "PERC99", "UNIT", "THRESHOLD", "DECISIONS/S"], rows.map(cells))}\n`,
  );
  process.stdout.write(`files   ${write(rows, out).join("\n        ")}\n`);
  const below = rows.filter((row) => reachesThreshold(row) === false);
  if (below.length > 0)
    throw new RunFailed(
      below
        .map(
          ({ workload, throughput, threshold }) =>
            `${workload}: ${shown(throughput?.Average)} pods/s on average; threshold is ${threshold ?? 0}`,
        )
        .join("\n"),
    );
}

function cells({ workload, throughput, threshold, decisionsPerSecond }: PerfRow): string[] {
  const figures =
    throughput === undefined
      ? ["too short", "", "", "", ""]
      : [throughput.Average, throughput.Perc50, throughput.Perc90, throughput.Perc95, throughput.Perc99].map(shown);
  return [workload, ...figures, "pods/s", shown(threshold), decisionsPerSecond === undefined ? "" : String(Math.round(decisionsPerSecond))];
}

function shown(value: number | undefined): string {
  return value === undefined ? "" : String(Math.round(10 * value) / 10);
}

function write(rows: readonly PerfRow[], out: string): readonly string[] {
  const directory = new OutputDirectory(out);
  try {
    const csv = new CsvFile(directory.path(`${SCHEDULER_PERF.name}.csv`), SCHEDULER_PERF);
    for (const row of rows) csv.append(row);
    csv.close();
    return directory.publish();
  } catch (error) {
    directory.discard();
    throw error;
  }
}
