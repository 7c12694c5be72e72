/**
 * How a component's Events get to the API server: one after the other, so that they take their turn behind the component's other
 * requests.
 *
 * Source: k8s.io/client-go/tools/record (StartRecordingToSink, recordToSink) and its queue of 1,000 events.
 */
import type { Event } from "../../api/types/policy.js";
import { type ApiClient, targetOf } from "./client.js";
import { FirstInFirstOut } from "./first-in-first-out.js";

/** Events that wait; later ones are dropped. Source: record.maxQueuedEvents. */
const MAX_QUEUED = 1_000;

export class EventWriter {
  private readonly waiting = new FirstInFirstOut<Event>();
  private writing = false;

  constructor(
    private readonly client: Pick<ApiClient, "create" | "patch">,
    private readonly created: (event: Event) => void,
  ) {}

  /** Writes a new Event, or raises the count of one that was written before. */
  write(event: Event): void {
    if (this.waiting.length >= MAX_QUEUED) return;
    this.waiting.push(event);
    if (!this.writing) this.writeNext();
  }

  private writeNext(): void {
    this.writing = this.waiting.length > 0;
    if (!this.writing) return;
    const event = this.waiting.shift();
    if (event.count === 1) this.create(event);
    else {
      this.client.patch<"Event">(
        targetOf<"Event">(event),
        (current) => ({ ...event, metadata: current.metadata }),
        (result) => {
          // It has expired meanwhile, or the filter had dropped the first of its kind.
          if (!result.ok && result.status.code === 404) this.create(event);
          else this.writeNext();
        },
      );
    }
  }

  private create(event: Event): void {
    this.client.create<"Event">(event, (result) => {
      if (result.ok) this.created(event);
      this.writeNext();
    });
  }
}
