/** Which of two pods is the greater loss. Source of the rules: pkg/scheduler/util/utils.go (MoreImportantPod, GetPodStartTime) */
import type { Timestamp } from "../../api/types/index.js";
import type { PodInfo } from "../framework/pod-info.js";

/** When the pod began to run. One that has not begun counts as beginning now, later than all others. */
export function startTimeOf(pod: PodInfo): Timestamp {
  return pod.pod.status?.startTime ?? Number.MAX_SAFE_INTEGER;
}

/** The most important first: by priority, then those that have run longer. Pods alike in both keep their order. */
export function sortByImportance(pods: readonly PodInfo[]): PodInfo[] {
  return [...pods].sort((a, b) => b.priority - a.priority || startTimeOf(a) - startTimeOf(b));
}
