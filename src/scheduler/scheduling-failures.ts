/**
 * What follows from an attempt that did not end with a node: the pod goes back into the queue, and an Event and its condition say why.
 *
 * Source of the rules: pkg/scheduler/schedule_one.go (handleSchedulingFailure)
 */
import type { SimTime } from "../engine/simulation.js";
import type { Profile } from "./framework/profile.js";
import type { QueuedPodInfo } from "./framework/queued-pod-info.js";
import type { Status } from "./framework/status.js";
import type { AttemptResult, SchedulerObserver } from "./observer.js";
import type { PodReports } from "./pod-reports.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";

/** An attempt that did not end with a node. */
export interface Failure {
  readonly time: SimTime;
  readonly duration: SimTime;
  readonly result: Exclude<AttemptResult, "scheduled">;
  readonly message: string;
  readonly evaluatedNodes?: number;
  /** Plugins that rejected the pod; none where an error came between. */
  readonly plugins: readonly string[];
  /** Those of them that answered Pending. */
  readonly pending?: ReadonlySet<string>;
  readonly nominatedNodeName?: string;
}

export class SchedulingFailures {
  constructor(
    private readonly queue: SchedulingQueue,
    private readonly reports: PodReports,
    private readonly observer: SchedulerObserver | undefined,
  ) {}

  /** @param free called when the API server has answered, for which the scheduler waits before it tries another pod */
  handle(queued: QueuedPodInfo, profile: Profile, failure: Failure, free: () => void): void {
    const { pod } = queued.podInfo;
    const { time, duration, result, message, evaluatedNodes = 0, plugins, nominatedNodeName } = failure;
    this.observer?.attempt?.({
      time,
      pod,
      attempt: queued.attempts,
      profile: profile.schedulerName,
      result,
      evaluatedNodes,
      feasibleNodes: 0,
      duration,
      message,
      plugins,
    });
    if (this.queue.get(queued.podInfo.uid) !== queued) {
      free();
      return;
    }
    this.queue.addUnschedulable(queued, new Set(plugins), failure.pending);
    this.reports.recordEvent(pod, "Warning", "FailedScheduling", message);
    this.reports.setUnschedulable(pod, result === "unschedulable" ? "Unschedulable" : "SchedulerError", message, nominatedNodeName, free);
  }

  /** A binding that failed after its attempt had ended. */
  ofBinding(queued: QueuedPodInfo, failed: Status): void {
    const { pod } = queued.podInfo;
    this.queue.addUnschedulable(queued, failed.isRejected ? new Set([failed.plugin]) : new Set(), pendingIn(failed));
    this.reports.recordEvent(pod, "Warning", "FailedScheduling", failed.message);
    this.reports.setUnschedulable(pod, failed.isRejected ? "Unschedulable" : "SchedulerError", failed.message);
  }
}

/** The plugin that answered, where it answered Pending. */
export function pendingIn({ code, plugin }: Status): ReadonlySet<string> {
  return new Set(code === "Pending" ? [plugin] : []);
}
