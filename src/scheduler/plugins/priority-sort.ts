/** Higher priority first, then the longer wait. Source: pkg/scheduler/framework/plugins/queuesort/priority_sort.go */
import type { Plugin } from "../framework/plugin.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export class PrioritySort implements Plugin {
  static readonly NAME = "PrioritySort";
  readonly name = PrioritySort.NAME;

  compare(a: QueuedPodInfo, b: QueuedPodInfo): number {
    return b.podInfo.priority - a.podInfo.priority || a.timestamp - b.timestamp;
  }

  less(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    return this.compare(a, b) < 0;
  }
}
