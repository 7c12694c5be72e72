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

/** podInitialBackoffSeconds and podMaxBackoffSeconds by default: pkg/scheduler/apis/config/v1/defaults.go */
export const DEFAULT_BACKOFF: BackoffLimits = { initial: SECOND, max: 10 * SECOND };

export interface BackoffRules extends BackoffLimits {
  /**
   * Whether back-offs that end in the same whole second end together, the most important pod first: so where an idle scheduler takes
   * pods that still back off. Source: backoffQOrderingWindowDuration
   */
  readonly hasWindows: boolean;
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

/** Source: alignToWindow */
function aligned(time: Timestamp, { hasWindows }: BackoffRules): Timestamp {
  return hasWindows ? Math.floor(time / SECOND) * SECOND : time;
}

/** When the pod's back-off ends: the window, or the very time. */
export function backoffExpiry(pod: QueuedPodInfo, rules: BackoffRules): Timestamp {
  return aligned(pod.timestamp + backoffDuration(failuresOf(pod), rules), rules);
}

/** Over when it ends strictly before now, or before the current window. A pod that never failed does not back off. */
export function isBackingOff(pod: QueuedPodInfo, now: Timestamp, rules: BackoffRules): boolean {
  return failuresOf(pod) > 0 && backoffExpiry(pod, rules) >= aligned(now, rules);
}

/**
 * How often pods whose back-off is over are looked for: at whole seconds where there are windows, else counted from the start of the
 * scheduler. Source: waitUntilAlignedWithOrderingWindow
 */
const FLUSH_PERIOD = SECOND;

/** The last time at which such pods were looked for. */
export function lastFlush(now: Timestamp, start: Timestamp, { hasWindows }: BackoffRules): Timestamp {
  const phase = hasWindows ? 0 : start;
  return phase + Math.floor((now - phase) / FLUSH_PERIOD) * FLUSH_PERIOD;
}

/** The first time at which the pod is found. */
export function flushOf(pod: QueuedPodInfo, start: Timestamp, rules: BackoffRules): Timestamp {
  return lastFlush(backoffExpiry(pod, rules), start, rules) + FLUSH_PERIOD;
}
