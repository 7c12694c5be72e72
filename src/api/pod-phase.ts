/** Where a pod is in its life. Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase. */
import type { Pod } from "./types/pod.js";

/** Whether the pod has ended for good: it never runs again. */
export function hasEnded({ status }: Pick<Pod, "status">): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
