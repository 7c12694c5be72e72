/**
 * What of a pod changed, as bits of action types.
 *
 * Source of the rules: pkg/scheduler/framework/events.go (PodSchedulingPropertiesChange)
 */
import * as events from "../framework/events.js";
import type { PodInfo } from "../framework/pod-info.js";

function areEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function isScaledDown(previous: PodInfo, current: PodInfo): boolean {
  if (previous.shape === current.shape) return false;
  const after = current.shape.requests.requested;
  return previous.shape.requests.requested.some((amount, number) => amount > (number < after.length ? after[number] : 0));
}

/** UPDATE_OTHER where something changed that no finer bit names. */
export function podChanges(previous: PodInfo, current: PodInfo): number {
  const [before, after] = [previous.pod, current.pod];
  let changed = 0;
  if (!areEqual(before.metadata.labels, after.metadata.labels)) changed |= events.UPDATE_POD_LABEL;
  if (before.spec !== after.spec) {
    if (isScaledDown(previous, current)) changed |= events.UPDATE_POD_SCALE_DOWN;
    const gates = after.spec.schedulingGates ?? [];
    if (gates.length === 0 && (before.spec.schedulingGates ?? []).length > 0) changed |= events.UPDATE_POD_SCHEDULING_GATES_ELIMINATED;
    if (!areEqual(before.spec.tolerations, after.spec.tolerations)) changed |= events.UPDATE_POD_TOLERATION;
  }
  return changed === 0 ? events.UPDATE_OTHER : changed;
}
