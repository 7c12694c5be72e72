/**
 * How many voluntary disruptions a PodDisruptionBudget allows.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ and kubernetes pkg/controller/disruption/disruption.go.
 */
import { percentage, scaledValue } from "../../../api/int-or-string.js";
import type { IntOrString, Pod, PodDisruptionBudget, Timestamp } from "../../../api/types/index.js";
import { isPodReady } from "../pod-conditions.js";

/** An approved eviction whose pod is still there after this time is taken as failed. Source: DeletionTimeout in disruption.go. */
export const DELETION_TIMEOUT = 2 * 60 * 1_000_000;

export interface Expected {
  /** Pods that there should be. */
  readonly expectedPods: number;
  /** Pods of them that have to be healthy. */
  readonly desiredHealthy: number;
}

/** Whether the budget is reckoned from the size of the pods' controllers instead of from the pods. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || (spec.minAvailable !== undefined && percentage(spec.minAvailable) !== undefined);
}

function share(value: IntOrString, total: number): number {
  // Percentages are rounded up in both fields.
  return scaledValue(value, total, true);
}

/** @param pods number of matching pods @param scale sum of the wished sizes of their controllers, where {@link needsScale} */
export function expectedCounts({ spec }: PodDisruptionBudget, pods: number, scale: number): Expected {
  if (spec.maxUnavailable !== undefined)
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - share(spec.maxUnavailable, scale)) };
  if (spec.minAvailable === undefined) return { expectedPods: pods, desiredHealthy: 0 };
  if (percentage(spec.minAvailable) === undefined) return { expectedPods: pods, desiredHealthy: share(spec.minAvailable, pods) };
  return { expectedPods: scale, desiredHealthy: share(spec.minAvailable, scale) };
}

/** Pods that are ready and neither being deleted nor about to be. */
export function countHealthy(pods: Iterable<Pod>, disrupted: Readonly<Record<string, Timestamp>>, now: Timestamp): number {
  let healthy = 0;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const since = disrupted[pod.metadata.name];
    if (since !== undefined && since + DELETION_TIMEOUT > now) continue;
    if (isPodReady(pod)) healthy++;
  }
  return healthy;
}

/** Approved evictions that are still under way, and when the first of them counts as failed. @param pods those that the budget selects */
export function pendingDisruptions(
  disrupted: Readonly<Record<string, Timestamp>> | undefined,
  pods: Iterable<Pod>,
  now: Timestamp,
): {
  readonly pending: Readonly<Record<string, Timestamp>>;
  readonly recheckAt: Timestamp | undefined;
  readonly expired: readonly Pod[];
} {
  const pending: Record<string, Timestamp> = {};
  const expired: Pod[] = [];
  let recheckAt: Timestamp | undefined;
  for (const pod of disrupted === undefined ? [] : pods) {
    const since = disrupted![pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (since + DELETION_TIMEOUT <= now) {
      expired.push(pod);
      continue;
    }
    pending[pod.metadata.name] = since;
    recheckAt = Math.min(recheckAt ?? Number.POSITIVE_INFINITY, since + DELETION_TIMEOUT);
  }
  return { pending, recheckAt, expired };
}

export function disruptionsAllowed({ expectedPods, desiredHealthy }: Expected, healthy: number): number {
  return expectedPods <= 0 ? 0 : Math.max(0, healthy - desiredHealthy);
}
