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
import { AttemptConclusions, type Conclusion } from "./attempt-conclusion.js";
import { Cache } from "./cache/cache.js";
import { CacheSync } from "./cache-sync.js";
import { buildProfiles, DEFAULT_SCHEDULER_NAME } from "./configuration/build-profiles.js";
import { watchCluster } from "./event-handlers.js";
import { RememberingExtender } from "./extenders/remembered-answers.js";
import { WaitingPods } from "./framework/waiting-pods.js";
import { CycleFailure } from "./framework/cycle-failure.js";
import { CycleState } from "./framework/cycle-state.js";
import { NO_NODES_AVAILABLE } from "./framework/fit-error.js";
import type { Handle } from "./framework/handle.js";
import type { PodInfo } from "./framework/pod-info.js";
import { PodShapes } from "./framework/pod-shape.js";
import type { Profile } from "./framework/profile.js";
import { ResourceIndex } from "./framework/resources.js";
import type { TieBreak } from "./node-selection.js";
import { PodReports } from "./pod-reports.js";
import { Nominator } from "./queue/nominator.js";
import { SchedulingQueue } from "./queue/scheduling-queue.js";
import { IncrementalAlgorithm } from "./evaluation/incremental-algorithm.js";
import type { CycleError, CycleOutcome } from "./cycle-outcome.js";
import { DEFAULT_ATTEMPT_DURATION, type SchedulerOptions } from "./scheduler-options.js";
import { SchedulingAlgorithm, type SearchStart } from "./scheduling-algorithm.js";
import { SchedulingFailures } from "./scheduling-failures.js";

export class Scheduler {
  readonly cache: Cache;
  readonly queue: SchedulingQueue;
  readonly profiles: ReadonlyMap<string, Profile>;
  private readonly handle: Handle;
  private readonly failures: SchedulingFailures;
  private readonly conclusions: AttemptConclusions;
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
    const reports = new PodReports(client, () => epoch + simulation.now);
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
    this.failures = new SchedulingFailures(this.queue, reports, options.observer);
    this.conclusions = new AttemptConclusions(
      this.cache,
      this.queue,
      this.handle.nominator,
      this.waitingPods,
      reports,
      this.failures,
      options.observer,
      () => this.wake(),
    );
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
      conclude = this.conclusions.of(profile, state, pod, outcome, time, duration);
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
}
