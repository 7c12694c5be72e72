/**
 * How many replicas a metric asks for.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details and kubernetes
 * pkg/controller/podautoscaler/replica_calculator.go.
 */
import type { Pod, Timestamp } from "../../../api/types/index.js";
import { isPodReady, podCondition } from "../pod-conditions.js";
import { MetricError } from "./metric-error.js";
import type { PodMetric, PodMetrics } from "./metrics-source.js";
import { requestsOf } from "./pod-requests.js";

/** Ratios of use to target this near to 1 change nothing. */
export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

export interface CalculatorOptions {
  readonly tolerances: Tolerances;
  /** Microseconds after its start in which a pod's cpu is looked at with caution (--horizontal-pod-autoscaler-cpu-initialization-period). */
  readonly cpuInitializationPeriod: number;
  /** Microseconds after its start in which a change to unready counts as never having been ready (--horizontal-pod-autoscaler-initial-readiness-delay). */
  readonly initialReadinessDelay: number;
  readonly now: Timestamp;
}

export interface Proposal {
  readonly replicas: number;
  /** Use in percent of the requests, where the target is one. */
  readonly utilization?: number;
  /** Measured value, on average or in total as the target is, in thousandths. */
  readonly milli: number;
}

function isWithin({ scaleUp, scaleDown }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

interface Groups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/** Whether the cpu use of a pod says nothing yet, since it is only starting. */
function isCpuUnready(pod: Pod, metric: PodMetric, options: CalculatorOptions): boolean {
  const ready = podCondition(pod, "Ready");
  const startTime = pod.status?.startTime;
  if (ready === undefined || startTime === undefined) return true;
  const since = ready.lastTransitionTime ?? 0;
  if (startTime + options.cpuInitializationPeriod > options.now)
    return ready.status === "False" || metric.timestamp < since + metric.window;
  return ready.status === "False" && startTime + options.initialReadinessDelay > since;
}

function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, options: CalculatorOptions): Groups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const { name } = pod.metadata;
    const metric = metrics.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === "Failed") ignored.push(name);
    else if (pod.status?.phase === "Pending") unready.push(name);
    else if (metric === undefined) missing.push(name);
    else if (resource === "cpu" && isCpuUnready(pod, metric, options)) unready.push(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

interface Ratio {
  readonly ratio: number;
  readonly utilization?: number;
  readonly milli: number;
}

/** Everything that utilisation and plain targets have in common: only what a pod counts for differs. */
function propose(
  current: number,
  pods: readonly Pod[],
  metrics: PodMetrics,
  resource: string,
  options: CalculatorOptions,
  ratioOf: (values: ReadonlyMap<string, number>) => Ratio,
  assumedOnScaleDown: (pod: string) => number,
): Proposal {
  if (pods.length === 0) throw new MetricError("no pods returned by selector while calculating replica count");
  const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, options);
  const values = new Map<string, number>();
  for (const [name, { milli }] of metrics) if (!unready.includes(name) && !ignored.includes(name)) values.set(name, milli);
  if (values.size === 0) throw new MetricError("did not receive metrics for targeted pods (pods might be unready)");
  const first = ratioOf(values);
  const measured = { milli: first.milli, ...(first.utilization !== undefined && { utilization: first.utilization }) };
  const unreadyMatter = unready.length > 0 && first.ratio > 1;
  if (!unreadyMatter && missing.length === 0) {
    return { ...measured, replicas: isWithin(options.tolerances, first.ratio) ? current : Math.ceil(first.ratio * ready) };
  }
  // What is not known counts against a change: as nothing when it would add pods, as all that is requested when it would remove some.
  if (first.ratio < 1) for (const name of missing) values.set(name, assumedOnScaleDown(name));
  else if (first.ratio > 1) for (const name of missing) values.set(name, 0);
  if (unreadyMatter) for (const name of unready) values.set(name, 0);
  const { ratio } = ratioOf(values);
  const turned = (first.ratio < 1 && ratio > 1) || (first.ratio > 1 && ratio < 1);
  const replicas = Math.ceil(ratio * values.size);
  const wrongWay = (ratio < 1 && replicas > current) || (ratio > 1 && replicas < current);
  return { ...measured, replicas: isWithin(options.tolerances, ratio) || turned || wrongWay ? current : replicas };
}

