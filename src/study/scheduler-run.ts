/** One replication of a scenario under one scheduler configuration, measured. The task of a worker thread. */
import type { ClusterDescription } from "../cluster/description.js";
import type { RunObserver } from "../cluster/observer.js";
import { RunRecorder } from "../output/run-recorder.js";
import type { Scenario } from "../scenario/scenario.js";
import { withoutField } from "../scenario/without-field.js";
import { readSchedulerFile } from "../scenario/scheduler.js";
import { beginRun, sampleRegularly } from "./begin-run.js";
import type { Stopwatch } from "./plugin-timing.js";
import { SchedulerMeter, type Figure, type SchedulerTimes } from "./scheduler-meter.js";
import { prepare, withScheduler, type RunOrder, type SchedulerOrder } from "./simulate.js";

export interface SchedulerRunOrder extends RunOrder {
  readonly replication: number;
  /** File of a KubeSchedulerConfiguration in place of the scenario's own, or {@link DEFAULT_SCHEDULER}; absent keeps the scenario's. */
  readonly scheduler?: string;
}

/** In place of a file: kube-scheduler's defaults. */
export const DEFAULT_SCHEDULER = "default";

/** Plain data. */
export interface SchedulerRunOutcome {
  readonly figures: readonly Figure[];
  readonly times: SchedulerTimes;
}

/** Figures of summary.csv that a scheduler decides on. */
const SCHEDULER_METRICS = new Set([
  "pods_created",
  "pods_never_scheduled",
  "scheduling_attempts",
  "scheduling_attempts_failed",
  "pod_scheduling_mean_seconds",
  "pod_scheduling_p50_seconds",
  "pod_scheduling_p90_seconds",
  "pod_scheduling_p99_seconds",
]);

/**
 * The scenario's cluster with the scheduler that is asked for.
 *
 * @throws InvalidInput where the file holds no configuration that a scheduler can be made of
 */
export async function clusterWith({ cluster }: Scenario, file: string | undefined, order: SchedulerOrder): Promise<ClusterDescription> {
  if (file === undefined) return cluster;
  const rest = withoutField(withoutField(withoutField(cluster, "scheduler"), "schedulerPlugins"), "schedulerExtenders");
  if (file === DEFAULT_SCHEDULER) return rest;
  return withScheduler({ cluster: { ...rest, scheduler: readSchedulerFile(file) }, file }, order);
}

export async function measureScheduler(order: SchedulerRunOrder, stopwatch: Stopwatch): Promise<SchedulerRunOutcome> {
  const scenario = await prepare(order);
  const description = await clusterWith(scenario, order.scheduler, order);
  const meter = new SchedulerMeter(stopwatch);
  const recorder = new RunRecorder({ nodeSeries: false, nodeUsage: () => ({ cpuMillicores: 0, memoryBytes: 0 }) });
  const observer: RunObserver = {
    change: (change) => {
      recorder.change(change);
      meter.change(change);
    },
    attempt: (attempt) => recorder.attempt(attempt),
    deciding: (cycle) => meter.deciding(cycle),
  };
  const { duration, outputs } = scenario;
  const { cluster, run } = beginRun({ ...scenario, cluster: description }, { replication: order.replication, observer });
  const { simulation } = cluster;
  sampleRegularly(simulation, outputs.interval, duration, () => meter.sample());
  simulation.run(duration);
  run.finish();
  const { metrics } = recorder.finish(simulation.now);
  const chosen = metrics
    .filter(({ metric }) => SCHEDULER_METRICS.has(metric))
    .map(({ metric, value }) => ({ metric, value: Number(value) }));
  return { figures: [...meter.figures(), ...chosen], times: meter.times() };
}
