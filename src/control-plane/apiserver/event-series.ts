/**
 * How components that speak events.k8s.io/v1 keep their Events few: the second event of a kind about an unchanged object makes a
 * series of the first, and further ones only count. What differs in its message is an Event of its own only where the object has
 * changed in between. There is no limit to the Events of an object.
 *
 * Source: k8s.io/client-go/tools/events/event_broadcaster.go (recordToSink, finishSeries).
 */
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import { MINUTE, type SimTime } from "../../engine/simulation.js";
import type { ObservedEvent } from "./event-correlator.js";

/** What was not heard of for so long is forgotten. Source: event_broadcaster.go finishTime. */
const FINISH_TIME: SimTime = 6 * MINUTE;

interface Series {
  readonly event: ObservedEvent;
  last: SimTime;
}

export class EventSeries {
  /** In the order in which they were heard of last. */
  private readonly known = new Map<string, Series>();

  /** @param nameOf invents the name of a new Event about an object */
  constructor(private readonly nameOf: (regarding: ObjectReference) => string) {}

  /** The Event to write, a new one where its count is 1; undefined where nothing is written. */
  correlate(
    now: SimTime,
    timestamp: Timestamp,
    regarding: ObjectReference,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): ObservedEvent | undefined {
    for (const [key, { last }] of this.known) {
      if (now - last <= FINISH_TIME) break;
      this.known.delete(key);
    }
    const { kind, namespace = "", name, uid = "", resourceVersion = "" } = regarding;
    const key = [type, reason, kind, namespace, name, uid, resourceVersion].join("/");
    const found = this.known.get(key);
    if (found === undefined) {
      const event: ObservedEvent = { name: this.nameOf(regarding), message, firstTimestamp: timestamp, count: 1 };
      this.known.set(key, { event, last: now });
      return event;
    }
    found.last = now;
    found.event.count++;
    this.known.delete(key);
    this.known.set(key, found);
    return found.event.count === 2 ? found.event : undefined;
  }
}