/** Source: DefaultResourceUtilization fallback in replica_calculator.go: missing pods count as using at least all of their requests. */
const FULL_UTILIZATION = 100;

/** For a target in percent of the requests. @throws MetricError */
export function proposeByUtilization(
  current: number,
  target: number,
  resource: string,
  container: string | undefined,
  pods: readonly Pod[],
  metrics: PodMetrics,
  options: CalculatorOptions,
): Proposal {
  let known: ReadonlyMap<string, number> | undefined;
  // A pod without a request is told of only where there are measurements at all.
  const requests = (): ReadonlyMap<string, number> => (known ??= requestsOf(pods, resource, container));
  const ratioOf = (values: ReadonlyMap<string, number>): Ratio => {
    let used = 0;
    let requested = 0;
    let count = 0;
    for (const [name, milli] of values) {
      const request = requests().get(name);
      if (request === undefined) continue;
      used += milli;
      requested += request;
      count++;
    }
    if (requested === 0) throw new MetricError("no metrics returned matched known pods");
    const utilization = Math.trunc((used * FULL_UTILIZATION) / requested);
    return { ratio: utilization / target, utilization, milli: Math.trunc(used / count) };
  };
  const assumed = (name: string): number =>
    Math.trunc(((requests().get(name) ?? 0) * Math.max(FULL_UTILIZATION, target)) / FULL_UTILIZATION);
  return propose(current, pods, metrics, resource, options, ratioOf, assumed);
}

/** For a target that is an average over pods, in thousandths. @throws MetricError */
export function proposeByAverage(
  current: number,
  target: number,
  resource: string,
  pods: readonly Pod[],
  metrics: PodMetrics,
  options: CalculatorOptions,
): Proposal {
  const ratioOf = (values: ReadonlyMap<string, number>): Ratio => {
    let sum = 0;
    for (const milli of values.values()) sum += milli;
    const average = Math.trunc(sum / values.size);
    return { ratio: average / target, milli: average };
  };
  return propose(current, pods, metrics, resource, options, ratioOf, () => target);
}

/** For a target that is a total, in thousandths. @throws MetricError */
export function proposeByTotal(
  current: number,
  target: number,
  milli: number,
  pods: readonly Pod[],
  { tolerances }: CalculatorOptions,
): Proposal {
  const ratio = milli / target;
  if (current === 0) return { replicas: atMostInt32(Math.ceil(ratio)), milli };
  if (isWithin(tolerances, ratio)) return { replicas: current, milli };
  if (pods.length === 0)
    throw new MetricError("unable to calculate ready pods: no pods returned by selector while calculating replica count");
  const ready = pods.filter((pod) => pod.status?.phase === "Running" && isPodReady(pod)).length;
  return { replicas: atMostInt32(Math.ceil(ratio * ready)), milli };
}

/**
 * For a total of which each replica is to have a share, in thousandths. Where nothing is counted, what each one has is no finite number.
 *
 * @param counted replicas in the target's status
 */
export function proposeByShare(counted: number, target: number, milli: number, { tolerances }: CalculatorOptions): Proposal {
  const ratio = milli / (target * counted);
  return { replicas: isWithin(tolerances, ratio) ? counted : atMostInt32(Math.ceil(milli / target)), milli: Math.ceil(milli / counted) };
}

const GREATEST_INT32 = 2 ** 31 - 1;

function atMostInt32(replicas: number): number {
  return Math.min(replicas, GREATEST_INT32);
}
