/** An event queue of objects on the npm package fastpriorityqueue, a binary heap: the yardstick for {@link EventQueue} implementations. */
import FastPriorityQueue from "fastpriorityqueue";
import type { EventId, EventQueue, EventSlot } from "./event-queue.js";
import { NONE } from "./event-queue.js";
import { EventTable } from "./event-table.js";

interface Entry {
  readonly time: number;
  /** Equal times are popped in the order of their sequence: the heap itself keeps no order among equals. */
  readonly sequence: number;
  readonly slot: EventSlot;
}

/** Cancelled entries are swept when they outnumber the pending ones by this many. */
const SWEEP_MARGIN = 64;

function isEarlier(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

export class FastPriorityEventQueue implements EventQueue {
  private readonly heap = new FastPriorityQueue<Entry>(isEarlier);
  private readonly table = new EventTable();
  private sequence = 0;
  private cancelled = 0;
  now = 0;
  handler = 0;
  argument = 0;

  get size(): number {
    return this.heap.size - this.cancelled;
  }

  get held(): number {
    return this.heap.size;
  }

  push(delay: number, handler: number, argument: number): EventSlot {
    const slot = this.table.allocate(handler, argument);
    this.heap.add({ time: this.now + delay, sequence: this.sequence++, slot });
    return slot;
  }

  idOf(slot: EventSlot): EventId {
    return this.table.idOf(slot);
  }

  cancel(id: EventId): EventSlot {
    const slot = this.table.cancel(id);
    if (slot === NONE) return NONE;
    this.cancelled++;
    if (this.cancelled > this.size + SWEEP_MARGIN) this.sweep();
    return slot;
  }

  pop(limit: number): EventSlot {
    for (;;) {
      const first = this.heap.peek();
      if (first === undefined || first.time > limit) {
        if (limit > this.now && limit !== Number.POSITIVE_INFINITY) this.now = limit;
        return NONE;
      }
      this.heap.poll();
      const slot = first.slot;
      if (this.table.isCancelled(slot)) {
        this.table.release(slot);
        this.cancelled--;
        continue;
      }
      this.now = first.time;
      this.handler = this.table.handler(slot);
      this.argument = this.table.argument(slot);
      this.table.release(slot);
      return slot;
    }
  }

  private sweep(): void {
    for (const { slot } of this.heap.removeMany((entry) => this.table.isCancelled(entry.slot))) this.table.release(slot);
    this.cancelled = 0;
  }
}
