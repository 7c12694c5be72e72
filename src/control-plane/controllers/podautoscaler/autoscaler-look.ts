/**
 * One look of the autoscaler: what it measures, wishes, and decides.
 *
 * Source: kubernetes pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler, computeReplicasForMetrics).
 */
import { milliQuantityOf, quantityMilliValue } from "../../../api/quantity.js";
import type { Condition, HorizontalPodAutoscaler, LabelSelector, MetricSpec, MetricTarget, Pod } from "../../../api/types/index.js";
import type { MetricsSource } from "./metrics-source.js";
import {
  MetricError,
  proposeByAverage,
  proposeByShare,
  proposeByTotal,
  proposeByUtilization,
  type CalculatorOptions,
  type Proposal,
} from "./replica-calculator.js";
import {
  limit,
  limitWithBehavior,
  stabilize,
  stabilizeWithBehavior,
  withDefaults,
  type ScalingMemory,
  type Verdict,
} from "./scaling-rules.js";

export interface LookOptions extends CalculatorOptions {
  /** Microseconds (--horizontal-pod-autoscaler-downscale-stabilization). */
  readonly downscaleStabilization: number;
}

export interface Target {
  readonly namespace: string;
  /** Kind/namespace/name, for messages. */
  readonly reference: string;
  /** Wished number of replicas. */
  readonly replicas: number;
  /** Number in the status. */
  readonly counted: number;
  readonly pods: readonly Pod[];
}

export interface Look {
  readonly replicas: number;
  /** Why the size changes, empty where it does not. */
  readonly reason: string;
  readonly conditions: readonly Pick<Condition, "type" | "status" | "reason" | "message">[];
  readonly currentMetrics: readonly Readonly<Record<string, unknown>>[];
  /** Metrics that could not be had. */
  readonly error?: string;
  /** No decision could be made. */
  readonly failed: boolean;
}

interface Measured {
  readonly replicas: number;
  readonly name: string;
  readonly status: Readonly<Record<string, unknown>>;
}

type LookCondition = Look["conditions"][number];

function quantity(milli: number): string {
  return milliQuantityOf(milli).toString();
}

function milliOf(target: MetricTarget, field: "value" | "averageValue"): number | undefined {
  const text = target[field];
  return text === undefined ? undefined : quantityMilliValue(text);
}

function currentOf({ milli, utilization }: Proposal, field: "value" | "averageValue"): Readonly<Record<string, unknown>> {
  return { [field]: quantity(milli), ...(utilization !== undefined && { averageUtilization: utilization }) };
}

/** Runs a calculation and puts what it was for before the message of its error. */
function labelled<T>(what: string, calculate: () => T): T {
  try {
    return calculate();
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    throw new MetricError(`${what}: ${error.message}`);
  }
}

