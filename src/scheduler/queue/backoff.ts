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

/** The whole second in which the pod's back-off ends. A pod that a plugin rejected counts its rejections, another its errors in a row. */
export function backoffExpiry(pod: QueuedPodInfo, limits: BackoffLimits): Timestamp {
  const failures = pod.unschedulablePlugins.size > 0 ? pod.unschedulableCount : pod.consecutiveErrorsCount;
  return Math.floor((pod.timestamp + backoffDuration(failures, limits)) / SECOND) * SECOND;
}

/** Over when the second of expiry lies strictly before the current one. */
export function isBackingOff(pod: QueuedPodInfo, now: Timestamp, limits: BackoffLimits): boolean {
  if (pod.unschedulablePlugins.size === 0 && pod.consecutiveErrorsCount === 0) return false;
  return backoffExpiry(pod, limits) >= Math.floor(now / SECOND) * SECOND;
}
