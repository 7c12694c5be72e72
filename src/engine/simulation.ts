/**
 * The simulation loop: a clock, an event queue, and named random streams. It knows nothing of Kubernetes.
 *
 * Simulated time is an integer number of microseconds. Events at the same time run in the order in which they were scheduled.
 */
import { type EventId, type EventQueue, NONE } from "./queue/event-queue.js";
import { RadixEventQueue } from "./queue/radix-queue.js";
import { type RandomStream, RandomStreams } from "./random.js";

export type { EventId, EventQueue } from "./queue/event-queue.js";

/** Integer microseconds of simulated time since the start of the run. */
export type SimTime = number;

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Identifies a handler registered with {@link Simulation.register}. */
export type HandlerId = number;

export interface SimulationOptions {
  /** Master seed of the study. */
  readonly seed: number | string;
  /** Number of the replication, from 0. */
  readonly replication?: number;
  /** The event queue; the default is the fastest that the benchmark knows. */
  readonly queue?: EventQueue;
}

/** An event was scheduled at a time that is in the past, not a number, or beyond 2^53 µs (285 years). */
export class EventTimeError extends RangeError {
  constructor(time: number, now: SimTime) {
    super(`cannot schedule an event at ${time} µs: an event's time is a number from now (${now} µs) to ${Number.MAX_SAFE_INTEGER} µs`);
    this.name = "EventTimeError";
  }
}

/** Below this, a number and a half is represented exactly. */
const EXACT_HALVES = 2 ** 52;

/** Handler of the events that {@link Simulation.at} and {@link Simulation.after} schedule; the action is kept by slot. */
const RUN_ACTION: HandlerId = 0;

export class Simulation {
  private readonly queue: EventQueue;
  private readonly streams: RandomStreams;
  private readonly handlers: ((argument: number) => void)[] = [];
  /** Actions of pending closure events, by the slot of the event. */
  private readonly actions: ((() => void) | undefined)[] = [];
  private stopped = false;

  constructor(options: SimulationOptions) {
    this.streams = new RandomStreams(options.seed, options.replication ?? 0);
    this.queue = options.queue ?? new RadixEventQueue();
    this.handlers.push((slot) => {
      const action = this.actions[slot]!;
      this.actions[slot] = undefined;
      action();
    });
  }

  /** Current simulated time. */
  get now(): SimTime {
    return this.queue.now;
  }

  /** Number of scheduled events that neither ran nor were cancelled. */
  get pending(): number {
    return this.queue.size;
  }

  /** The random stream of that name: the same numbers whatever other streams exist. */
  stream(name: string): RandomStream {
    return this.streams.stream(name);
  }

  /** Registers a handler once, so that scheduling it allocates nothing. */
  register(handler: (argument: number) => void): HandlerId {
    return this.handlers.push(handler) - 1;
  }

  /**
   * Schedules a registered handler after a delay of zero or more microseconds; a fraction is rounded to the nearest.
   * @throws {EventTimeError} where the delay is negative, not a number or too long.
   */
  schedule(delay: SimTime, handler: HandlerId, argument = 0): EventId {
    return this.queue.idOf(this.push(delay, handler, argument));
  }

  /**
   * Runs the action at an absolute time; a fraction is rounded to the nearest microsecond.
   * @throws {EventTimeError} where the time is in the past, not a number or too far.
   */
  at(time: SimTime, action: () => void): EventId {
    return this.after(time - this.queue.now, action);
  }

  /**
   * Runs the action after a delay of zero or more microseconds; a fraction is rounded to the nearest.
   * @throws {EventTimeError} where the delay is negative, not a number or too long.
   */
  after(delay: SimTime, action: () => void): EventId {
    const slot = this.push(delay, RUN_ACTION, 0);
    // Slots are dense: growing the array one by one keeps it a plain array.
    while (this.actions.length <= slot) this.actions.push(undefined);
    this.actions[slot] = action;
    return this.queue.idOf(slot);
  }

  /** Takes a scheduled event back. Returns false where it already ran or was cancelled. */
  cancel(id: EventId): boolean {
    const slot = this.queue.cancel(id);
    if (slot === NONE) return false;
    if (slot < this.actions.length) this.actions[slot] = undefined;
    return true;
  }

  /** Ends {@link run} after the event that is running. */
  stop(): void {
    this.stopped = true;
  }

  /** Runs events in order until none is left, or until the given time (its events included); the clock then stands at that time. Returns how many ran. */
  run(until: SimTime = Number.POSITIVE_INFINITY): number {
    if (Number.isNaN(until)) throw new EventTimeError(until, this.now);
    const { queue, handlers } = this;
    const limit = Math.floor(until);
    let count = 0;
    this.stopped = false;
    for (;;) {
      const slot = queue.pop(limit);
      if (slot === NONE) break;
      const handler = queue.handler;
      handlers[handler](handler === RUN_ACTION ? slot : queue.argument);
      count++;
      if (this.stopped) return count;
    }
    return count;
  }

  private push(delay: SimTime, handler: HandlerId, argument: number): number {
    const { queue } = this;
    // The sum is exact below 2^52, and far faster than Math.round, on whose result the order of events waits.
    const whole = delay < EXACT_HALVES ? Math.floor(delay + 0.5) : Math.round(delay);
    if (!(delay >= 0 && queue.now + whole <= Number.MAX_SAFE_INTEGER)) throw new EventTimeError(queue.now + delay, queue.now);
    return queue.push(whole, handler, argument);
  }
}
