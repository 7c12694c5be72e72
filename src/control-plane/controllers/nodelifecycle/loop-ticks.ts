/**
 * The ticks of a loop. Most of them find nothing to do and are not simulated; this keeps account of when they are.
 *
 * A tick follows the end of the one before by the period (wait.UntilWithContext in apimachinery), so that a turn that takes long,
 * because many nodes have to be written, shifts all later ones.
 */
import type { SimTime } from "../../../engine/simulation.js";

export class LoopTicks {
  /** Times from which ticks were regular, ascending. */
  private origins: SimTime[];

  /** @param history how far back the past is asked for, in microseconds */
  constructor(
    first: SimTime,
    private readonly period: SimTime,
    private readonly history: SimTime,
  ) {
    this.origins = [first];
  }

  /** The first tick at that time or after it. */
  at(time: SimTime): SimTime {
    const i = this.regularSince(time);
    const origin = this.origins[i];
    const tick = time <= origin ? origin : origin + Math.ceil((time - origin) / this.period) * this.period;
    const next = this.origins.at(i + 1);
    return next === undefined ? tick : Math.min(tick, next);
  }

  /** The first tick after that time. */
  after(time: SimTime): SimTime {
    return this.at(time + 1);
  }

  /** The last tick at that time or before it, undefined before the first. */
  before(time: SimTime): SimTime | undefined {
    const origin = this.origins[this.regularSince(time)];
    return time < origin ? undefined : origin + Math.floor((time - origin) / this.period) * this.period;
  }

  /** A turn that began at a tick has ended only now. */
  turnEnded(began: SimTime, now: SimTime): void {
    if (now === began) return;
    this.origins.push(now + this.period);
    while (this.origins.length > 1 && this.origins[1] < now - this.history) this.origins.shift();
  }

  private regularSince(time: SimTime): number {
    let i = this.origins.length - 1;
    while (i > 0 && this.origins[i] > time) i--;
    return i;
  }
}
