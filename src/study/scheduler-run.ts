/** One replication of a scenario, or of a workload of scheduler_perf, under one scheduler configuration, measured. The task of a worker thread. */
import type { ClusterDescription } from "../cluster/description.js";
import type { Change } from "../control-plane/apiserver/change.js";
import { SECOND, type SimTime } from "../engine/simulation.js";
import { RunRecorder } from "../output/run-recorder.js";
import { readPerformanceConfig } from "../scenario/importers/scheduler-perf/performance-config.js";
import type { Scenario } from "../scenario/scenario.js";
import { withoutField } from "../scenario/without-field.js";
import { readSchedulerFile } from "../scenario/scheduler.js";
import type { DecisionListener, SchedulingAttempt, SchedulingCycle } from "../scheduler/observer.js";
import { beginRun, sampleRegularly } from "./begin-run.js";
import type { Stopwatch } from "./plugin-timing.js";
import { SchedulerMeter, type Figure, type SchedulerTimes } from "./scheduler-meter.js";
import { DEFAULT_SCHEDULER, perfRunOf } from "./scheduler-perf.js";
import { prepare, withScheduler, type RunOrder, type SchedulerOrder } from "./simulate.js";

export interface SchedulerRunOrder extends RunOrder {
  readonly replication: number;
  /** File of a KubeSchedulerConfiguration in place of the scenario's own, or {@link DEFAULT_SCHEDULER}; absent keeps the scenario's. */
  readonly scheduler?: string;
  /** TESTCASE/WORKLOAD where the file is a performance-config.yaml of scheduler_perf, not a scenario. */
  readonly workload?: string;
}

/** Plain data. */
export interface SchedulerRunOutcome {
  readonly figures: readonly Figure[];
  readonly times: SchedulerTimes;
}

/** Master seed of workloads, which name none. */
const DEFAULT_SEED = 1;

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
  const measurement = new Measurement(stopwatch);
  return order.workload === undefined ? measureScenario(order, measurement) : measureWorkload(order, order.workload, measurement);
}

/** What is recorded of a run, whichever way it is driven. */
class Measurement {
  readonly meter: SchedulerMeter;
  private readonly recorder = new RunRecorder({ nodeSeries: false, nodeUsage: () => ({ cpuMillicores: 0, memoryBytes: 0 }) });

  constructor(stopwatch: Stopwatch) {
    this.meter = new SchedulerMeter(stopwatch);
  }

  readonly observer = {
    change: (change: Change): void => {
      this.recorder.change(change);
      this.meter.change(change);
    },
    attempt: (attempt: SchedulingAttempt): void => this.recorder.attempt(attempt),
    deciding: (cycle: SchedulingCycle): DecisionListener => this.meter.deciding(cycle),
  };

  outcome(end: SimTime, more: readonly Figure[] = []): SchedulerRunOutcome {
    const recorded = this.recorder
      .finish(end)
      .metrics.filter(({ metric }) => SCHEDULER_METRICS.has(metric))
      .map(({ metric, value }) => ({ metric, value: Number(value) }));
    return { figures: [...this.meter.figures(), ...recorded, ...more], times: this.meter.times() };
  }
}

async function measureScenario(order: SchedulerRunOrder, measurement: Measurement): Promise<SchedulerRunOutcome> {
  const scenario = await prepare(order);
  const description = await clusterWith(scenario, order.scheduler, order);
  const { duration, outputs } = scenario;
  const { observer, meter } = measurement;
  const { cluster, run } = beginRun({ ...scenario, cluster: description }, { replication: order.replication, observer });
  const { simulation } = cluster;
  sampleRegularly(simulation, outputs.interval, duration, () => meter.sample());
  simulation.run(duration);
  run.finish();
  return measurement.outcome(simulation.now);
}

/** @throws WorkloadFailed where the workload cannot be carried through */
async function measureWorkload(order: SchedulerRunOrder, name: string, measurement: Measurement): Promise<SchedulerRunOutcome> {
  const { files, seed = DEFAULT_SEED, scheduler, ...rest } = order;
  const workload = readPerformanceConfig(files[0]).find((one) => one.name === name)!;
  const run = await perfRunOf(workload, { ...rest, seed, ...(scheduler !== undefined && { config: scheduler }) }, measurement.observer);
  run.cluster.apiServer.onCommit(measurement.observer.change);
  const { collected, duration } = run.run();
  const throughputs = collected.flatMap(({ name: collection, throughput }) =>
    throughput === undefined
      ? []
      : [{ metric: `scheduling_throughput_average${collection === "" ? "" : `_${collection}`}`, value: throughput.Average }],
  );
  return measurement.outcome(duration, [...throughputs, { metric: "simulated_seconds", value: duration / SECOND }]);
}