function measureResource(
  name: string,
  container: string | undefined,
  target: MetricTarget,
  at: Target,
  source: MetricsSource,
  options: LookOptions,
): { proposal: Proposal; name: string } {
  const metrics = (): ReturnType<MetricsSource["resourceMetric"]> => {
    const found = source.resourceMetric(name, at.namespace, at.pods, container);
    if (found.size === 0)
      throw new MetricError(`unable to get metrics for resource ${name}: no metrics returned from resource metrics API`);
    return found;
  };
  const suffix = container === undefined ? "" : " container";
  const average = milliOf(target, "averageValue");
  if (average !== undefined) {
    const proposal = labelled(`failed to get ${name} usage`, () =>
      proposeByAverage(at.replicas, average, name, at.pods, metrics(), options),
    );
    return { proposal, name: `${name}${suffix} resource` };
  }
  if (target.averageUtilization === undefined)
    throw new MetricError(
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  const proposal = labelled(`failed to get ${name} utilization`, () =>
    proposeByUtilization(at.replicas, target.averageUtilization!, name, container, at.pods, metrics(), options),
  );
  return { proposal, name: `${name}${suffix} resource utilization (percentage of request)` };
}

function measureTotal(
  milli: number,
  target: MetricTarget,
  at: Target,
  options: LookOptions,
): { proposal: Proposal; field: "value" | "averageValue" } {
  const value = target.type === "Value" ? milliOf(target, "value") : undefined;
  if (value !== undefined) return { proposal: proposeByTotal(at.replicas, value, milli, at.pods, options), field: "value" };
  return { proposal: proposeByShare(at.counted, milliOf(target, "averageValue")!, milli, options), field: "averageValue" };
}

function selectorText(selector: LabelSelector | undefined): string {
  return selector === undefined ? "nil" : JSON.stringify(selector);
}

/** @throws MetricError */
function measure(spec: MetricSpec, at: Target, source: MetricsSource, options: LookOptions): Measured {
  const { namespace, pods } = at;
  if (spec.type === "Resource" || spec.type === "ContainerResource") {
    const { name, target } = (spec.resource ?? spec.containerResource)!;
    const container = spec.containerResource?.container;
    const field = spec.type === "Resource" ? "resource" : "containerResource";
    const measured = labelled(`failed to get ${name} ${container === undefined ? "" : "container "}resource metric value`, () =>
      measureResource(name, container, target, at, source, options),
    );
    const current = currentOf(measured.proposal, "averageValue");
    return {
      replicas: measured.proposal.replicas,
      name: measured.name,
      status: { type: spec.type, [field]: { name, ...(container !== undefined && { container }), current } },
    };
  }
  if (spec.type === "Pods") {
    const { metric, target } = spec.pods!;
    const proposal = labelled("failed to get pods metric value", () => {
      const metrics = source.podsMetric(metric.name, namespace, pods, metric.selector);
      if (metrics.size === 0) throw new MetricError(`unable to get metric ${metric.name}: no metrics returned from custom metrics API`);
      return proposeByAverage(at.replicas, milliOf(target, "averageValue")!, "", pods, metrics, options);
    });
    return {
      replicas: proposal.replicas,
      name: `pods metric ${metric.name}`,
      status: { type: "Pods", pods: { metric, current: currentOf(proposal, "averageValue") } },
    };
  }
  if (spec.type === "Object") {
    const { metric, target, describedObject } = spec.object!;
    const { proposal, field } = labelled("failed to get object metric value", () => {
      const milli = source.objectMetric(metric.name, namespace, describedObject, metric.selector);
      if (milli === undefined) {
        throw new MetricError(
          `unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}/no metrics returned from custom metrics API`,
        );
      }
      return measureTotal(milli, target, at, options);
    });
    // Upstream calls a shared total an external metric in its events, whatever it is a metric of.
    const name =
      field === "value"
        ? `${describedObject.kind} metric ${metric.name}`
        : `external metric ${metric.name}(${selectorText(metric.selector)})`;
    return {
      replicas: proposal.replicas,
      name,
      status: { type: "Object", object: { metric, describedObject, current: currentOf(proposal, field) } },
    };
  }
  const { metric, target } = spec.external!;
  const selector = selectorText(metric.selector);
  const { proposal, field } = labelled("failed to get external metric value", () => {
    const values = source.externalMetric(metric.name, namespace, metric.selector);
    if (values.length === 0)
      throw new MetricError(
        `unable to get external metric ${namespace}/${metric.name}/${selector}: no metrics returned from external metrics API`,
      );
    return measureTotal(
      values.reduce((sum, milli) => sum + milli, 0),
      target,
      at,
      options,
    );
  });
  return {
    replicas: proposal.replicas,
    name: `external metric ${metric.name}(${selector})`,
    status: { type: "External", external: { metric, current: currentOf(proposal, field) } },
  };
}

const FAILURE_REASON: Readonly<Record<MetricSpec["type"], string>> = {
  Resource: "FailedGetResourceMetric",
  ContainerResource: "FailedGetContainerResourceMetric",
  Pods: "FailedGetPodsMetric",
  Object: "FailedGetObjectMetric",
  External: "FailedGetExternalMetric",
};

interface Wish {
  /** Undefined where the metrics that are missing could turn it. */
  readonly replicas: number | undefined;
  readonly name: string;
  readonly statuses: readonly Readonly<Record<string, unknown>>[];
  readonly condition: LookCondition;
  readonly error?: string;
}

/** The greatest number that any metric asks for. */
function wishOf(autoscaler: HorizontalPodAutoscaler, at: Target, source: MetricsSource, options: LookOptions): Wish {
  const specs = autoscaler.spec.metrics ?? [];
  const statuses: Readonly<Record<string, unknown>>[] = [];
  let best: Measured | undefined;
  let invalid = 0;
  let first: { readonly reason: string; readonly message: string } | undefined;
  for (const spec of specs) {
    try {
      const measured = measure(spec, at, source, options);
      statuses.push(measured.status);
      if (best === undefined || measured.replicas > best.replicas) best = measured;
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      invalid++;
      first ??= { reason: FAILURE_REASON[spec.type], message: error.message };
    }
  }
  const error =
    first === undefined ? undefined : `invalid metrics (${invalid} invalid out of ${specs.length}), first error is: ${first.message}`;
  if (best === undefined || (invalid > 0 && best.replicas < at.replicas)) {
    const message = `the HPA was unable to compute the replica count: ${first?.message ?? ""}`;
    const condition: LookCondition = { type: "ScalingActive", status: "False", reason: first?.reason ?? "", message };
    return { replicas: undefined, name: "", statuses, condition, ...(error !== undefined && { error }) };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  const condition: LookCondition = { type: "ScalingActive", status: "True", reason: "ValidMetricFound", message };
  return { replicas: best.replicas, name: best.name, statuses, condition, ...(error !== undefined && { error }) };
}

const GOT_SCALE: LookCondition = {
  type: "AbleToScale",
  status: "True",
  reason: "SucceededGetScale",
  message: "the HPA controller was able to get the target's current scale",
};

function limited(verdict: Verdict, wish: number): LookCondition {
  return { type: "ScalingLimited", status: verdict.replicas === wish ? "False" : "True", reason: verdict.reason, message: verdict.message };
}

/** Looks at the target and decides; what has to be remembered for later looks goes into the memory. */
export function look(
  autoscaler: HorizontalPodAutoscaler,
  at: Target,
  source: MetricsSource,
  memory: ScalingMemory,
  options: LookOptions,
): Look {
  const { minReplicas: min = 1, maxReplicas: max, behavior } = autoscaler.spec;
  const { replicas: current } = at;
  if (memory.recommendations.length === 0) memory.recommendations = [{ replicas: current, time: options.now }];
  if (current === 0 && min !== 0) {
    const condition: LookCondition = {
      type: "ScalingActive",
      status: "False",
      reason: "ScalingDisabled",
      message: "scaling is disabled since the replica count of the target is zero",
    };
    return { replicas: 0, reason: "", conditions: [GOT_SCALE, condition], currentMetrics: [], failed: false };
  }
  if (current > max)
    return {
      replicas: max,
      reason: "Current number of replicas above Spec.MaxReplicas",
      conditions: [GOT_SCALE],
      currentMetrics: [],
      failed: false,
    };
  if (current < min)
    return {
      replicas: min,
      reason: "Current number of replicas below Spec.MinReplicas",
      conditions: [GOT_SCALE],
      currentMetrics: [],
      failed: false,
    };
  const wish = wishOf(autoscaler, at, source, options);
  if (wish.replicas === undefined) {
    const error = `failed to compute desired number of replicas based on listed metrics for ${at.reference}: ${wish.error ?? ""}`;
    return { replicas: current, reason: "", conditions: [GOT_SCALE, wish.condition], currentMetrics: wish.statuses, error, failed: true };
  }
  const desired = wish.replicas;
  const reason = desired > current ? `${wish.name} above target` : desired < current ? "All metrics below target" : "";
  const rules = behavior === undefined ? undefined : withDefaults(behavior);
  const stable =
    rules === undefined
      ? stabilize(memory, desired, options.downscaleStabilization, options.now)
      : stabilizeWithBehavior(memory, rules, current, desired, options.downscaleStabilization, options.now);
  const verdict =
    rules === undefined
      ? limit(current, stable.replicas, min, max)
      : limitWithBehavior(memory, rules, current, stable.replicas, min, max, options.now);
  const able: LookCondition = { type: "AbleToScale", status: "True", reason: stable.reason, message: stable.message };
  return {
    replicas: verdict.replicas,
    reason,
    conditions: [able, wish.condition, limited(verdict, stable.replicas)],
    currentMetrics: wish.statuses,
    ...(wish.error !== undefined && { error: wish.error }),
    failed: false,
  };
}
