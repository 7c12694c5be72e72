/**
 * The pause before a Job replaces failed pods.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy and kubernetes
 * pkg/controller/job/backoff_utils.go.
 */
import type { Pod, Timestamp } from "../../../api/types/index.js";
import { podCondition } from "../pod-conditions.js";

/** Pause after the first failure, doubled with each further one, in microseconds. Source: DefaultJobPodFailureBackOff in job_controller.go. */
export const FIRST_PAUSE = 10_000_000;
/** Source: MaxJobPodFailureBackOff in job_controller.go. */
export const LONGEST_PAUSE = 600_000_000;
const MICROSECONDS_A_SECOND = 1_000_000;

/** Failures since the last success, and the last of them. */
export interface BackoffRecord {
  readonly failures: number;
  readonly lastFailure: Timestamp | undefined;
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailure: undefined };

/** When the pod ended: its last container's end, else when it stopped being ready, else its deletion; where nothing tells, its creation. */
export function finishTime(pod: Pod): Timestamp {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt);
  const known = ends.filter((end) => end !== undefined);
  if (known.length > 0 && known.length === ends.length) return Math.max(...known);
  const ready = podCondition(pod, "Ready");
  if (ready?.status === "False" && ready.lastTransitionTime !== undefined) return ready.lastTransitionTime;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = 0 } = pod.metadata;
  return deletionTimestamp === undefined ? creationTimestamp : deletionTimestamp - deletionGracePeriodSeconds * MICROSECONDS_A_SECOND;
}

/** The record after more pods have ended; a success wipes out the failures before it. */
export function nextRecord(record: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  if (succeeded.length === 0 && failed.length === 0) return record;
  const failures = failed.map(finishTime).sort((a, b) => a - b);
  if (succeeded.length === 0) return { failures: record.failures + failures.length, lastFailure: failures.at(-1) };
  const lastSuccess = succeeded.reduce((latest, pod) => Math.max(latest, finishTime(pod)), 0);
  const after = failures.filter((time) => time > lastSuccess);
  return after.length === 0 ? NO_FAILURES : { failures: after.length, lastFailure: after.at(-1) };
}

/** Microseconds until new pods may be made, 0 where they may be at once. */
export function remainingPause({ failures, lastFailure }: BackoffRecord, now: Timestamp): number {
  if (failures === 0 || lastFailure === undefined) return 0;
  const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
  return Math.max(0, lastFailure + pause - now);
}
