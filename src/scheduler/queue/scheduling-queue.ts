/**
 * The scheduling queue: pods to be tried now, pods that back off, pods that wait for an event.
 *
 * Source of the rules: pkg/scheduler/backend/queue/scheduling_queue.go, active_queue.go, backoff_queue.go
 */
import type { ApiObject, Timestamp } from "../../api/types/index.js";
import { MINUTE, SECOND } from "../../engine/simulation.js";
import type { ClusterEvent, EventRegistration } from "../framework/events.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";
import type { Status } from "../framework/status.js";
import { backoffExpiry, isBackingOff, type BackoffLimits } from "./backoff.js";
import { PodHeap } from "./pod-heap.js";

/** podInitialBackoffSeconds and podMaxBackoffSeconds by default: pkg/scheduler/apis/config/v1/defaults.go */
export const DEFAULT_BACKOFF: BackoffLimits = { initial: SECOND, max: 10 * SECOND };
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
  /** What the plugin of the pod's profile registered for; undefined where the plugin registered nothing and any event will do. */
  registrations(pod: PodInfo, plugin: string): readonly EventRegistration[] | undefined;
  readonly backoff?: BackoffLimits;
  readonly maxInUnschedulable?: number;
}

interface HappenedEvent {
  readonly event: ClusterEvent;
  readonly previous: ApiObject | undefined;
  readonly current: ApiObject | undefined;
}

const NO_PLUGINS: ReadonlySet<string> = new Set();

export class SchedulingQueue {
  private readonly active: PodHeap;
  private readonly backoff: PodHeap;
  private readonly errorBackoff: PodHeap;
  /** In the order in which they failed, so the first waited longest. */
  private readonly unschedulable = new Map<string, QueuedPodInfo>();
  /** Kept out by a PreEnqueue plugin. */
  private readonly gated = new Map<string, QueuedPodInfo>();
  private readonly byUid = new Map<string, QueuedPodInfo>();
  /** How many pods were popped and are not done. */
  private inFlight = 0;
  /** Events since the oldest pod in flight was popped. */
  private events: HappenedEvent[] = [];
  private firstEvent = 0;
  private readonly limits: BackoffLimits;
  private readonly maxInUnschedulable: number;
  private readonly start: Timestamp;

  constructor(private readonly options: QueueOptions) {
    this.limits = options.backoff ?? DEFAULT_BACKOFF;
    this.maxInUnschedulable = options.maxInUnschedulable ?? MAX_IN_UNSCHEDULABLE;
    this.start = options.now();
    this.active = new PodHeap((a, b) => this.before(a, b));
    const byExpiry = (a: QueuedPodInfo, b: QueuedPodInfo): boolean => {
      const [x, y] = [backoffExpiry(a, this.limits), backoffExpiry(b, this.limits)];
      return x === y ? this.before(a, b) : x < y;
    };
    this.backoff = new PodHeap(byExpiry);
    this.errorBackoff = new PodHeap(byExpiry);
  }

  private sequence = 0;

  /** The QueueSort plugin's order; pods that it holds equal go in the order in which they came. */
  private before(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    const { sort } = this.options;
    const order = sort.compare?.(a, b) ?? (sort.less!(a, b) ? -1 : sort.less!(b, a) ? 1 : 0);
    return order < 0 || (order === 0 && a.sequence < b.sequence);
  }

  get activeCount(): number {
    return this.active.size;
  }

  get backoffCount(): number {
    return this.backoff.size + this.errorBackoff.size;
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
    return [...this.backoff.list(), ...this.errorBackoff.list()];
  }

  /** Pods that wait for an event, gated ones among them. */
  unschedulablePods(): readonly QueuedPodInfo[] {
    return [...this.unschedulable.values(), ...this.gated.values()];
  }

  /** A pod was created. */
  add(podInfo: PodInfo): void {
    const now = this.options.now();
    const pod: QueuedPodInfo = {
      podInfo,
      timestamp: now,
      initialAttemptTimestamp: now,
      attempts: 0,
      unschedulableCount: 0,
      consecutiveErrorsCount: 0,
      unschedulablePlugins: NO_PLUGINS,
      gatedBy: undefined,
      heapIndex: -1,
      sequence: this.sequence++,
      inFlightSince: -1,
    };
    this.byUid.set(podInfo.uid, pod);
    this.activate(pod);
  }

  /** Into the active queue, unless a PreEnqueue plugin keeps the pod out. */
  private activate(pod: QueuedPodInfo): void {
    const rejected = this.options.preEnqueue(pod.podInfo);
    pod.gatedBy = rejected?.plugin;
    this.unschedulable.delete(pod.podInfo.uid);
    if (rejected !== undefined) this.gated.set(pod.podInfo.uid, pod);
    else {
      this.gated.delete(pod.podInfo.uid);
      this.active.push(pod);
    }
  }

  /** A pod that is not bound changed. */
  update(podInfo: PodInfo): void {
    const pod = this.byUid.get(podInfo.uid);
    if (pod === undefined) {
      this.add(podInfo);
      return;
    }
    const previous = pod.podInfo;
    pod.podInfo = podInfo;
    if (this.gated.has(podInfo.uid)) {
      this.activate(pod);
      return;
    }
    if (!this.unschedulable.has(podInfo.uid)) return;
    const { spec, metadata } = previous.pod;
    if (spec === podInfo.pod.spec && metadata.labels === podInfo.pod.metadata.labels) return;
    this.requeue(pod);
  }

