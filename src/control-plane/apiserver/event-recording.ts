/** What becomes of the events that components record: Event objects in the store, or news for recorders alone. */
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import { MINUTE, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { ApiClient } from "./client.js";
import { EVENT_TTL, EventCorrelator, type ObservedEvent } from "./event-correlator.js";
import { EventSeries } from "./event-series.js";
import { EventWriter } from "./event-writer.js";
import type { Caller } from "./request.js";

/**
 * "stored": Events are written through the API server like all objects and expire after an hour. "announced": they are told to
 * commit listeners and kept nowhere, which an unbounded run with millions of pods needs.
 */
export type EventRetention = "stored" | "announced";

/** Who records, and the client that its Events are written with. */
export interface EventSource {
  readonly caller: Caller;
  readonly eventClient: Pick<ApiClient, "create" | "patch">;
  /** Whether it speaks events.k8s.io/v1, see {@link EventSeries}. */
  readonly eventSeries: boolean;
}

/** What is kept of a source. */
interface Recorder {
  readonly correlator: Pick<EventCorrelator, "correlate">;
  readonly writer: EventWriter;
}

/** Where Events go that are not stored, and what removes stored ones. */
export interface EventDestination {
  announce(event: Event, isNew: boolean): void;
  expire(namespace: string, name: string, before: Timestamp): boolean;
}

const DEFAULT_NAMESPACE = "default";
/** Events that expire within this time are removed together: nobody looks more precisely. */
const SWEEP_PERIOD: SimTime = MINUTE;

export class EventRecording {
  private readonly recorders = new Map<EventSource, Recorder>();
  private sequence = 0;
  /** In order of the time since which they were not looked at. */
  private readonly expiring: { readonly namespace: string; readonly name: string; readonly since: SimTime }[] = [];
  /** So many of them, from the first on, are done with. */
  private expired = 0;

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
    const { correlator, writer } = this.recorder(source);
    const observed = correlator.correlate(now, timestamp, regarding, type, reason, message);
    if (observed === undefined) return;
    const event = eventOf(source.caller, regarding, type, reason, observed, timestamp);
    if (this.retention === "announced") this.destination.announce(event, observed.count === 1);
    else writer.write(event);
  }

  private recorder(source: EventSource): Recorder {
    let recorder = this.recorders.get(source);
    if (recorder === undefined) {
      // Upstream writes the nanosecond of the wall clock; a running number keeps names of one microsecond apart.
      const nameOf = ({ name }: ObjectReference) =>
        `${name}.${(this.epoch + this.simulation.now).toString(16)}${(++this.sequence).toString(16)}`;
      const writer = new EventWriter(source.eventClient, !source.eventSeries, (event) => {
        this.expireLater(event);
      });
      this.recorders.set(
        source,
        (recorder = { correlator: source.eventSeries ? new EventSeries(nameOf) : new EventCorrelator(nameOf), writer }),
      );
    }
    return recorder;
  }

  private expireLater({ metadata: { namespace = DEFAULT_NAMESPACE, name } }: Event): void {
    this.expiring.push({ namespace, name, since: this.simulation.now });
    if (this.expiring.length - this.expired === 1) this.simulation.after(EVENT_TTL, this.sweep);
  }

  /** Removes Events that were not touched for their time to live, which begins anew with each change. */
  private readonly sweep = (): void => {
    const { now } = this.simulation;
    const before = this.epoch + now - EVENT_TTL;
    while (this.expired < this.expiring.length && this.expiring[this.expired].since + EVENT_TTL <= now) {
      const { namespace, name } = this.expiring[this.expired++];
      if (!this.destination.expire(namespace, name, before)) this.expiring.push({ namespace, name, since: now });
    }
    this.expiring.splice(0, this.expired);
    this.expired = 0;
    const next = this.expiring.at(0);
    if (next !== undefined) this.simulation.after(Math.max(SWEEP_PERIOD, next.since + EVENT_TTL - now), this.sweep);
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
    metadata: {
      name,
      namespace: regarding.namespace === undefined || regarding.namespace === "" ? DEFAULT_NAMESPACE : regarding.namespace,
    },
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
