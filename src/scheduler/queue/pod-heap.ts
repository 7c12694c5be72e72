/**
 * A priority queue of pods from which a pod can be taken out anywhere.
 *
 * Pods mostly come in the order in which they leave: those wait in a plain list, and a binary heap holds the others.
 */
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

/** Where a pod is: its place in the heap from 0 on, its place in the list from {@link LISTED} down, or nowhere. */
const NOWHERE = -1;
const LISTED = -2;
/** Places at the front of the list that are given up before it is cut. */
const MAX_SPENT = 1024;

export class PodHeap {
  private readonly items: QueuedPodInfo[] = [];
  /** In order; undefined where a pod was taken out. First and last are pods. */
  private line: (QueuedPodInfo | undefined)[] = [];
  private head = 0;
  /** Number of places that were cut from the front of the list. */
  private cut = 0;
  private listed = 0;

  /** @param before total order: whether the first pod comes before the second */
  constructor(private readonly before: (a: QueuedPodInfo, b: QueuedPodInfo) => boolean) {}

  get size(): number {
    return this.items.length + this.listed;
  }

  peek(): QueuedPodInfo | undefined {
    const first = this.line[this.head];
    if (this.items.length === 0) return first;
    return first !== undefined && this.before(first, this.items[0]) ? first : this.items[0];
  }

  has(pod: QueuedPodInfo): boolean {
    return pod.heapIndex >= 0 ? this.items[pod.heapIndex] === pod : this.line[LISTED - pod.heapIndex - this.cut] === pod;
  }

  push(pod: QueuedPodInfo): void {
    const { line } = this;
    const last = line[line.length - 1];
    if (last !== undefined && this.before(pod, last)) {
      pod.heapIndex = this.items.push(pod) - 1;
      this.up(pod.heapIndex);
      return;
    }
    pod.heapIndex = LISTED - this.cut - (line.push(pod) - 1);
    this.listed++;
  }

  pop(): QueuedPodInfo | undefined {
    const first = this.peek();
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(pod: QueuedPodInfo): void {
    const at = pod.heapIndex;
    pod.heapIndex = NOWHERE;
    if (at <= LISTED) this.unlist(LISTED - at - this.cut);
    else this.removeItem(pod, at);
  }

  /** All pods, in no particular order. */
  list(): readonly QueuedPodInfo[] {
    return [...this.line.slice(this.head).filter((pod) => pod !== undefined), ...this.items];
  }

  private unlist(at: number): void {
    const { line } = this;
    line[at] = undefined;
    this.listed--;
    while (line.length > this.head && line[line.length - 1] === undefined) line.pop();
    while (this.head < line.length && line[this.head] === undefined) this.head++;
    if (this.head === line.length || (this.head > MAX_SPENT && 2 * this.head > line.length)) {
      this.cut += this.head;
      this.line = line.slice(this.head);
      this.head = 0;
    }
  }

  private removeItem(pod: QueuedPodInfo, at: number): void {
    const { items } = this;
    const last = items.pop()!;
    if (last === pod) return;
    items[at] = last;
    last.heapIndex = at;
    if (!this.down(at)) this.up(at);
  }

  private up(at: number): void {
    const { items } = this;
    const pod = items[at];
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(pod, items[parent])) break;
      items[at] = items[parent];
      items[at].heapIndex = at;
      at = parent;
    }
    items[at] = pod;
    pod.heapIndex = at;
  }

  private down(from: number): boolean {
    const { items } = this;
    const pod = items[from];
    let at = from;
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && this.before(items[child + 1], items[child])) child++;
      if (!this.before(items[child], pod)) break;
      items[at] = items[child];
      items[at].heapIndex = at;
      at = child;
    }
    items[at] = pod;
    pod.heapIndex = at;
    return at !== from;
  }
}