  delete(uid: string): void {
    const pod = this.byUid.get(uid);
    this.byUid.delete(uid);
    if (pod === undefined) return;
    this.leaveFlight(pod);
    this.unschedulable.delete(uid);
    this.gated.delete(uid);
    for (const heap of [this.active, this.backoff, this.errorBackoff]) if (heap.has(pod)) heap.remove(pod);
  }

  /** The next pod to try: the head of the active queue, or of the back-off queue while the active one is empty. */
  pop(): QueuedPodInfo | undefined {
    this.flushBackoff();
    let pod = this.active.pop();
    if (pod === undefined) {
      pod = this.backoff.peek();
      if (pod === undefined) return undefined;
      this.backoff.remove(pod);
      const rejected = this.options.preEnqueue(pod.podInfo);
      if (rejected !== undefined) {
        pod.gatedBy = rejected.plugin;
        this.gated.set(pod.podInfo.uid, pod);
        return this.pop();
      }
    }
    pod.attempts++;
    pod.inFlightSince = this.firstEvent + this.events.length;
    this.inFlight++;
    return pod;
  }

  /** Whether {@link pop} would give a pod. */
  get isEmpty(): boolean {
    return this.active.size === 0 && this.backoff.size === 0;
  }

  /** The pod that was popped was bound, or is gone. */
  done(uid: string): void {
    const pod = this.byUid.get(uid);
    if (pod !== undefined) this.leaveFlight(pod);
  }

  private leaveFlight(pod: QueuedPodInfo): void {
    if (pod.inFlightSince < 0) return;
    pod.inFlightSince = -1;
    if (--this.inFlight > 0 || this.events.length === 0) return;
    this.firstEvent += this.events.length;
    this.events = [];
  }

  /** The pod was bound: the queue forgets it. */
  forget(uid: string): void {
    const pod = this.byUid.get(uid);
    if (pod === undefined) return;
    this.leaveFlight(pod);
    this.byUid.delete(uid);
  }

  /**
   * The pod that was popped was not scheduled: the plugins that rejected it, or none where an error came between.
   * It waits for an event, or backs off where one that matters came during its attempt, or after an error.
   */
  addUnschedulable(pod: QueuedPodInfo, plugins: ReadonlySet<string>): void {
    const { uid } = pod.podInfo;
    const missed = pod.inFlightSince < 0 ? [] : this.events.slice(pod.inFlightSince - this.firstEvent);
    this.leaveFlight(pod);
    if (this.byUid.get(uid) !== pod) return;
    pod.timestamp = this.options.now();
    pod.unschedulablePlugins = plugins;
    if (plugins.size > 0) {
      pod.unschedulableCount++;
      pod.consecutiveErrorsCount = 0;
    } else pod.consecutiveErrorsCount++;
    if (plugins.size === 0 || missed.some((happened) => this.isWorthRequeuing(pod, happened))) this.requeue(pod);
    else this.unschedulable.set(uid, pod);
  }

  /** To the back-off queue while the pod backs off, else to the active one. */
  private requeue(pod: QueuedPodInfo): void {
    this.unschedulable.delete(pod.podInfo.uid);
    if (!isBackingOff(pod, this.options.now(), this.limits)) this.activate(pod);
    else (pod.unschedulablePlugins.size > 0 ? this.backoff : this.errorBackoff).push(pod);
  }

  /** Something happened in the cluster: pods that it may help are tried again. Returns whether any pod moved. */
  moveAllToActiveOrBackoff(event: ClusterEvent, previous: ApiObject | undefined, current: ApiObject | undefined): boolean {
    const happened = { event, previous, current };
    if (this.inFlight > 0) this.events.push(happened);
    let moved = false;
    for (const pod of [...this.unschedulable.values()]) {
      if (!this.isWorthRequeuing(pod, happened)) continue;
      this.requeue(pod);
      moved = true;
    }
    return moved;
  }

  private isWorthRequeuing(pod: QueuedPodInfo, { event, previous, current }: HappenedEvent): boolean {
    if (event.resource === "*") return true;
    for (const plugin of pod.unschedulablePlugins) {
      const registrations = this.options.registrations(pod.podInfo, plugin);
      if (registrations === undefined) return true;
      for (const { resource, actions, hint } of registrations) {
        if ((resource !== "*" && resource !== event.resource) || (actions & event.actions) === 0) continue;
        if (hint === undefined || hint(pod.podInfo, previous, current) === "Queue") return true;
      }
    }
    return false;
  }

  /** Pods whose back-off is over go to the active queue. */
  flushBackoff(): void {
    const now = this.options.now();
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (let pod = heap.peek(); pod !== undefined && !isBackingOff(pod, now, this.limits); pod = heap.peek()) {
        heap.remove(pod);
        this.activate(pod);
      }
    }
  }

  /** Pods that waited for an event for too long are tried all the same. */
  flushUnschedulable(): void {
    const now = this.options.now();
    for (const pod of [...this.unschedulable.values()]) {
      if (now - pod.timestamp <= this.maxInUnschedulable) break;
      this.requeue(pod);
    }
  }

  /** When a flush will find something next, so that no event is needed before; undefined where nothing waits. */
  nextFlush(): Timestamp | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const heap of [this.backoff, this.errorBackoff]) {
      const head = heap.peek();
      if (head !== undefined) next = Math.min(next, backoffExpiry(head, this.limits) + SECOND);
    }
    for (const pod of this.unschedulable.values()) {
      const waited = pod.timestamp + this.maxInUnschedulable - this.start;
      next = Math.min(next, this.start + (Math.floor(waited / UNSCHEDULABLE_FLUSH_PERIOD) + 1) * UNSCHEDULABLE_FLUSH_PERIOD);
      break;
    }
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }
}
