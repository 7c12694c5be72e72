/** What controllers ask of a pod. Source: kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go. */
import { hasEnded as isPodTerminal } from "../../api/pod-phase.js";
import type { Condition, Pod, Timestamp } from "../../api/types/index.js";

const MICROSECONDS_A_SECOND = 1_000_000;

export function podCondition(pod: Pod, type: string): Condition | undefined {
  const conditions = pod.status?.conditions;
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === type) return condition;
  return undefined;
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Whether the pod has been ready for at least `minReadySeconds` at that time. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Timestamp): boolean {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return false;
  if (minReadySeconds === 0) return true;
  return ready.lastTransitionTime !== undefined && ready.lastTransitionTime + minReadySeconds * MICROSECONDS_A_SECOND <= now;
}

/** Microseconds until a ready pod becomes available, undefined where it is not ready or is available already. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: Timestamp): number | undefined {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True" || ready.lastTransitionTime === undefined) return undefined;
  const left = ready.lastTransitionTime + minReadySeconds * MICROSECONDS_A_SECOND - now;
  return left > 0 ? left : undefined;
}

export { isPodTerminal };

/** Neither ended nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
}

/** Being deleted and not yet ended. */
export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}

/** The pod's conditions with one of them replaced or added. */
export function withPodCondition(pod: Pod, condition: Condition): Pod {
  const others = (pod.status?.conditions ?? []).filter((present) => present.type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
