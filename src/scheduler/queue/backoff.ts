/**
 * How long a pod that failed waits before it is tried again.
 *
 * Source of the rules: pkg/scheduler/backend/queue/backoff_queue.go
 */
import { SECOND } from "../../engine/simulation.js";
import type { Timestamp } from "../../api/types/index.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export interface BackoffLimits {
  /** Microseconds; podInitialBackoffSeconds of the configuration. */
  readonly initial: number;
  /** Microseconds; podMaxBackoffSeconds of the configuration. */
  readonly max: number;
}

/** The initial time doubled per failed attempt, up to the greatest. */
export function backoffDuration(failures: number, limits: BackoffLimits): number {
  if (failures === 0) return 0;
  let duration = limits.initial;
  for (let i = 1; i < failures; i++) {
    if (duration > limits.max - duration) return limits.max;
    duration += duration;
  }
  return Math.min(duration, limits.max);
}

/** What counts for the back-off: errors in a row where the last attempt ended in one, else the attempts that plugins rejected. */
function failuresOf({ consecutiveErrorsCount, unschedulableCount }: QueuedPodInfo): number {
  return consecutiveErrorsCount > 0 ? consecutiveErrorsCount : unschedulableCount;
}

/** The whole second in which the pod's back-off ends. */
export function backoffExpiry(pod: QueuedPodInfo, limits: BackoffLimits): Timestamp {
  return Math.floor((pod.timestamp + backoffDuration(failuresOf(pod), limits)) / SECOND) * SECOND;
}

/** Over when the second of expiry lies strictly before the current one. A pod that never failed does not back off. */
export function isBackingOff(pod: QueuedPodInfo, now: Timestamp, limits: BackoffLimits): boolean {
  return failuresOf(pod) > 0 && backoffExpiry(pod, limits) >= Math.floor(now / SECOND) * SECOND;
}
