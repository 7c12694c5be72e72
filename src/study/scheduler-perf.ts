/** Workloads of a scheduler_perf file, run one after the other, and their results as rows. */
import type { SchedulerObserver } from "../scheduler/observer.js";
import type { PerfWorkload } from "../scenario/importers/scheduler-perf/performance-config.js";
import { readSchedulerFile } from "../scenario/scheduler.js";
import type { Table } from "../output/csv.js";
import type { Stopwatch } from "./plugin-timing.js";
import { SchedulerPerfRun, type PerfOutcome } from "./scheduler-perf-run.js";
import type { Throughput } from "./scheduling-throughput.js";
import { schedulerParts, type SchedulerOrder } from "./simulate.js";
import { parseTimestamp } from "../api/duration.js";
import { constant } from "../engine/distribution.js";
import { SECOND, type SimTime } from "../engine/simulation.js";

export interface PerfRow {
  readonly workload: string;
  readonly outcome: PerfOutcome;
  readonly throughput: Throughput | undefined;
  readonly threshold: number | undefined;
  /** Decisions a second of wall time spent deciding; undefined where none was made. */
  readonly decisionsPerSecond: number | undefined;
}

/** Time of the Unix clock at which workloads begin; nothing depends on it. */
const EPOCH = parseTimestamp("2026-01-01T00:00:00Z");

/** In place of a file: kube-scheduler's defaults. */
export const DEFAULT_SCHEDULER = "default";

export interface PerfOptions extends SchedulerOrder {
  readonly seed: number | string;
  readonly replication?: number;
  /** File of a KubeSchedulerConfiguration in place of the workload's own, or {@link DEFAULT_SCHEDULER}. */
  readonly config?: string;
  /** Simulated duration of a scheduling cycle in place of the default. */
  readonly cycle?: SimTime;
}

/**
 * The workload on its control plane, ready to run.
 *
 * @throws InvalidInput for mistakes in the workload or in the scheduler's configuration
 */
export async function perfRunOf(workload: PerfWorkload, options: PerfOptions, observer: SchedulerObserver): Promise<SchedulerPerfRun> {
  const { seed, replication, config, cycle, tieBreak, allowExtenders = false } = options;
  const operations = workload.operations();
  const path = config === DEFAULT_SCHEDULER ? undefined : (config ?? workload.schedulerConfigPath);
  const configuration = path === undefined ? undefined : readSchedulerFile(path);
  const popFromBackoffQ = workload.featureGates["SchedulerPopFromBackoffQ"];
  return new SchedulerPerfRun(operations, {
    seed,
    epoch: EPOCH,
    ...(replication !== undefined && { replication }),
    ...(popFromBackoffQ !== undefined && { popFromBackoffQ }),
    ...(cycle !== undefined && { attemptDuration: constant(cycle) }),
    ...(tieBreak !== undefined && { tieBreak }),
    ...(path !== undefined &&
      configuration !== undefined && { configuration, ...(await schedulerParts(configuration, path, allowExtenders)) }),
    observer,
  });
}

/**
 * One row for each collection of metrics; one without throughput where the workload collects nothing.
 * @throws InvalidInput for mistakes in the workload, WorkloadFailed where it cannot be carried through
 */
export async function runPerfWorkload(workload: PerfWorkload, options: PerfOptions, stopwatch: Stopwatch): Promise<readonly PerfRow[]> {
  let decisions = 0;
  let milliseconds = 0;
  let began = 0;
  const decided = (): void => {
    milliseconds += stopwatch() - began;
  };
  const run = await perfRunOf(workload, options, {
    deciding: () => {
      decisions++;
      began = stopwatch();
      return decided;
    },
  });
  const outcome = run.run();
  const decisionsPerSecond = milliseconds > 0 ? (1000 * decisions) / milliseconds : undefined;
  const { threshold } = workload;
  const collected = outcome.collected.length > 0 ? outcome.collected : [{ name: "", throughput: undefined }];
  return collected.map(({ name, throughput }) => ({
    workload: name === "" ? workload.name : `${workload.name}/${name}`,
    outcome,
    throughput,
    threshold,
    decisionsPerSecond,
  }));
}

/** Whether the average reaches the workload's threshold, if it has one. Without an average nothing shows that it does. */
export function reachesThreshold({ throughput, threshold = 0 }: PerfRow): boolean {
  return threshold === 0 || (throughput !== undefined && throughput.Average >= threshold);
}

/** Results as scheduler_perf writes them for perf-dash. Source: DataItems in test/integration/scheduler_perf/util.go */
export interface DataItems {
  readonly version: "v1";
  readonly dataItems: readonly {
    readonly data: Throughput | null;
    readonly unit: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** Name of the Go benchmark, which comes before the workload's. */
const BENCHMARK = "BenchmarkPerfScheduling";

/** A collection that was too short for a sample has no data, as there. */
export function dataItems(rows: readonly PerfRow[]): DataItems {
  const items = rows.map(({ workload, throughput }) => {
    const labels = { Name: `${BENCHMARK}/${workload}` };
    return throughput === undefined
      ? { data: null, unit: "", labels }
      : { data: throughput, unit: "pods/s", labels: { Metric: "SchedulingThroughput", ...labels } };
  });
  return { version: "v1", dataItems: items };
}

export const SCHEDULER_PERF: Table<PerfRow> = {
  name: "scheduler_perf",
  row: "a collection of metrics of a workload",
  columns: [
    { name: "workload", meaning: "TESTCASE/WORKLOAD, and the collection's name where it has one", value: ({ workload }) => workload },
    { name: "nodes", meaning: "nodes created by createNodes", value: ({ outcome }) => outcome.nodes },
    { name: "pods_created", meaning: "pods created by createPods and createPodSets", value: ({ outcome }) => outcome.podsCreated },
    { name: "pods_scheduled", meaning: "pods that were bound, those of churn too", value: ({ outcome }) => outcome.podsScheduled },
    { name: "simulated_seconds", meaning: "simulated time that the workload took", value: ({ outcome }) => outcome.duration / SECOND },
    {
      name: "average_pods_per_second",
      meaning: "SchedulingThroughput, Average: pods scheduled a simulated second; empty where scheduling took less than two samples",
      value: ({ throughput }) => throughput?.Average,
    },
    { name: "perc50_pods_per_second", meaning: "SchedulingThroughput, Perc50", value: ({ throughput }) => throughput?.Perc50 },
    { name: "perc90_pods_per_second", meaning: "SchedulingThroughput, Perc90", value: ({ throughput }) => throughput?.Perc90 },
    { name: "perc95_pods_per_second", meaning: "SchedulingThroughput, Perc95", value: ({ throughput }) => throughput?.Perc95 },
    { name: "perc99_pods_per_second", meaning: "SchedulingThroughput, Perc99", value: ({ throughput }) => throughput?.Perc99 },
    { name: "threshold_pods_per_second", meaning: "least average that the workload asks for", value: ({ threshold }) => threshold },
    {
      name: "decisions_per_second",
      meaning: "decisions of the simulator's scheduler a second of wall time spent deciding; two runs differ",
      value: ({ decisionsPerSecond }) => decisionsPerSecond,
    },
  ],
};
