/**
 * When what led to a change of a Service's slices happened, for the annotation endpoints.kubernetes.io/last-change-trigger-time.
 *
 * Source: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go.
 */
import { formatTimestamp } from "../../../api/duration.js";
import type { Pod, Service, Timestamp } from "../../../api/types/index.js";
import { podCondition } from "../pod-conditions.js";

/** Source: v1.EndpointsLastChangeTriggerTime in core/v1/annotation_key_constants.go. */
const LAST_CHANGE_TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

/** The annotations with the time of what led to the change; that of an earlier change goes. Source: addTriggerTimeAnnotation in utils.go. */
export function triggerAnnotations(
  present: Readonly<Record<string, string>> | undefined,
  triggered: Timestamp | undefined,
): Readonly<Record<string, string>> {
  const others = Object.entries(present ?? {}).filter(([key]) => key !== LAST_CHANGE_TRIGGER_TIME);
  return {
    ...Object.fromEntries(others),
    ...(triggered !== undefined && { [LAST_CHANGE_TRIGGER_TIME]: formatTimestamp(triggered) }),
  };
}

export class TriggerTimes {
  /** Of each Service that was looked at the times at which its pods last became ready or stopped being so. */
  private readonly known = new Map<string, { readonly created: Timestamp; readonly pods: ReadonlyMap<string, Timestamp> }>();

  /**
   * Takes note of the Service's pods as they are now.
   *
   * @returns the earliest change since the last look; of a Service that is new its creation; undefined where nothing that counts changed
   */
  look(key: string, { metadata }: Service, pods: readonly Pod[]): Timestamp | undefined {
    const before = this.known.get(key);
    const created = metadata.creationTimestamp!;
    const times = new Map<string, Timestamp>();
    let earliest: Timestamp | undefined;
    for (const pod of pods) {
      const time = podCondition(pod, "Ready")?.lastTransitionTime;
      if (time === undefined) continue;
      const { name } = pod.metadata;
      times.set(name, time);
      if (time > (before?.pods.get(name) ?? -Infinity)) earliest = Math.min(earliest ?? time, time);
    }
    this.known.set(key, { created, pods: times });
    if (before === undefined) return created;
    return created > before.created ? Math.min(earliest ?? created, created) : earliest;
  }

  forget(key: string): void {
    this.known.delete(key);
  }
}
