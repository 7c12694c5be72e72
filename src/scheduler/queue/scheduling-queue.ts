/**
 * The scheduling queue: pods to be tried now, pods that back off, pods that wait for an event.
 *
 * Source of the rules: pkg/scheduler/backend/queue/scheduling_queue.go, active_queue.go, backoff_queue.go
 */
import type { ApiObject, Timestamp } from "../../api/types/index.js";
import { MINUTE, SECOND } from "../../engine/simulation.js";
import type { ClusterEvent } from "../framework/events.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { newlyQueued, NO_PLUGINS, type QueuedPodInfo } from "../framework/queued-pod-info.js";
import type { Status } from "../framework/status.js";
import { type BackoffLimits, DEFAULT_BACKOFF } from "./backoff.js";
import { BackoffQueue } from "./backoff-queue.js";
import { InFlight, type HappenedEvent } from "./in-flight.js";
import { podChanges } from "./pod-changes.js";
import { PodHeap } from "./pod-heap.js";
import { QueueingHints, type Registrations, type Worth } from "./queueing-hints.js";
import { RejectedPods } from "./rejected-pods.js";

/** How long a pod waits for an event at most: DefaultPodMaxInUnschedulablePodsDuration */
export const MAX_IN_UNSCHEDULABLE = 5 * MINUTE;
/** How often pods that waited too long are looked for: scheduling_queue.go (Run) */
export const UNSCHEDULABLE_FLUSH_PERIOD = 30 * SECOND;

export interface QueueOptions {
  now(): Timestamp;
  /** The QueueSort plugin, whose order is that of the active queue. */
  readonly sort: Plugin;
  /** Runs the PreEnqueue plugins of the pod's profile. */
  preEnqueue(pod: PodInfo): Status | undefined;
  readonly registrations: Registrations;
  readonly backoff?: BackoffLimits;
  readonly maxInUnschedulable?: number;
  /** Feature gate SchedulerPopFromBackoffQ, on by default: an idle scheduler takes pods that still back off. */
  readonly popFromBackoffQ?: boolean;
}

/** An event that concerns every rejected pod, or the one pod that it names: framework.EventForceActivate */
const FORCE_ACTIVATE: ClusterEvent = { resource: "*", actions: -1, label: "ForceActivate" };

export class SchedulingQueue {
  private readonly active: PodHeap;
  private readonly backoff: BackoffQueue;
  /** In the order in which they failed, so the first waited longest. */
  private readonly unschedulable = new RejectedPods();
  /** Kept out by a PreEnqueue plugin. */
  private readonly gated = new RejectedPods();
  private readonly byUid = new Map<string, QueuedPodInfo>();
  private readonly inFlight = new InFlight();
  private readonly hints: QueueingHints;
  private readonly maxInUnschedulable: number;
  private readonly start: Timestamp;
  private sequence = 0;

  constructor(private readonly options: QueueOptions) {
    this.maxInUnschedulable = options.maxInUnschedulable ?? MAX_IN_UNSCHEDULABLE;
    this.start = options.now();
    this.hints = new QueueingHints(options.registrations);
    const before = (a: QueuedPodInfo, b: QueuedPodInfo): boolean => this.before(a, b);
    this.active = new PodHeap(before);
    const rules = { ...(options.backoff ?? DEFAULT_BACKOFF), hasWindows: options.popFromBackoffQ !== false };
    this.backoff = new BackoffQueue(rules, this.start, before);
  }

  /** The QueueSort plugin's order; pods that it holds equal go in the order in which they came. */
  private before(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    const { sort } = this.options;
    const order = sort.compare?.(a, b) ?? (sort.less!(a, b) ? -1 : sort.less!(b, a) ? 1 : 0);
    return order < 0 || (order === 0 && a.sequence < b.sequence);
  }

  // --- reading

  get activeCount(): number {
    return this.active.size;
  }

  get backoffCount(): number {
    return this.backoff.size;
  }

  /** Pods that wait for an event, gated ones not among them. */
  get unschedulableCount(): number {
    return this.unschedulable.size;
  }

  get gatedCount(): number {
    return this.gated.size;
  }

  get(uid: string): QueuedPodInfo | undefined {
    return this.byUid.get(uid);
  }

