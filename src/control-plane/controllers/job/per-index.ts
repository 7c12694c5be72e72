/**
 * Jobs whose indexes fail one by one, each with a back-off limit of its own.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index and kubernetes
 * pkg/controller/job/indexed_job_utils.go, backoff_utils.go.
 */
import type { Job, Pod, Timestamp } from "../../../api/types/index.js";
import { finishTime, remainingPause } from "./backoff.js";
import { completionIndex, parseIndexes } from "./indexes.js";
import { hasValidIndex, isPodFailed, type JobPods } from "./job-pods.js";
import { judgeFailure } from "./pod-failure-policy.js";
import { isTracked } from "./tracking-finalizer.js";

/** Annotations of pods: failures of their index before them that count, and that a rule told to ignore. */
export const FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count";
export const IGNORED_FAILURE_COUNT = "batch.kubernetes.io/job-index-ignored-failure-count";

function countOf(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

function failuresSoFar(pod: Pod): number {
  return countOf(pod, FAILURE_COUNT) + countOf(pod, IGNORED_FAILURE_COUNT);
}

/** Whether this failure of a pod is the last that its index may have. */
function failsIndex(job: Job, pod: Pod): boolean {
  const { action } = judgeFailure(job, pod);
  if (action === "FailIndex") return true;
  return action !== "Ignore" && countOf(pod, FAILURE_COUNT) >= job.spec.backoffLimitPerIndex!;
}

export function failedIndexes(job: Job, pods: readonly Pod[]): Set<number> {
  const failed = parseIndexes(job.status?.failedIndexes, job.spec.completions ?? 0);
  for (const pod of pods)
    if (isTracked(pod) && hasValidIndex(job, pod) && isPodFailed(job, pod) && failsIndex(job, pod)) failed.add(completionIndex(pod));
  return failed;
}

/**
 * The last failed pod of each index that is to be tried again: it stays, as the memory of its failures, until its replacement is there.
 *
 * @param released uids of pods whose finalizer was taken off, which the cache does not show yet
 * @param ended indexes that have succeeded or failed
 */
export function lastFailures(
  job: Job,
  pods: JobPods,
  released: ReadonlySet<string>,
  ended: (index: number) => boolean,
): ReadonlyMap<number, Pod> {
  const active = new Set(pods.active.map(completionIndex));
  const last = new Map<number, Pod>();
  for (const pod of pods.all) {
    const index = completionIndex(pod);
    if (!isTracked(pod) || released.has(pod.metadata.uid!) || !hasValidIndex(job, pod) || !isPodFailed(job, pod)) continue;
    if (ended(index) || active.has(index)) continue;
    const former = last.get(index);
    const isLater = former === undefined || (failuresSoFar(former) <= failuresSoFar(pod) && finishTime(pod) >= finishTime(former));
    if (isLater) last.set(index, pod);
  }
  return last;
}

/** Annotations of the next pod of an index. */
export function failureAnnotations(job: Job, failed: Pod | undefined): Readonly<Record<string, string>> {
  if (failed === undefined) return { [FAILURE_COUNT]: "0" };
  const ignored = judgeFailure(job, failed).action === "Ignore";
  const failures = countOf(failed, FAILURE_COUNT) + (ignored ? 0 : 1);
  const ignoredFailures = countOf(failed, IGNORED_FAILURE_COUNT) + (ignored ? 1 : 0);
  return { [FAILURE_COUNT]: String(failures), ...(ignoredFailures > 0 && { [IGNORED_FAILURE_COUNT]: String(ignoredFailures) }) };
}

/** Microseconds until the index of a failed pod may be tried again. */
export function indexPause(failed: Pod | undefined, now: Timestamp): number {
  if (failed === undefined) return 0;
  return remainingPause({ failures: failuresSoFar(failed) + 1, lastFailure: finishTime(failed) }, now);
}
