/** Higher priority first, then the longer wait. Source: pkg/scheduler/framework/plugins/queuesort/priority_sort.go */
import type { Plugin } from "../framework/plugin.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export class PrioritySort implements Plugin {
  static readonly NAME = "PrioritySort";
  readonly name = PrioritySort.NAME;

  less(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    const [p, q] = [a.podInfo.priority, b.podInfo.priority];
    return p > q || (p === q && a.timestamp < b.timestamp);
  }
}
