/** The contract of an event queue. Every implementation passes the same suite, test/engine/queue/contract.ts. */

/** Identifies a scheduled event, to cancel it: a positive integer that is never given out twice by one queue. */
export type EventId = number;

/** The place of an event while it is pending: a small integer that is used again after the event. */
export type EventSlot = number;

/** What {@link EventQueue.pop} returns where no event is due. */
export const NONE: EventSlot = -1;

/**
 * Pending events in the order of (time, insertion).
 *
 * Times are integers from 0 to 2^53 - 1. The queue is monotone, as simulated time is: an event may not be earlier than the last one popped, nor
 * earlier than the limit of a pop that found nothing due (as far as that limit is finite).
 */
export interface EventQueue {
  /** Number of pending events: pushed, and neither popped nor cancelled. */
  readonly size: number;

  /** Number of events held in memory: the pending ones and those that are cancelled and not yet swept, which never exceed them by much. */
  readonly held: number;

  /** Time of the event popped last. */
  readonly time: number;
  /** Handler of the event popped last. */
  readonly handler: number;
  /** Argument of the event popped last. */
  readonly argument: number;

  /**
   * Adds an event after all those of the same time.
   * @param handler integer of 31 bits, from 0.
   * @returns the event's slot; slots are dense from 0, so that a caller may keep what belongs to an event in an array.
   * @throws {EventQueueFullError} where more events are pending than slots can number.
   */
  push(time: number, handler: number, argument: number): EventSlot;

  /** The identity of the event that is pending in the slot. */
  idOf(slot: EventSlot): EventId;

  /** Takes a pending event back. Returns its slot, or {@link NONE} where it was popped or cancelled before. */
  cancel(id: EventId): EventSlot;

  /** Removes the earliest event if it is not later than the limit, and shows it in `time`, `handler` and `argument`. Returns its slot or {@link NONE}. */
  pop(limit: number): EventSlot;
}

export class EventQueueFullError extends Error {
  constructor(capacity: number) {
    super(`more than ${capacity} events are pending: a component schedules events without end`);
    this.name = "EventQueueFullError";
  }
}
