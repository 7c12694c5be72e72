/**
 * The simulation loop: a clock, an event queue, and named random streams. It knows nothing of Kubernetes.
 *
 * Simulated time is an integer number of microseconds. Events at the same time run in the order in which they were scheduled.
 */
import { RandomStreams, type RandomStream } from "./random.js";

/** Integer microseconds of simulated time since the start of the run. */
export type SimTime = number;

export const MICROSECOND = 1;
export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Identifies a scheduled event, to cancel it. */
export type EventId = number;

/** Identifies a handler registered with {@link Simulation.register}. */
export type HandlerId = number;

export interface SimulationOptions {
  /** Master seed of the study. */
  readonly seed: number | string;
  /** Number of the replication, from 0. */
  readonly replication?: number;
}

interface Pending {
  readonly time: SimTime;
  readonly sequence: number;
  readonly action: () => void;
}

export class Simulation {
  private readonly handlers: ((argument: number) => void)[] = [];
  private readonly streams: RandomStreams;
  private readonly pending: Pending[] = [];
  private readonly cancelled = new Set<EventId>();
  private clock: SimTime = 0;
  private sequence = 0;
  private stopped = false;

  constructor(options: SimulationOptions) {
    this.streams = new RandomStreams(options.seed, options.replication ?? 0);
  }

  /** Current simulated time. */
  get now(): SimTime {
    return this.clock;
  }

  /** The random stream of that name: the same numbers whatever other streams exist. */
  stream(name: string): RandomStream {
    return this.streams.stream(name);
  }

  /** Registers a handler once, so that scheduling it allocates nothing. */
  register(handler: (argument: number) => void): HandlerId {
    return this.handlers.push(handler) - 1;
  }

  /** Schedules a registered handler after a delay of zero or more microseconds. */
  schedule(delay: SimTime, handler: HandlerId, argument = 0): EventId {
    return this.after(delay, () => {
      this.handlers[handler](argument);
    });
  }

  /** Runs the action at an absolute time that is not in the past. */
  at(time: SimTime, action: () => void): EventId {
    if (!(time >= this.clock)) throw new RangeError(`cannot schedule an event at ${time} µs: the clock is at ${this.clock} µs`);
    const event = { time: Math.round(time), sequence: ++this.sequence, action };
    let low = 0;
    let high = this.pending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pending[middle].time > event.time) low = middle + 1;
      else high = middle;
    }
    this.pending.splice(low, 0, event);
    return event.sequence;
  }

  /** Runs the action after a delay of zero or more microseconds. */
  after(delay: SimTime, action: () => void): EventId {
    return this.at(this.clock + delay, action);
  }

  /** Takes a scheduled event back. Returns false where it already ran or was cancelled. */
  cancel(id: EventId): boolean {
    if (!this.pending.some((event) => event.sequence === id) || this.cancelled.has(id)) return false;
    this.cancelled.add(id);
    return true;
  }

  /** Ends {@link run} after the event that is running. */
  stop(): void {
    this.stopped = true;
  }

  /** Runs events in order until none is left, or until the given time; the clock then stands at that time. Returns how many ran. */
  run(until: SimTime = Number.POSITIVE_INFINITY): number {
    let count = 0;
    this.stopped = false;
    while (!this.stopped && this.pending.length > 0 && this.pending[this.pending.length - 1].time <= until) {
      const event = this.pending.pop()!;
      if (this.cancelled.delete(event.sequence)) continue;
      this.clock = event.time;
      event.action();
      count++;
    }
    if (!this.stopped && until !== Number.POSITIVE_INFINITY) this.clock = Math.max(this.clock, until);
    return count;
  }
}
