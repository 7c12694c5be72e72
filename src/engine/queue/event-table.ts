/**
 * What belongs to pending events, by slot: handler, argument, and a generation that tells an event from a later one in the same slot.
 *
 * Slots are used again, last freed first, so that a steady number of events touches the same memory. An id is (generation, slot); a slot
 * whose generations are used up is retired, so that no id is ever given out twice.
 */
import { EventQueueFullError, NONE, type EventId, type EventSlot } from "./event-queue.js";

/** Slots that an id can tell apart: 25 of the 53 bits of a safe integer. */
const MAX_SLOTS = 2 ** 25;
/** Generations of one slot: the other 28 bits. */
const MAX_GENERATIONS = 2 ** 28;

/** In place of a handler: the event is cancelled. */
const CANCELLED = -1;
/** In place of a handler: the slot is free, and the one freed before it is `FREE - handler`, or none where that is {@link NONE}. */
const FREE = -3;

/** Layout of a record in units of 32 bits; the argument is one double on the upper half. */
const STRIDE = 4;
const GENERATION = 0;
const HANDLER = 1;

export class EventTable {
  private words: Int32Array;
  private doubles: Float64Array;
  private used = 0;
  private lastFreed: EventSlot = NONE;

  constructor(
    private capacity = 64,
    private readonly maximumGenerations = MAX_GENERATIONS,
    private readonly maximumSlots = MAX_SLOTS,
  ) {
    this.words = new Int32Array(capacity * STRIDE);
    this.doubles = new Float64Array(this.words.buffer);
  }

  /** Slots ever used at once, the retired ones included. */
  get slots(): number {
    return this.used;
  }

  allocate(handler: number, argument: number): EventSlot {
    let slot = this.lastFreed;
    if (slot === NONE) {
      slot = this.used;
      if (slot === this.capacity) this.grow();
      this.used = slot + 1;
      this.words[slot * STRIDE + GENERATION] = 1;
    } else {
      this.lastFreed = FREE - this.words[slot * STRIDE + HANDLER];
    }
    this.words[slot * STRIDE + HANDLER] = handler;
    this.doubles[slot * 2 + 1] = argument;
    return slot;
  }

  idOf(slot: EventSlot): EventId {
    return this.words[slot * STRIDE + GENERATION] * MAX_SLOTS + slot;
  }

  handler(slot: EventSlot): number {
    return this.words[slot * STRIDE + HANDLER];
  }

  argument(slot: EventSlot): number {
    return this.doubles[slot * 2 + 1];
  }

  isCancelled(slot: EventSlot): boolean {
    return this.words[slot * STRIDE + HANDLER] === CANCELLED;
  }

  /** Ends the life of the id; the slot stays taken until {@link release}. Returns the slot, or {@link NONE} where the id is not alive. */
  cancel(id: EventId): EventSlot {
    const generation = Math.floor(id / MAX_SLOTS);
    const slot = id - generation * MAX_SLOTS;
    if (!Number.isInteger(id) || slot >= this.used) return NONE;
    const record = slot * STRIDE;
    if (this.words[record + GENERATION] !== generation || this.words[record + HANDLER] < 0) return NONE;
    this.words[record + HANDLER] = CANCELLED;
    return slot;
  }

  /** Frees the slot for another event. */
  release(slot: EventSlot): void {
    const record = slot * STRIDE;
    const generation = this.words[record + GENERATION] + 1;
    this.words[record + HANDLER] = FREE - this.lastFreed;
    if (generation === this.maximumGenerations) return;
    this.words[record + GENERATION] = generation;
    this.lastFreed = slot;
  }

  private grow(): void {
    if (this.capacity === this.maximumSlots) throw new EventQueueFullError(this.maximumSlots);
    this.capacity = Math.min(2 * this.capacity, this.maximumSlots);
    const words = new Int32Array(this.capacity * STRIDE);
    words.set(this.words);
    this.words = words;
    this.doubles = new Float64Array(words.buffer);
  }
}
