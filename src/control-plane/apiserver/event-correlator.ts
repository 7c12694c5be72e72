/**
 * The client library's aggregation and spam filter of Event objects, for one source.
 *
 * Identical events about an object are counted in one Event; events that differ only in their message are combined once there are
 * ten of them; and an object's events pass a token bucket. What is remembered of an object goes with the hour for which its
 * Events are kept, or when 4096 other objects were heard of since.
 *
 * Source: k8s.io/client-go/tools/record/events_cache.go.
 */
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import { TokenBucket } from "../../engine/resource/token-bucket.js";
import { HOUR, SECOND, type SimTime } from "../../engine/simulation.js";

/** Source of the six: events_cache.go; the last is kube-apiserver's --event-ttl. */
const MAX_CACHED_OBJECTS = 4_096;
const SIMILAR_EVENTS_BEFORE_AGGREGATION = 10;
const AGGREGATION_WINDOW: SimTime = 600 * SECOND;
const SPAM_BURST = 25;
const SPAM_REFILL_PER_SECOND = 1 / 300;
export const EVENT_TTL: SimTime = HOUR;

/** Most lists have one entry, so they are concatenated: a list that grows in place takes room for many. */
const NONE: readonly never[] = [];

const AGGREGATED_PREFIX = "(combined from similar events): ";

/** One Event object, as the source remembers it. */
export interface ObservedEvent {
  readonly name: string;
  readonly message: string;
  readonly firstTimestamp: Timestamp;
  count: number;
}

/** Events of one type and reason about one object. */
interface SimilarEvents {
  readonly type: string;
  readonly reason: string;
  byMessage: readonly ObservedEvent[];
  aggregate: ObservedEvent | undefined;
  /** Different messages since the window began. */
  recentMessages: readonly string[];
  last: SimTime;
}

interface RememberedObject {
  similar: readonly SimilarEvents[];
  readonly bucket: TokenBucket;
  last: SimTime;
}

export class EventCorrelator {
  private readonly objects = new Map<string, RememberedObject>();

  /** @param nameOf invents the name of a new Event about an object */
  constructor(private readonly nameOf: (regarding: ObjectReference) => string) {}

  /** How many objects are remembered. */
  get size(): number {
    return this.objects.size;
  }

  /**
   * The Event to write: a new one where its count is 1. Undefined where the spam filter drops it.
   *
   * @param timestamp of the event, whole seconds
   */
  correlate(
    now: SimTime,
    timestamp: Timestamp,
    regarding: ObjectReference,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): ObservedEvent | undefined {
    const object = this.remember(now, regarding);
    const similar = similarEvents(object, type, reason);
    const observed = this.observe(similar, now, timestamp, regarding, message);
    return object.bucket.tryAccept(now) ? observed : undefined;
  }

  private remember(now: SimTime, regarding: ObjectReference): RememberedObject {
    const key = regarding.uid ?? `${regarding.kind}/${regarding.namespace ?? ""}/${regarding.name}`;
    let object = this.objects.get(key);
    if (object === undefined) object = { similar: NONE, bucket: new TokenBucket(SPAM_REFILL_PER_SECOND, SPAM_BURST), last: now };
    else this.objects.delete(key);
    object.last = now;
    this.objects.set(key, object);
    for (const [oldest, { last }] of this.objects) {
      if (this.objects.size <= MAX_CACHED_OBJECTS && now - last <= EVENT_TTL) break;
      this.objects.delete(oldest);
    }
    return object;
  }

  private observe(similar: SimilarEvents, now: SimTime, timestamp: Timestamp, regarding: ObjectReference, message: string): ObservedEvent {
    if (now - similar.last > AGGREGATION_WINDOW) similar.recentMessages = NONE;
    similar.last = now;
    if (!similar.recentMessages.includes(message)) similar.recentMessages = similar.recentMessages.concat(message);
    if (similar.recentMessages.length >= SIMILAR_EVENTS_BEFORE_AGGREGATION) {
      similar.recentMessages = similar.recentMessages.slice(1);
      const text = AGGREGATED_PREFIX + message;
      const { name, firstTimestamp, count } = similar.aggregate ?? { name: this.nameOf(regarding), firstTimestamp: timestamp, count: 0 };
      similar.aggregate = { name, message: text, firstTimestamp, count: count + 1 };
      return similar.aggregate;
    }
    const known = similar.byMessage.find((event) => event.message === message);
    if (known !== undefined) {
      known.count++;
      return known;
    }
    const event: ObservedEvent = { name: this.nameOf(regarding), message, firstTimestamp: timestamp, count: 1 };
    similar.byMessage = similar.byMessage.concat(event);
    return event;
  }
}

function similarEvents(object: RememberedObject, type: string, reason: string): SimilarEvents {
  let similar = object.similar.find((candidate) => candidate.reason === reason && candidate.type === type);
  if (similar === undefined) {
    similar = { type, reason, byMessage: NONE, aggregate: undefined, recentMessages: NONE, last: Number.NEGATIVE_INFINITY };
    object.similar = object.similar.concat(similar);
  }
  return similar;
}