  activePods(): readonly QueuedPodInfo[] {
    return this.active.list();
  }

  backoffPods(): readonly QueuedPodInfo[] {
    return this.backoff.list();
  }

  /** Pods that wait for an event, gated ones among them. */
  unschedulablePods(): readonly QueuedPodInfo[] {
    return [...this.unschedulable.list(), ...this.gated.list()];
  }

  /** Whether {@link pop} would give no pod. */
  get isEmpty(): boolean {
    return this.active.size === 0 && (!this.backoff.hasRejected || this.options.popFromBackoffQ === false);
  }

  // --- pods that come, change and go

  /** A pod was created. */
  add(podInfo: PodInfo): void {
    const pod = newlyQueued(podInfo, this.options.now(), this.sequence++);
    this.byUid.set(podInfo.uid, pod);
    this.toActive(pod);
  }

  /** A pod that is not bound changed. One that waits is tried again where the change may help. */
  update(podInfo: PodInfo): void {
    const pod = this.byUid.get(podInfo.uid);
    if (pod === undefined) {
      this.add(podInfo);
      return;
    }
    const previous = pod.podInfo;
    const waits = this.gated.has(podInfo.uid) || this.unschedulable.has(podInfo.uid);
    pod.podInfo = podInfo;
    if (!waits && !this.inFlight.has(pod)) return;
    const event: ClusterEvent = { resource: "UnscheduledPod", actions: podChanges(previous, podInfo), label: "UnscheduledPodUpdate" };
    const happened: HappenedEvent = { event, previous: previous.pod, current: podInfo.pod };
    if (!waits) this.inFlight.record(happened);
    else this.requeueIfWorth(pod, happened);
  }

  /** The pod is bound, or gone. */
  delete(uid: string): void {
    const pod = this.byUid.get(uid);
    if (pod === undefined) return;
    this.byUid.delete(uid);
    // A pod that is being tried is in none of the queues.
    if (this.inFlight.has(pod)) this.inFlight.remove(pod);
    else this.takeOut(pod);
  }

  private takeOut(pod: QueuedPodInfo): void {
    this.unschedulable.remove(pod);
    this.gated.remove(pod);
    if (this.active.has(pod)) this.active.remove(pod);
    else this.backoff.remove(pod);
  }

  // --- attempts

  /** The next pod to try: the head of the active queue, or of the back-off queue while the active one is empty. */
  pop(): QueuedPodInfo | undefined {
    this.flushBackoff();
    const pod = this.active.pop() ?? (this.options.popFromBackoffQ === false ? undefined : this.backoff.popRejected());
    if (pod === undefined) return undefined;
    pod.attempts++;
    pod.unschedulablePlugins = NO_PLUGINS;
    pod.pendingPlugins = NO_PLUGINS;
    this.inFlight.add(pod);
    return pod;
  }

  /** The attempt for the pod that was popped can no longer end in a rejection. */
  done(uid: string): void {
    const pod = this.byUid.get(uid);
    if (pod !== undefined) this.inFlight.remove(pod);
  }

  /** The pod was bound: the queue forgets it. */
  forget(uid: string): void {
    this.delete(uid);
  }

  /**
   * The pod that was popped was not scheduled: the plugins that rejected it, or none where an error came between.
   * It waits for an event, or backs off where one that matters came during its attempt, or after an error.
   *
   * @param pending those of the plugins that answered Pending
   */
  addUnschedulable(pod: QueuedPodInfo, plugins: ReadonlySet<string>, pending: ReadonlySet<string> = NO_PLUGINS): void {
    const missed = this.inFlight.remove(pod);
    if (this.byUid.get(pod.podInfo.uid) !== pod) return;
    pod.timestamp = this.options.now();
    pod.unschedulablePlugins = plugins;
    pod.pendingPlugins = pending;
    if (plugins.size > 0) {
      pod.unschedulableCount++;
      pod.consecutiveErrorsCount = 0;
    } else pod.consecutiveErrorsCount++;
    const worth = plugins.size === 0 ? "after back-off" : this.hints.greatestWorth(pod, missed);
    if (worth === undefined) this.unschedulable.add(pod);
    else this.requeue(pod, worth);
  }

