/** What the invariants ask of pods. */
import { hasEnded } from "../../api/pod-phase.js";
import type { Pod } from "../../api/types/pod.js";

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether it counts for its controller: neither ended nor being deleted. Source: FilterActivePods in pkg/controller/controller_utils.go. */
export function isActive(pod: Pod): boolean {
  return !hasEnded(pod) && !isTerminating(pod);
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;
}
