/**
 * Which of its active pods a Job deletes first: those that have come least far, and of these the youngest. Neither deletion costs nor nodes count.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (ActivePods).
 */
import type { Pod, Timestamp } from "../../../api/types/index.js";
import { isPodReady, podCondition } from "../pod-conditions.js";
import { mostRestarts } from "../pod-deletion-ranking.js";

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function phaseOrder({ status }: Pod): number {
  return PHASE_ORDER[status?.phase ?? "Pending"] ?? 0;
}

/** The later time first, and an unknown one before all. */
function compareTimes(a: Timestamp | undefined, b: Timestamp | undefined): number {
  return (b ?? Number.POSITIVE_INFINITY) - (a ?? Number.POSITIVE_INFINITY) || 0;
}

function compareRestarts(a: Pod, b: Pod): number {
  const [ordinary, sidecar] = mostRestarts(a);
  const [otherOrdinary, otherSidecar] = mostRestarts(b);
  return otherOrdinary - ordinary || otherSidecar - sidecar;
}

/** Negative where `a` is deleted before `b`. */
export function compareActivePods(a: Pod, b: Pod): number {
  const assigned = (pod: Pod): number => ((pod.spec.nodeName ?? "") === "" ? 0 : 1);
  const ready = [isPodReady(a), isPodReady(b)];
  const difference = assigned(a) - assigned(b) || phaseOrder(a) - phaseOrder(b) || Number(ready[0]) - Number(ready[1]);
  if (difference !== 0) return difference;
  const readySince = (pod: Pod): Timestamp | undefined => podCondition(pod, "Ready")?.lastTransitionTime;
  return (
    (ready[0] ? compareTimes(readySince(a), readySince(b)) : 0) ||
    compareRestarts(a, b) ||
    compareTimes(a.metadata.creationTimestamp, b.metadata.creationTimestamp)
  );
}
