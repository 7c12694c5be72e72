/** Which of two pods is the greater loss. Source of the rules: pkg/scheduler/util/utils.go (MoreImportantPod, GetPodStartTime) */
import type { Timestamp } from "../../api/types/index.js";
import type { PodInfo } from "../framework/pod-info.js";

/** When the pod began to run; one that has not begun counts as beginning now. */
export function startTimeOf(pod: PodInfo, now: Timestamp): Timestamp {
  return pod.pod.status?.startTime ?? now;
}

/** The most important first: by priority, then those that have run longer. Pods alike in both keep their order. */
export function sortByImportance(pods: readonly PodInfo[], now: Timestamp): PodInfo[] {
  return [...pods].sort((a, b) => b.priority - a.priority || startTimeOf(a, now) - startTimeOf(b, now));
}
