/**
 * kube-scheduler as a component: watches pods and nodes, decides one pod after the other, and binds through the API server.
 *
 * A scheduling cycle decides at the moment at which it begins and keeps the scheduler busy for a sampled duration; the binding cycle
 * then runs on its own while the next pod is tried. Where a pod finds no node, the next one is tried when the API server has answered
 * what was written about that (feature gate SchedulerAsyncAPICalls is off in 1.36).
 * Source of the rules: pkg/scheduler/scheduler.go, schedule_one.go, eventhandlers.go
 */
import type { Pod } from "../api/types/index.js";
import type { Distribution } from "../engine/distribution.js";
import { SECOND, type EventId, type SimTime } from "../engine/simulation.js";
import { Cache } from "./cache/cache.js";
import { CacheSync } from "./cache-sync.js";
import { buildProfiles, DEFAULT_SCHEDULER_NAME } from "./configuration/build-profiles.js";
import { askPermission, runBindingCycle } from "./binding-cycle.js";
import { watchCluster } from "./event-handlers.js";
import { RememberingExtender } from "./extenders/remembered-answers.js";
import { DELETE } from "./framework/events.js";
import { WaitingPods } from "./framework/waiting-pods.js";
import { CycleFailure } from "./framework/cycle-failure.js";
import { CycleState } from "./framework/cycle-state.js";
import { fitErrorMessage, NO_NODES_AVAILABLE, rejectionMessage, type Diagnosis } from "./framework/fit-error.js";
import type { Handle } from "./framework/handle.js";
import type { PodInfo } from "./framework/pod-info.js";
import { PodShapes } from "./framework/pod-shape.js";
import type { Profile } from "./framework/profile.js";
import type { QueuedPodInfo } from "./framework/queued-pod-info.js";
import { ResourceIndex } from "./framework/resources.js";
import type { Status } from "./framework/status.js";
import type { TieBreak } from "./node-selection.js";
import { PodReports } from "./pod-reports.js";
import { Nominator } from "./queue/nominator.js";
import { SchedulingQueue } from "./queue/scheduling-queue.js";
import { IncrementalAlgorithm } from "./evaluation/incremental-algorithm.js";
import type { CycleError, CycleOutcome, ScheduleResult } from "./cycle-outcome.js";
import { DEFAULT_ATTEMPT_DURATION, type SchedulerOptions } from "./scheduler-options.js";
import { SchedulingAlgorithm, type SearchStart } from "./scheduling-algorithm.js";
import { pendingIn, SchedulingFailures, type Failure } from "./scheduling-failures.js";

/** Ends an attempt; `free` is called when the scheduler may begin the next one. */
type Conclusion = (free: () => void) => void;

export class Scheduler {
  readonly cache: Cache;
  readonly queue: SchedulingQueue;
  readonly profiles: ReadonlyMap<string, Profile>;
  private readonly handle: Handle;
  private readonly reports: PodReports;
  private readonly failures: SchedulingFailures;
  /** Pods that Permit plugins hold back. */
  readonly waitingPods: WaitingPods;
  private readonly algorithm: Pick<SchedulingAlgorithm, "schedule">;
  private readonly extenders: readonly RememberingExtender[];
  private readonly searchStart: SearchStart = { index: 0 };
  private readonly attemptDuration: Distribution;
  private busy = false;
  private active = false;
  private watching = false;
  /** Whether all caches have had their first list: before, pods would find clusters without nodes. */
  private filled = false;
  private flush: { readonly id: EventId; readonly time: SimTime } | undefined;

  /** @throws Error where the configuration names extenders and none are given */
  constructor(private readonly options: SchedulerOptions) {
    const { simulation, epoch, client, informers, configuration = {}, extenders = [] } = options;
    if (extenders.length !== (configuration.extenders?.length ?? 0))
      throw new Error("the extenders of the scheduler's configuration are not connected");
    const resources = new ResourceIndex();
    this.cache = new Cache(resources);
    this.attemptDuration = options.attemptDuration ?? DEFAULT_ATTEMPT_DURATION;
    this.waitingPods = new WaitingPods((delay, action) => void simulation.after(delay, action));
    this.handle = {
      cache: this.cache,
      waitingPods: this.waitingPods,
      shapes: new PodShapes(resources),
      listers: informers,
      nominator: new Nominator(),
      versions: { namespaces: 0, selectors: 0 },
      now: () => epoch + simulation.now,
      stream: (name) => simulation.stream(`scheduler/${name}`),
      after: (delay, action) => void simulation.after(delay, action),
      activate: (uid) => {
        this.queue.activate(uid);
        this.wake();
      },
      client,
      extenders,
    };
    this.reports = new PodReports(client, () => epoch + simulation.now);
    this.profiles = buildProfiles(configuration, this.handle, options.plugins);
    const tieBreak: TieBreak = options.tieBreak === "random" ? this.handle.stream("tie-break") : (options.tieBreak ?? "upstream");
    this.extenders = extenders.map((extender) => new RememberingExtender(extender));
    // What extenders answer may be another thing each time, so that nothing is kept of earlier cycles.
    this.algorithm =
      extenders.length === 0
        ? new IncrementalAlgorithm(this.cache, this.searchStart, tieBreak)
        : new SchedulingAlgorithm(this.cache, this.searchStart, tieBreak, { extenders: this.extenders });
    const sort = [...this.profiles.values()][0].plugins.queueSort[0];
    this.queue = new SchedulingQueue({
      now: () => this.handle.now(),
      sort,
      ...(options.popFromBackoffQ !== undefined && { popFromBackoffQ: options.popFromBackoffQ }),
      preEnqueue: (pod) => this.profileOf(pod.pod)?.runPreEnqueue(pod),
      registrations: (pod, plugin) => this.profileOf(pod.pod)?.registrations(plugin),
      ...(configuration.podInitialBackoffSeconds !== undefined || configuration.podMaxBackoffSeconds !== undefined
        ? {
            backoff: {
              initial: (configuration.podInitialBackoffSeconds ?? 1) * SECOND,
              max: (configuration.podMaxBackoffSeconds ?? 10) * SECOND,
            },
          }
        : {}),
    });
    this.failures = new SchedulingFailures(this.queue, this.reports, options.observer);
  }

