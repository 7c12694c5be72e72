/**
 * The finalizer that keeps a Job's pod from vanishing before its end is counted.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
 */
import type { Pod, PodTemplateSpec } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { Task } from "../task.js";

export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

export function trackedTemplate(template: PodTemplateSpec): PodTemplateSpec {
  const finalizers = template.metadata?.finalizers ?? [];
  if (finalizers.includes(TRACKING_FINALIZER)) return template;
  return { ...template, metadata: { ...template.metadata, finalizers: [...finalizers, TRACKING_FINALIZER] } };
}

/** Takes the finalizer off a pod. Returns it as the API server then has it. @throws ApiError */
export function* release(calls: ApiCalls, pod: Pod): Task<Pod> {
  if (!isTracked(pod)) return pod;
  return yield* calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => ({
    ...current,
    metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((name) => name !== TRACKING_FINALIZER) },
  }));
}
