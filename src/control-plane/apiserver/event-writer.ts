/**
 * How a component's Events get to the API server: one after the other, so that they take their turn behind the component's other
 * requests, or each for itself where the component speaks events.k8s.io/v1.
 *
 * Source: k8s.io/client-go/tools/record (StartRecordingToSink, recordToSink) with its queue of 1,000 events, and tools/events
 * (recordToSink), which starts a goroutine for each.
 */
import type { Event } from "../../api/types/policy.js";
import { type ApiClient, targetOf } from "./client.js";
import { FirstInFirstOut } from "./first-in-first-out.js";

/** Events that wait; later ones are dropped. Source: record.maxQueuedEvents. */
const MAX_QUEUED = 1_000;

export class EventWriter {
  private readonly waiting = new FirstInFirstOut<Event>();
  private writing = false;

  /** @param inTurn whether an Event waits for the answer to the one before */
  constructor(
    private readonly client: Pick<ApiClient, "create" | "patch">,
    private readonly inTurn: boolean,
    private readonly created: (event: Event) => void,
  ) {}

  /** Writes a new Event, or raises the count of one that was written before. */
  write(event: Event): void {
    if (!this.inTurn) {
      this.send(event, () => undefined);
      return;
    }
    if (this.waiting.length >= MAX_QUEUED) return;
    this.waiting.push(event);
    if (!this.writing) this.writeNext();
  }

  private writeNext(): void {
    this.writing = this.waiting.length > 0;
    if (!this.writing) return;
    this.send(this.waiting.shift(), () => {
      this.writeNext();
    });
  }

  private send(event: Event, answered: () => void): void {
    if (event.count === 1) {
      this.create(event, answered);
      return;
    }
    this.client.patch<"Event">(
      targetOf<"Event">(event),
      (current) => ({ ...event, metadata: current.metadata }),
      (result) => {
        // It has expired meanwhile, or the filter had dropped the first of its kind.
        if (!result.ok && result.status.code === 404) this.create(event, answered);
        else answered();
      },
    );
  }

  private create(event: Event, answered: () => void): void {
    this.client.create<"Event">(event, (result) => {
      if (result.ok) this.created(event);
      answered();
    });
  }
}
