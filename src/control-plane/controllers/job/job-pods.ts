/**
 * The pods of a Job, sorted by what they mean for it.
 *
 * A pod that has ended is counted once: it bears a finalizer until its end is counted in the status, so that it cannot vanish before.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers, kubernetes
 * pkg/controller/job/job_controller.go, indexed_job_utils.go.
 */
import type { Job, Pod } from "../../../api/types/index.js";
import { isPodActive, isPodReady, isPodTerminal, isPodTerminating } from "../pod-conditions.js";
import { completionIndex } from "./indexes.js";
import { isTracked } from "./tracking-finalizer.js";

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === "Indexed";
}

/** Whether pods that are still terminating hold back their replacement. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === "Failed" || (spec.podReplacementPolicy === undefined && spec.podFailurePolicy !== undefined);
}

/** A deleted pod counts as failed at once, unless only ended pods are replaced. */
export function isPodFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === "Failed") return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== "Succeeded";
}

/** Whether the pod's index, where the Job has indexes, is one of the Job's. */
export function hasValidIndex(job: Job, pod: Pod): boolean {
  if (!isIndexed(job)) return true;
  const index = completionIndex(pod);
  return index >= 0 && index < (job.spec.completions ?? 0);
}

export interface JobPods {
  readonly all: readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  /** Ended and neither counted nor noted as uncounted in the status yet. */
  readonly newlySucceeded: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
}

/** @param released uids of pods whose finalizer was taken off, which the cache does not show yet */
export function sortPods(job: Job, all: readonly Pod[], released: ReadonlySet<string>): JobPods {
  const noted = job.status?.uncountedTerminatedPods;
  const isNew = (pod: Pod, among: readonly string[] | undefined): boolean =>
    isTracked(pod) && !released.has(pod.metadata.uid!) && among?.includes(pod.metadata.uid!) !== true && hasValidIndex(job, pod);
  const active = all.filter(isPodActive);
  return {
    all,
    active,
    ready: active.filter(isPodReady).length,
    terminating: all.filter(isPodTerminating).length,
    newlySucceeded: all.filter((pod) => pod.status?.phase === "Succeeded" && isNew(pod, noted?.succeeded)),
    newlyFailed: all.filter((pod) => isPodFailed(job, pod) && isNew(pod, noted?.failed)),
  };
}

/** Whether the pod's end, or its Job's, allows its finalizer to be taken off. */
export function mayRelease(job: Job, pod: Pod, jobEnds: boolean): boolean {
  return job.metadata.deletionTimestamp !== undefined || isPodTerminal(pod) || isPodFailed(job, pod) || jobEnds;
}
