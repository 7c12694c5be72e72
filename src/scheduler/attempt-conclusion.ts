/**
 * What follows from a decision: the pod is assumed on its node and bound, or it waits, or an error is dealt with.
 *
 * Source of the rules: pkg/scheduler/schedule_one.go (schedulingCycle, bindingCycle, handleBindingCycleError)
 */
import type { SimTime } from "../engine/simulation.js";
import { askPermission, runBindingCycle } from "./binding-cycle.js";
import type { Cache } from "./cache/cache.js";
import type { CycleError, CycleOutcome, ScheduleResult } from "./cycle-outcome.js";
import type { CycleState } from "./framework/cycle-state.js";
import { DELETE } from "./framework/events.js";
import { type Diagnosis, fitErrorMessage, rejectionMessage } from "./framework/fit-error.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Profile } from "./framework/profile.js";
import type { QueuedPodInfo } from "./framework/queued-pod-info.js";
import type { Status } from "./framework/status.js";
import type { WaitingPods } from "./framework/waiting-pods.js";
import type { SchedulerObserver } from "./observer.js";
import type { PodReports } from "./pod-reports.js";
import type { Nominator } from "./queue/nominator.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";
import { type Failure, pendingIn, type SchedulingFailures } from "./scheduling-failures.js";

/** Ends an attempt; `free` is called when the scheduler may begin the next one. */
export type Conclusion = (free: () => void) => void;

export class AttemptConclusions {
  /** @param tryAgain sees to it that the next pod is tried: what a pod held is free again */
  constructor(
    private readonly cache: Cache,
    private readonly queue: SchedulingQueue,
    private readonly nominator: Nominator,
    private readonly waitingPods: WaitingPods,
    private readonly reports: PodReports,
    private readonly failures: SchedulingFailures,
    private readonly observer: SchedulerObserver | undefined,
    private readonly tryAgain: () => void,
  ) {}

  /** Does what follows from a decision at once; what it returns is done when the attempt is over. */
  of(
    profile: Profile,
    state: CycleState,
    pod: QueuedPodInfo,
    outcome: CycleOutcome | CycleError,
    time: SimTime,
    duration: SimTime,
  ): Conclusion {
    if ("result" in outcome) return this.place(profile, state, pod, outcome.result, time, duration);
    if ("diagnosis" in outcome) return this.reject(profile, state, pod, outcome.diagnosis, time, duration);
    return (free) => this.failures.handle(pod, profile, { time, duration, result: "error", message: outcome.error, plugins: [] }, free);
  }

  /** Assumes the pod on its node; the binding cycle begins when the attempt is over. */
  private place(
    profile: Profile,
    state: CycleState,
    queued: QueuedPodInfo,
    result: ScheduleResult,
    time: SimTime,
    duration: SimTime,
  ): Conclusion {
    const pod = queued.podInfo;
    const nodeName = result.node.name;
    this.nominator.remove(pod.uid);
    this.cache.assumePod(pod, nodeName);
    const reserved = profile.runReserve(state, pod, nodeName);
    const { refused, timeouts } =
      reserved === undefined ? askPermission(profile, state, pod, nodeName) : { refused: reserved, timeouts: new Map<string, number>() };
    if (refused !== undefined) {
      this.giveBack(profile, state, pod, nodeName);
      const { message, plugin, isRejected } = refused;
      const failure: Failure = isRejected
        ? { time, duration, result: "unschedulable", message: rejectionMessage(refused), plugins: [plugin], pending: pendingIn(refused) }
        : { time, duration, result: "error", message, plugins: [] };
      return (free) => this.failures.handle(queued, profile, failure, free);
    }
    return (free) => {
      this.observer?.attempt?.({
        time,
        pod: pod.pod,
        attempt: queued.attempts,
        profile: profile.schedulerName,
        result: "scheduled",
        node: nodeName,
        evaluatedNodes: result.evaluatedNodes,
        feasibleNodes: result.feasibleNodes,
        ...(result.score !== undefined && { score: result.score }),
        duration,
        plugins: [],
      });
      runBindingCycle(profile, state, pod, nodeName, timeouts, this.waitingPods, (failed) => {
        if (failed !== undefined) this.bindingFailed(profile, state, queued, nodeName, failed);
        else {
          this.queue.forget(pod.uid);
          this.reports.recordEvent(pod.pod, "Normal", "Scheduled", `Successfully assigned ${pod.key} to ${nodeName}`);
        }
      });
      free();
    };
  }

  private giveBack(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string): void {
    profile.runUnreserve(state, pod, nodeName);
    this.cache.forgetPod(pod);
  }

  /** What the pod held is free again for others, and the pod itself is tried again unless it is gone. */
  private bindingFailed(profile: Profile, state: CycleState, queued: QueuedPodInfo, nodeName: string, failed: Status): void {
    const pod = queued.podInfo;
    const isThere = this.queue.get(pod.uid) === queued;
    this.giveBack(profile, state, pod, nodeName);
    if (isThere) this.failures.ofBinding(queued, failed);
    this.queue.moveAllToActiveOrBackoff(
      { resource: "AssignedPod", actions: DELETE, label: "AssignedPodDelete" },
      pod.pod,
      undefined,
      (other) => other.uid !== pod.uid,
    );
    this.tryAgain();
  }

  private reject(
    profile: Profile,
    state: CycleState,
    queued: QueuedPodInfo,
    diagnosis: Diagnosis,
    time: SimTime,
    duration: SimTime,
  ): Conclusion {
    const after = profile.plugins.postFilter.length > 0 ? profile.runPostFilter(state, queued.podInfo, diagnosis.statuses()) : undefined;
    const nominated = after?.result?.nominatedNodeName;
    if (nominated !== undefined) this.nominator.add(queued.podInfo, nominated);
    const message = fitErrorMessage(diagnosis, after?.status.message);
    const failure: Failure = {
      time,
      duration,
      result: "unschedulable",
      message,
      evaluatedNodes: diagnosis.nodeCount,
      plugins: [...diagnosis.unschedulablePlugins].sort(),
      ...(diagnosis.pendingPlugins !== undefined && { pending: diagnosis.pendingPlugins }),
      ...(nominated !== undefined && { nominatedNodeName: nominated }),
    };
    return (free) => this.failures.handle(queued, profile, failure, free);
  }
}
