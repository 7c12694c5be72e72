/**
 * Events that happen while pods are being tried: a pod that is rejected may have missed the one that would have helped it.
 *
 * Source of the rules: pkg/scheduler/backend/queue/active_queue.go (inFlightPods, inFlightEvents)
 */
import type { ApiObject } from "../../api/types/index.js";
import type { ClusterEvent } from "../framework/events.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export interface HappenedEvent {
  readonly event: ClusterEvent;
  readonly previous: ApiObject | undefined;
  readonly current: ApiObject | undefined;
}

const NOT_IN_FLIGHT = -1;

export class InFlight {
  private pods = 0;
  /** Events since the oldest pod in flight was popped. */
  private events: HappenedEvent[] = [];
  /** Number of the first event that is kept. */
  private first = 0;

  /** The pod was popped. */
  add(pod: QueuedPodInfo): void {
    pod.inFlightSince = this.first + this.events.length;
    this.pods++;
  }

  has(pod: QueuedPodInfo): boolean {
    return pod.inFlightSince !== NOT_IN_FLIGHT;
  }

  record(happened: HappenedEvent): void {
    if (this.pods > 0) this.events.push(happened);
  }

  /** The pod is not tried any more. Returns what happened meanwhile. */
  remove(pod: QueuedPodInfo): readonly HappenedEvent[] {
    if (!this.has(pod)) return [];
    const missed = this.events.slice(pod.inFlightSince - this.first);
    pod.inFlightSince = NOT_IN_FLIGHT;
    if (--this.pods === 0 && this.events.length > 0) {
      this.first += this.events.length;
      this.events = [];
    }
    return missed;
  }
}
