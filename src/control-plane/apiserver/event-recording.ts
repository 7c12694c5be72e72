/** What becomes of the events that components record: Event objects in the store, or news for recorders alone. */
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import { SECOND, type Simulation } from "../../engine/simulation.js";
import { type ApiClient, targetOf } from "./client.js";
import { EVENT_TTL, EventCorrelator, type ObservedEvent } from "./event-correlator.js";
import type { Caller } from "./request.js";

/**
 * "stored": Events are written through the API server like all objects and expire after an hour. "announced": they are told to
 * commit listeners and kept nowhere, which an unbounded run with millions of pods needs.
 */
export type EventRetention = "stored" | "announced";

/** Who records: Events are written by the component's own client. */
export interface EventSource extends Pick<ApiClient, "create" | "patch"> {
  readonly caller: Caller;
}

/** Where Events go that are not stored, and what removes stored ones. */
export interface EventDestination {
  announce(event: Event, isNew: boolean): void;
  expire(namespace: string, name: string, before: Timestamp): boolean;
}

const DEFAULT_NAMESPACE = "default";

export class EventRecording {
  private readonly correlators = new Map<EventSource, EventCorrelator>();
  private sequence = 0;
  private readonly expiring: { readonly namespace: string; readonly name: string }[] = [];

  constructor(
    private readonly simulation: Simulation,
    private readonly epoch: Timestamp,
    private readonly retention: EventRetention,
    private readonly destination: EventDestination,
  ) {}

  record(source: EventSource, regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void {
    const { now } = this.simulation;
    const wallClock = this.epoch + now;
    const timestamp = wallClock - (wallClock % SECOND);
    const observed = this.correlator(source).correlate(now, timestamp, regarding, type, reason, message);
    if (observed === undefined) return;
    const event = eventOf(source.caller, regarding, type, reason, observed, timestamp);
    if (this.retention === "announced") this.destination.announce(event, observed.count === 1);
    else {
      if (observed.count > 1) source.patch<"Event">(targetOf<"Event">(event), (current) => ({ ...event, metadata: current.metadata }));
      else {
        source.create<"Event">(event);
        this.expireLater(event);
      }
    }
  }

  private correlator(source: EventSource): EventCorrelator {
    let correlator = this.correlators.get(source);
    if (correlator === undefined) {
      // Upstream writes the nanosecond of the wall clock; a running number keeps names of one microsecond apart.
      correlator = new EventCorrelator(({ name }) => `${name}.${(this.epoch + this.simulation.now).toString(16)}${(++this.sequence).toString(16)}`);
      this.correlators.set(source, correlator);
    }
    return correlator;
  }

  private expireLater({ metadata: { namespace = DEFAULT_NAMESPACE, name } }: Event): void {
    this.expiring.push({ namespace, name });
    if (this.expiring.length === 1) this.simulation.after(EVENT_TTL, this.sweep);
  }

  /** Removes Events that were not touched for their time to live; looked at each hour, as precisely as anybody needs. */
  private readonly sweep = (): void => {
    const before = this.epoch + this.simulation.now - EVENT_TTL;
    const kept = this.expiring.filter(({ namespace, name }) => !this.destination.expire(namespace, name, before));
    this.expiring.length = 0;
    this.expiring.push(...kept);
    if (kept.length > 0) this.simulation.after(EVENT_TTL, this.sweep);
  };
}

function eventOf(
  { component, host }: Caller,
  regarding: ObjectReference,
  type: "Normal" | "Warning",
  reason: string,
  { name, message, firstTimestamp, count }: ObservedEvent,
  lastTimestamp: Timestamp,
): Event {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: regarding.namespace === undefined || regarding.namespace === "" ? DEFAULT_NAMESPACE : regarding.namespace },
    involvedObject: regarding,
    type,
    reason,
    message,
    source: host === undefined ? { component } : { component, host },
    firstTimestamp,
    lastTimestamp,
    count,
  };
}