  /** Begins to schedule as soon as it knows the cluster; the informers are watched from the first start on. */
  start(): void {
    this.active = true;
    if (!this.watching) {
      this.watching = true;
      const caches = new CacheSync(this.options.informers);
      watchCluster(caches, {
        handle: this.handle,
        queue: this.queue,
        isOurs: (pod) => this.profileOf(pod) !== undefined,
        wake: () => this.wake(),
      });
      caches.whenFilled(() => {
        this.filled = true;
        this.wake();
      });
    } else this.wake();
  }

  /** Begins no further attempt, as a scheduler that lost its leader election; what it knows stays up to date. */
  stop(): void {
    this.active = false;
  }

  private profileOf(pod: Pod): Profile | undefined {
    return this.profiles.get(pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME);
  }

  /** Sees to it that the next pod is tried as soon as the scheduler is free. */
  private wake(): void {
    if (!this.active || !this.filled || this.busy) return;
    if (this.queue.isEmpty) {
      this.armFlush();
      return;
    }
    this.busy = true;
    this.options.simulation.after(0, () => this.scheduleOne());
  }

  /** Nothing can be tried now: looks again when a back-off ends or a pod has waited too long. */
  private armFlush(): void {
    const { simulation, epoch } = this.options;
    const next = this.queue.nextFlush();
    if (next === undefined) return;
    const time = Math.max(simulation.now, next - epoch);
    if (this.flush !== undefined) {
      if (this.flush.time <= time) return;
      simulation.cancel(this.flush.id);
    }
    const id = simulation.at(time, () => {
      this.flush = undefined;
      this.queue.flushBackoff();
      this.queue.flushUnschedulable();
      this.wake();
    });
    this.flush = { id, time };
  }

  private scheduleOne(): void {
    const pod = this.active ? this.queue.pop() : undefined;
    const profile = pod === undefined ? undefined : this.profileOf(pod.podInfo.pod);
    if (pod === undefined || profile === undefined) {
      this.busy = false;
      this.armFlush();
      return;
    }
    const { simulation } = this.options;
    const duration = Math.max(0, Math.round(this.attemptDuration.sample(this.handle.stream("attempt"))));
    const state = new CycleState();
    const time = simulation.now;
    let conclude: Conclusion;
    if (this.cache.nodeCount === 0)
      conclude = (free) =>
        this.failures.handle(pod, profile, { time, duration, result: "error", message: NO_NODES_AVAILABLE, plugins: [] }, free);
    else {
      const decided = this.options.observer?.deciding?.({
        time,
        pod: pod.podInfo,
        attempt: pod.attempts,
        profile,
        cache: this.cache,
        searchStart: this.searchStart.index,
        tieBreak: this.options.tieBreak ?? "upstream",
      });
      for (const extender of this.extenders) extender.begin();
      const outcome = this.decide(profile, state, pod.podInfo);
      decided?.(
        outcome,
        this.extenders.map((extender) => extender.replay()),
      );
      conclude = this.conclusionOf(profile, state, pod, outcome, time, duration);
    }
    simulation.after(duration, () => {
      conclude(() => {
        this.busy = false;
        this.wake();
      });
    });
  }

  private decide(profile: Profile, state: CycleState, pod: PodInfo): CycleOutcome | CycleError {
    try {
      return this.algorithm.schedule(profile, state, pod);
    } catch (error) {
      if (error instanceof CycleFailure) return { error: error.message };
      throw error;
    }
  }

  /** Does what follows from a decision at once; what it returns is done when the attempt is over. */
  private conclusionOf(
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
    this.handle.nominator.remove(pod.uid);
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
      this.options.observer?.attempt?.({
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
    this.wake();
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
    if (nominated !== undefined) this.handle.nominator.add(queued.podInfo, nominated);
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