  // --- moves

  /** Asks the PreEnqueue plugins; one that keeps the pod out counts among those that rejected it. */
  private passesPreEnqueue(pod: QueuedPodInfo): boolean {
    const rejected = this.options.preEnqueue(pod.podInfo);
    pod.gatedBy = rejected?.plugin;
    if (rejected === undefined) return true;
    if (!pod.unschedulablePlugins.has(rejected.plugin)) pod.unschedulablePlugins = new Set([...pod.unschedulablePlugins, rejected.plugin]);
    this.gated.add(pod);
    return false;
  }

  private toActive(pod: QueuedPodInfo): void {
    if (this.passesPreEnqueue(pod)) this.active.push(pod);
  }

  private requeueIfWorth(pod: QueuedPodInfo, happened: HappenedEvent): void {
    const worth = this.hints.worthOf(pod, happened);
    if (worth !== undefined) this.requeue(pod, worth);
  }

  /** To the back-off queue while the pod backs off and is to wait that out, else to the active one. */
  private requeue(pod: QueuedPodInfo, worth: Worth = "after back-off"): void {
    this.takeOut(pod);
    if (worth === "at once" || !this.backoff.isBackingOff(pod, this.options.now())) this.toActive(pod);
    else if (this.passesPreEnqueue(pod)) this.backoff.push(pod);
  }

  /** Has the pod tried without further waiting; one that is being tried now is tried again should it fail. */
  activate(uid: string): void {
    const pod = this.byUid.get(uid);
    if (pod === undefined || this.active.has(pod)) return;
    if (this.inFlight.has(pod)) {
      this.inFlight.record({ event: FORCE_ACTIVATE, previous: undefined, current: pod.podInfo.pod });
      return;
    }
    const backsOff = this.backoff.has(pod);
    this.takeOut(pod);
    if (backsOff) this.active.push(pod);
    else this.toActive(pod);
  }

  /** Something happened in the cluster: pods that it may help are tried again, of those that `concerns` lets pass. */
  moveAllToActiveOrBackoff(
    event: ClusterEvent,
    previous: ApiObject | undefined,
    current: ApiObject | undefined,
    concerns: (pod: PodInfo) => boolean = () => true,
  ): void {
    const happened = { event, previous, current };
    this.inFlight.record(happened);
    const moving = new Map<QueuedPodInfo, Worth>();
    for (const waiting of [this.unschedulable, this.gated]) {
      for (const plugin of waiting.plugins()) {
        for (const pod of waiting.rejectedBy(plugin)) {
          if (!this.hints.isInterested(pod, plugin, event)) break;
          if (moving.has(pod) || !concerns(pod.podInfo)) continue;
          if (pod.gatedBy !== undefined && !this.hints.isInterested(pod, pod.gatedBy, event)) continue;
          const worth = this.hints.worthOf(pod, happened);
          if (worth !== undefined) moving.set(pod, worth);
        }
      }
    }
    for (const [pod, worth] of moving) this.requeue(pod, worth);
  }

  // --- time

  /**
   * Pods whose back-off was over when such pods were last looked for go to the active queue; PreEnqueue was asked when they came.
   * Source: the flush loop of pkg/scheduler/backend/queue/scheduling_queue.go Run.
   */
  flushBackoff(): void {
    this.backoff.flush(this.options.now(), this.active);
  }

  /** Pods that waited for an event for too long are tried all the same. */
  flushUnschedulable(): void {
    const now = this.options.now();
    for (const pod of [...this.unschedulable.list()]) {
      if (now - pod.timestamp <= this.maxInUnschedulable) break;
      this.requeue(pod);
    }
  }

  /** When a flush will find something next, so that no event is needed before; undefined where nothing waits. */
  nextFlush(): Timestamp | undefined {
    let next = this.backoff.nextFlush();
    for (const pod of this.unschedulable.list()) {
      const waited = pod.timestamp + this.maxInUnschedulable - this.start;
      next = Math.min(next, this.start + (Math.floor(waited / UNSCHEDULABLE_FLUSH_PERIOD) + 1) * UNSCHEDULABLE_FLUSH_PERIOD);
      break;
    }
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }
}
