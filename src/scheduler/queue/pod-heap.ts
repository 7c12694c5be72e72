/** A binary heap of queued pods from which a pod can be taken out anywhere. */
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export class PodHeap {
  private readonly items: QueuedPodInfo[] = [];

  /** @param before total order: whether the first pod comes before the second */
  constructor(private readonly before: (a: QueuedPodInfo, b: QueuedPodInfo) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): QueuedPodInfo | undefined {
    return this.items[0];
  }

  has(pod: QueuedPodInfo): boolean {
    return this.items[pod.heapIndex] === pod;
  }

  push(pod: QueuedPodInfo): void {
    pod.heapIndex = this.items.push(pod) - 1;
    this.up(pod.heapIndex);
  }

  /** The hole at the top goes down along the better children, and the last pod rises from there: it mostly belongs far down. */
  pop(): QueuedPodInfo | undefined {
    const { items } = this;
    const first = items[0];
    if (first === undefined) return undefined;
    const last = items.pop()!;
    first.heapIndex = -1;
    if (last === first) return first;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && this.before(items[child + 1], items[child])) child++;
      items[at] = items[child];
      items[at].heapIndex = at;
      at = child;
    }
    items[at] = last;
    this.up(at);
    return first;
  }

  remove(pod: QueuedPodInfo): void {
    const at = pod.heapIndex;
    const last = this.items.pop()!;
    pod.heapIndex = -1;
    if (last === pod) return;
    this.items[at] = last;
    last.heapIndex = at;
    if (!this.down(at)) this.up(at);
  }

  /** All pods, in no particular order. */
  list(): readonly QueuedPodInfo[] {
    return this.items;
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
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
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
