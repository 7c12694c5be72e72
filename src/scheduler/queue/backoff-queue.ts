/**
 * Pods that back off, the one whose back-off ends first at the head.
 *
 * Source of the rules: pkg/scheduler/backend/queue/backoff_queue.go
 */
import type { Timestamp } from "../../api/types/index.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";
import { backoffExpiry, type BackoffRules, flushOf, isBackingOff, lastFlush } from "./backoff.js";
import { PodHeap } from "./pod-heap.js";

export class BackoffQueue {
  /** Pods that a plugin rejected. */
  private readonly rejected: PodHeap;
  /** Pods that an error, not a plugin, brought back: their time is waited for. */
  private readonly failed: PodHeap;

  /**
   * @param start when the scheduler started
   * @param before the order of pods whose back-off ends together
   */
  constructor(
    private readonly rules: BackoffRules,
    private readonly start: Timestamp,
    before: (a: QueuedPodInfo, b: QueuedPodInfo) => boolean,
  ) {
    const byExpiry = (a: QueuedPodInfo, b: QueuedPodInfo): boolean => {
      const [x, y] = [backoffExpiry(a, rules), backoffExpiry(b, rules)];
      return x === y ? before(a, b) : x < y;
    };
    this.rejected = new PodHeap(byExpiry);
    this.failed = new PodHeap(byExpiry);
  }

  get size(): number {
    return this.rejected.size + this.failed.size;
  }

  /** Whether an idle scheduler finds a pod here that it may try before its time. */
  get hasRejected(): boolean {
    return this.rejected.size > 0;
  }

  list(): QueuedPodInfo[] {
    return [...this.rejected.list(), ...this.failed.list()];
  }

  has(pod: QueuedPodInfo): boolean {
    return this.rejected.has(pod) || this.failed.has(pod);
  }

  push(pod: QueuedPodInfo): void {
    if (pod.unschedulablePlugins.size > 0) this.rejected.push(pod);
    else this.failed.push(pod);
  }

  remove(pod: QueuedPodInfo): void {
    if (this.rejected.has(pod)) this.rejected.remove(pod);
    if (this.failed.has(pod)) this.failed.remove(pod);
  }

  /** The head of the pods that a plugin rejected. */
  popRejected(): QueuedPodInfo | undefined {
    return this.rejected.pop();
  }

  isBackingOff(pod: QueuedPodInfo, now: Timestamp): boolean {
    return isBackingOff(pod, now, this.rules);
  }

  /** Moves the pods whose back-off was over when such pods were last looked for. */
  flush(now: Timestamp, to: PodHeap): void {
    if (this.rejected.size === 0 && this.failed.size === 0) return;
    const looked = lastFlush(now, this.start, this.rules);
    this.flushHeap(this.rejected, looked, to);
    this.flushHeap(this.failed, looked, to);
  }

  private flushHeap(heap: PodHeap, now: Timestamp, to: PodHeap): void {
    for (let pod = heap.peek(); pod !== undefined && !isBackingOff(pod, now, this.rules); pod = heap.peek()) {
      heap.remove(pod);
      to.push(pod);
    }
  }

  /** When a flush will find something next; infinite where no pod backs off. */
  nextFlush(): Timestamp {
    let next = Number.POSITIVE_INFINITY;
    for (const heap of [this.rejected, this.failed]) {
      const head = heap.peek();
      if (head !== undefined) next = Math.min(next, flushOf(head, this.start, this.rules));
    }
    return next;
  }
}
