/** The figures of a whole run: counts, waiting times and utilisation, and how many pods never ran and why. */
import { mean, quantileSorted } from "simple-statistics";
import type { SimTime } from "../engine/simulation.js";
import type { ClusterGauges } from "./cluster-gauges.js";
import { secondsText } from "./csv.js";
import type { NeverRan, PodRecord, PodRecords, StandingOf } from "./pod-records.js";
import type { RequestFigures } from "./request-figures.js";
import type { Metric } from "./tables/summary.js";

export interface RunFigures {
  readonly metrics: readonly Metric[];
  readonly neverRan: readonly NeverRan[];
}

interface Counts {
  readonly events: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly extenders: number;
}

const QUANTILES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
] as const;

export function summarize(
  run: { readonly pods: PodRecords; readonly gauges: ClusterGauges; readonly requestFigures: RequestFigures },
  end: SimTime,
  counts: Counts,
  standing?: StandingOf,
): RunFigures {
  const { records } = run.pods;
  const { gauges } = run;
  const neverRan = run.pods.neverRan(standing);
  const phases = new Map<string, number>();
  for (const { pod } of records) phases.set(pod.status?.phase ?? "Pending", (phases.get(pod.status?.phase ?? "Pending") ?? 0) + 1);
  const metrics: Metric[] = [
    { metric: "simulated_seconds", value: secondsText(end) },
    { metric: "nodes", value: gauges.registeredNodes },
    { metric: "nodes_ready", value: gauges.readyNodes },
    { metric: "pods_created", value: records.length },
    { metric: "pods_started", value: count(records, ({ started, finished }) => started !== undefined || finished !== undefined) },
    { metric: "pods_never_ran", value: neverRan.reduce((sum, { pods }) => sum + pods, 0) },
    { metric: "pods_never_scheduled", value: count(records, ({ scheduled }) => scheduled === undefined) },
    { metric: "pods_running", value: gauges.pods.running },
    { metric: "pods_ready", value: gauges.ready },
    { metric: "pods_succeeded", value: phases.get("Succeeded") ?? 0 },
    { metric: "pods_failed", value: phases.get("Failed") ?? 0 },
    { metric: "pods_deleted", value: count(records, ({ deleted }) => deleted !== undefined) },
    { metric: "pods_terminating", value: gauges.terminating },
    { metric: "container_restarts", value: restarts(records) },
    { metric: "scheduling_attempts", value: counts.attempts },
    { metric: "scheduling_attempts_failed", value: counts.failedAttempts },
    { metric: "events_recorded", value: counts.events },
    { metric: "cpu_requested_ratio", value: ratio(gauges.total("requestedCpu"), gauges.total("allocatableCpu")) },
    { metric: "memory_requested_ratio", value: ratio(gauges.total("requestedMemory"), gauges.total("allocatableMemory")) },
    ...durations("pod_scheduling", records, ({ created, scheduled }) => difference(scheduled, created)),
    ...durations("pod_startup", records, ({ created, started }) => difference(started, created)),
    ...durations("pod_ready", records, ({ created, ready }) => difference(ready, created)),
    ...run.requestFigures.metrics(),
    ...(counts.extenders > 0 ? [{ metric: "scheduler_extenders", value: counts.extenders }] : []),
  ];
  return { metrics, neverRan };
}

function count(records: readonly PodRecord[], condition: (record: PodRecord) => boolean): number {
  return records.reduce((sum, record) => sum + (condition(record) ? 1 : 0), 0);
}

function restarts(records: readonly PodRecord[]): number {
  let sum = 0;
  for (const { pod } of records) for (const status of pod.status?.containerStatuses ?? []) sum += status.restartCount;
  return sum;
}

function difference(later: SimTime | undefined, earlier: SimTime): SimTime | undefined {
  return later === undefined ? undefined : later - earlier;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Mean and quantiles, in seconds, over the pods for which the duration is known; none where it is known for no pod. */
function durations(name: string, records: readonly PodRecord[], duration: (record: PodRecord) => SimTime | undefined): Metric[] {
  const known = records.map(duration).filter((value) => value !== undefined);
  if (known.length === 0) return [];
  known.sort((a, b) => a - b);
  return [
    { metric: `${name}_mean_seconds`, value: secondsText(Math.round(mean(known))) },
    ...QUANTILES.map(([label, p]) => ({ metric: `${name}_${label}_seconds`, value: secondsText(Math.round(quantileSorted(known, p))) })),
  ];
}
