/**
 * Whether something that happened in the cluster helps a pod that plugins rejected.
 *
 * Source of the rules: isPodWorthRequeuing in pkg/scheduler/backend/queue/scheduling_queue.go
 */
import type { ClusterEvent, EventRegistration } from "../framework/events.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";
import type { HappenedEvent } from "./in-flight.js";

/** When a pod that an event helps is tried: queueAfterBackoff and queueImmediately in scheduling_queue.go */
export type Worth = "after back-off" | "at once";

/** What the plugin of the pod's profile registered for; undefined where the plugin registered nothing and any event will do. */
export type Registrations = (pod: PodInfo, plugin: string) => readonly EventRegistration[] | undefined;

export class QueueingHints {
  constructor(private readonly registrations: Registrations) {}

  /** Whether the plugin wants to hear of such events: the same for all pods of a profile. */
  isInterested(pod: QueuedPodInfo, plugin: string, event: ClusterEvent): boolean {
    const registrations = this.registrations(pod.podInfo, plugin);
    return (
      registrations === undefined || event.resource === "*" || registrations.some((registration) => concernsEvent(registration, event))
    );
  }

  /** Undefined where the event does not help. What a pending plugin waited for helps at once. */
  worthOf(pod: QueuedPodInfo, { event, previous, current }: HappenedEvent): Worth | undefined {
    if (event.resource === "*")
      return current === undefined || current.metadata.uid === pod.podInfo.pod.metadata.uid ? "after back-off" : undefined;
    let worth: Worth | undefined;
    for (const plugin of pod.unschedulablePlugins) {
      if (!this.helps(plugin, pod.podInfo, { event, previous, current })) continue;
      if (pod.pendingPlugins.has(plugin)) return "at once";
      worth = "after back-off";
      if (pod.pendingPlugins.size === 0) return worth;
    }
    return worth;
  }

  /** Of several events the one that helps most. */
  greatestWorth(pod: QueuedPodInfo, events: readonly HappenedEvent[]): Worth | undefined {
    const found = events.map((happened) => this.worthOf(pod, happened));
    return found.find((worth) => worth === "at once") ?? found.find((worth) => worth !== undefined);
  }

  private helps(plugin: string, pod: PodInfo, { event, previous, current }: HappenedEvent): boolean {
    const registrations = this.registrations(pod, plugin);
    if (registrations === undefined) return true;
    return registrations.some(
      (registration) =>
        concernsEvent(registration, event) && (registration.hint === undefined || registration.hint(pod, previous, current) === "Queue"),
    );
  }
}

function concernsEvent({ resource, actions }: EventRegistration, event: ClusterEvent): boolean {
  return (resource === "*" || resource === event.resource) && (actions & event.actions) !== 0;
}
