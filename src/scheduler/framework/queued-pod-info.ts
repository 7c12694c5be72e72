import type { Timestamp } from "../../api/types/index.js";
import type { PodInfo } from "./pod-info.js";

/** A pod in the scheduling queue. Mutable: the queue owns it. */
export interface QueuedPodInfo {
  podInfo: PodInfo;
  /** When the pod came into the queue, or failed last; the order among equal priorities. */
  timestamp: Timestamp;
  /** When the pod came into the queue first. */
  readonly initialAttemptTimestamp: Timestamp;
  /** Scheduling attempts so far. */
  attempts: number;
  /** Attempts that ended in a rejection by a plugin: the exponent of the back-off. */
  unschedulableCount: number;
  /** Attempts in a row that ended in an error. */
  consecutiveErrorsCount: number;
  /** Plugins that rejected the pod in its last attempt. */
  unschedulablePlugins: ReadonlySet<string>;
  /** Of these, the plugins that answered Pending: what they wait for lets the pod be tried without back-off. */
  pendingPlugins: ReadonlySet<string>;
  /** PreEnqueue plugin that keeps the pod out, if one does. */
  gatedBy: string | undefined;
  /** Position in the heap that holds the pod; -1 outside. */
  heapIndex: number;
  /** While the pod is being tried, the number of the first event after it was popped; else -1. */
  inFlightSince: number;
  /** Order of arrival. */
  readonly sequence: number;
}

export const NO_PLUGINS: ReadonlySet<string> = new Set();

/** A pod that has not been tried yet. */
export function newlyQueued(podInfo: PodInfo, now: Timestamp, sequence: number): QueuedPodInfo {
  return {
    podInfo,
    timestamp: now,
    initialAttemptTimestamp: now,
    attempts: 0,
    unschedulableCount: 0,
    consecutiveErrorsCount: 0,
    unschedulablePlugins: NO_PLUGINS,
    pendingPlugins: NO_PLUGINS,
    gatedBy: undefined,
    heapIndex: -1,
    sequence,
    inFlightSince: -1,
  };
}
