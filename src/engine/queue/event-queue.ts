/** The contract of an event queue. Every implementation passes the same suite, test/engine/queue/contract.ts. */

/** Identifies a scheduled event, to cancel it: a positive integer that is never given out twice by one queue. */
export type EventId = number;

/** The place of an event while it is pending: a small integer that is used again after the event. */
export type EventSlot = number;

/** What {@link EventQueue.pop} returns where no event is due. */
export const NONE: EventSlot = -1;

/**
 * Pending events in the order of (time, insertion), and the clock that goes from one to the next. Times are integers from 0 to 2^53 - 1. No event can
 * be put before the clock, which an implementation may take advantage of.
 */
export interface EventQueue {
  /** Number of pending events: pushed, and neither popped nor cancelled. */
  readonly size: number;

  /** Number of events held in memory: the pending ones and those that are cancelled and not yet swept, which never exceed them by much. */
  readonly held: number;

  /** The clock: the time of the event popped last, or the limit of a later pop that found nothing due. */
  readonly now: number;
  /** Handler of the event popped last. */
  readonly handler: number;
  /** Argument of the event popped last. */
  readonly argument: number;

  /**
   * Adds an event at `now + delay`, after all those of the same time.
   * @param delay integer of at least 0; the sum is a safe integer.
   * @param handler integer of 31 bits, from 0.
   * @returns the event's slot; slots are dense from 0, so that a caller may keep what belongs to an event in an array.
   * @throws {EventQueueFullError} where more events are pending than slots can number.
   */
  push(delay: number, handler: number, argument: number): EventSlot;

  /** The identity of the event that is pending in the slot. */
  idOf(slot: EventSlot): EventId;

  /** Takes a pending event back. Returns its slot, or {@link NONE} where it was popped or cancelled before. */
  cancel(id: EventId): EventSlot;

  /**
   * Removes the earliest event if it is not later than the limit, shows it in `now`, `handler` and `argument`, and returns its slot. Otherwise moves
   * the clock to the limit, if that is finite, and returns {@link NONE}.
   */
  pop(limit: number): EventSlot;
}

export class EventQueueFullError extends Error {
  constructor(capacity: number) {
    super(`more than ${capacity} events are pending: a component schedules events without end`);
    this.name = "EventQueueFullError";
  }
}
