/** `kubewarp bench scheduler-perf FILE`: workloads of kube-scheduler's own benchmark, with its figures. */
import { Option, type Command } from "commander";
import type { SimTime } from "../../engine/simulation.js";
import { writeTable } from "../../output/csv.js";
import { OutputDirectory, refuseFile } from "../../output/output-directory.js";
import type { TieBreakRule } from "../../scheduler/node-selection.js";
import { readPerformanceConfig, type PerfWorkload } from "../../scenario/importers/scheduler-perf/performance-config.js";
import { dataItems, reachesThreshold, runPerfWorkload, SCHEDULER_PERF, type PerfRow } from "../../study/scheduler-perf.js";
import { WorkloadFailed } from "../../study/scheduler-perf-run.js";
import { RunFailed, UsageError } from "../exit.js";
import { durationOption, folderOption, extendersOption, seedOption, tieBreakOption } from "../options.js";
import { tableText } from "../table.js";

interface PerfFlags {
  readonly workload?: readonly string[];
  readonly config?: string;
  readonly cycle?: SimTime;
  readonly seed: number | string;
  readonly tieBreak?: TieBreakRule;
  readonly allowExtenders?: boolean;
  readonly out: string;
  readonly output: "table" | "json";
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
    .addOption(tieBreakOption())
    .addOption(extendersOption())
    .addOption(
      new Option("-o, --output <format>", "json prints scheduler_perf's own DataItems").choices(["table", "json"]).default("table"),
    )
    .option("--out <dir>", "folder for the CSV file", folderOption, "results/scheduler-perf")
    .action(benchSchedulerPerf);
}

/**
 * The workloads of a file of which a name contains one of the texts; all where there is none.
 *
 * @throws UsageError where there is no such workload
 */
export function workloadsOf(file: string, wanted: readonly string[]): readonly PerfWorkload[] {
  const all = readPerformanceConfig(file);
  const chosen = wanted.length === 0 ? all : all.filter(({ name }) => wanted.some((part) => name.includes(part)));
  if (all.length === 0) throw new UsageError(`${file} has no workloads`);
  if (chosen.length === 0)
    throw new UsageError(`${file} has no workload ${wanted.join(", ")}; it has ${all.map(({ name }) => name).join(", ")}`);
  return chosen;
}

async function benchSchedulerPerf(file: string, { workload: wanted = [], out, output, ...options }: PerfFlags): Promise<void> {
  const chosen = workloadsOf(file, wanted);
  // Mistakes are told before anything runs.
  refuseFile(out);
  for (const workload of chosen) workload.operations();
  const rows: PerfRow[] = [];
  const failures: string[] = [];
  for (const workload of chosen) {
    try {
      rows.push(...(await runPerfWorkload(workload, options, () => performance.now())));
    } catch (error) {
      if (!(error instanceof WorkloadFailed)) throw error;
      failures.push(`${workload.name}: ${error.message}`);
    }
  }
  // What other workloads found is not lost with the one that failed.
  if (rows.length > 0) report(rows, await write(rows, out), output);
  for (const { workload, throughput, threshold = 0 } of rows.filter((row) => !reachesThreshold(row))) {
    const average = throughput === undefined ? "too short for an average" : `${shown(throughput.Average)} pods/s on average`;
    failures.push(`${workload}: ${average}; threshold is ${threshold}`);
  }
  if (failures.length > 0) throw new RunFailed(failures.join("\n"));
}

function report(rows: readonly PerfRow[], files: readonly string[], output: PerfFlags["output"]): void {
  if (output === "json") {
    process.stdout.write(`${JSON.stringify(dataItems(rows), undefined, 2)}\n`);
    return;
  }
  process.stdout.write(
    `${tableText(["WORKLOAD", "AVERAGE", "PERC50", "PERC90", "PERC95", "PERC99", "UNIT", "THRESHOLD", "DECISIONS/S"], rows.map(cells))}\n`,
  );
  process.stdout.write(`files   ${files.join("\n        ")}\n`);
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

async function write(rows: readonly PerfRow[], out: string): Promise<readonly string[]> {
  const directory = new OutputDirectory(out);
  const { files } = await directory.filledBy(() => writeTable(directory, SCHEDULER_PERF, rows));
  return files;
}
