/**
 * One look of the autoscaler: what it measures, wishes, and decides.
 *
 * Source: kubernetes pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler, computeReplicasForMetrics).
 */
import type { Condition, HorizontalPodAutoscaler } from "../../../api/types/index.js";
import { MetricError } from "./metric-error.js";
import { FAILURE_REASON, failureText, measure, NOT_MEASURED, type Measured, type MetricStatus, type Target } from "./metric-measurement.js";
import type { MetricsSource } from "./metrics-source.js";
import type { CalculatorOptions } from "./replica-calculator.js";
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

/** An event that a look earns. */
interface Warning {
  readonly reason: string;
  readonly message: string;
}

type LookCondition = Pick<Condition, "type" | "status" | "reason" | "message">;

export interface Look {
  readonly replicas: number;
  /** Why the size changes, empty where it does not. */
  readonly reason: string;
  /** In the order in which they are set: a later one of the same type replaces an earlier one. */
  readonly conditions: readonly LookCondition[];
  readonly currentMetrics: readonly MetricStatus[];
  readonly warnings: readonly Warning[];
  /** Metrics that could not be had. */
  readonly error?: string;
  /** No decision could be made. */
  readonly failed: boolean;
}

interface Wish {
  /** Undefined where the metrics that are missing could turn it. */
  readonly replicas: number | undefined;
  readonly name: string;
  readonly statuses: readonly MetricStatus[];
  readonly condition: LookCondition;
  readonly warnings: readonly Warning[];
  readonly error?: string;
}

function inactive(reason: string, message: string): LookCondition {
  return { type: "ScalingActive", status: "False", reason, message };
}

/** The greatest number that any metric asks for. */
function wishOf(autoscaler: HorizontalPodAutoscaler, at: Target, source: MetricsSource, options: LookOptions): Wish {
  const ambiguity = at.ambiguity?.();
  if (ambiguity !== undefined) {
    const warning = { reason: AMBIGUOUS, message: ambiguity };
    return {
      replicas: undefined,
      name: "",
      statuses: [],
      condition: inactive(AMBIGUOUS, ambiguity),
      warnings: [warning],
      error: ambiguity,
    };
  }
  const specs = autoscaler.spec.metrics ?? [];
  const warnings: Warning[] = [];
  const statuses: MetricStatus[] = [];
  let best: Measured | undefined;
  let firstError: string | undefined;
  for (const spec of specs) {
    try {
      const measured = measure(spec, at, source, options);
      statuses.push(measured.status);
      // A wish for no replicas gives way to any other, also to another one for none.
      if (best === undefined || best.replicas === 0 || measured.replicas > best.replicas) best = measured;
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      statuses.push(NOT_MEASURED);
      warnings.push({ reason: FAILURE_REASON[spec.type], message: error.message });
      firstError ??= failureText(spec, error.message);
    }
  }
  const error =
    firstError === undefined
      ? undefined
      : `invalid metrics (${warnings.length} invalid out of ${specs.length}), first error is: ${firstError}`;
  const told = { statuses, warnings, ...(error !== undefined && { error }) };
  if (best === undefined || (warnings.length > 0 && best.replicas < at.replicas)) {
    const first = warnings.at(0);
    const message = `the HPA was unable to compute the replica count: ${first?.message ?? ""}`;
    return { replicas: undefined, name: "", condition: inactive(first?.reason ?? "", message), ...told };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  return {
    replicas: best.replicas,
    name: best.name,
    condition: { type: "ScalingActive", status: "True", reason: "ValidMetricFound", message },
    ...told,
  };
}

const AMBIGUOUS = "AmbiguousSelector";
const GOT_SCALE: LookCondition = {
  type: "AbleToScale",
  status: "True",
  reason: "SucceededGetScale",
  message: "the HPA controller was able to get the target's current scale",
};

function limited(verdict: Verdict, wish: number): LookCondition {
  return { type: "ScalingLimited", status: verdict.replicas === wish ? "False" : "True", reason: verdict.reason, message: verdict.message };
}

/** A look that asked no metric. */
function unmeasured(replicas: number, reason: string, ...conditions: readonly LookCondition[]): Look {
  return { replicas, reason, conditions: [GOT_SCALE, ...conditions], currentMetrics: [], warnings: [], failed: false };
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
    return unmeasured(0, "", inactive("ScalingDisabled", "scaling is disabled since the replica count of the target is zero"));
  }
  if (current > max) return unmeasured(max, "Current number of replicas above Spec.MaxReplicas");
  if (current < min) return unmeasured(min, "Current number of replicas below Spec.MinReplicas");
  const wish = wishOf(autoscaler, at, source, options);
  const { warnings, statuses: currentMetrics } = wish;
  if (wish.replicas === undefined) {
    const error = `failed to compute desired number of replicas based on listed metrics for ${at.reference}: ${wish.error ?? ""}`;
    return {
      replicas: current,
      reason: "",
      conditions: [GOT_SCALE, wish.condition],
      currentMetrics,
      warnings: [...warnings, { reason: "FailedComputeMetricsReplicas", message: wish.error ?? "" }],
      error,
      failed: true,
    };
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
    currentMetrics,
    warnings,
    ...(wish.error !== undefined && { error: wish.error }),
    failed: false,
  };
}
