/** Pods of a node that is not ready. Source: kubernetes pkg/controller/util/node/controller_utils.go (MarkPodsNotReady). */
import type { Pod } from "../../../api/types/index.js";
import type { ApiCalls } from "../api-calls.js";
import { podCondition, withPodCondition } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { ApiError, type Task } from "../task.js";

/** Takes the readiness of the pods back, one after the other. Returns whether any could not be written. @param now in whole seconds */
export function* markPodsNotReady(calls: ApiCalls, pods: readonly Pod[], now: () => number): Task<boolean> {
  let failed = false;
  for (const pod of pods) {
    const ready = podCondition(pod, "Ready");
    if (ready?.status !== "True") continue;
    const changed = withPodCondition(pod, { ...ready, status: "False", lastTransitionTime: now() });
    try {
      yield* calls.updateStatus<"Pod">(changed);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason === "NotFound") continue;
      failed = true;
    }
    // Told of a pod that is still there, even where its status could not be written.
    calls.recordEvent(referenceTo(pod), "Warning", "NodeNotReady", "Node is not ready");
  }
  return failed;
}
