/** The order of an event queue in its plainest form: a list in the order of insertion that is searched from end to end. Slots and ids are the same number. */
import { type EventId, type EventSlot, NONE } from "../../../src/engine/queue/event-queue.js";

interface Pending {
  readonly time: number;
  readonly handler: number;
  readonly argument: number;
  readonly id: EventId;
}

export class NaiveEventQueue {
  time = 0;
  handler = 0;
  argument = 0;
  private readonly pending: Pending[] = [];
  private given = 0;

  get size(): number {
    return this.pending.length;
  }

  push(time: number, handler: number, argument: number): EventId {
    const id = ++this.given;
    this.pending.push({ time, handler, argument, id });
    return id;
  }

  cancel(id: EventId): EventSlot {
    const place = this.pending.findIndex((event) => event.id === id);
    if (place < 0) return NONE;
    this.pending.splice(place, 1);
    return id;
  }

  pop(limit: number): EventSlot {
    let earliest = NONE;
    for (let i = 0; i < this.pending.length; i++)
      if (this.pending[i].time <= limit && (earliest === NONE || this.pending[i].time < this.pending[earliest].time)) earliest = i;
    if (earliest === NONE) return NONE;
    const [event] = this.pending.splice(earliest, 1);
    ({ time: this.time, handler: this.handler, argument: this.argument } = event);
    return event.id;
  }
}
