/** A quantity that holds its value until it changes, such as the length of a queue: its mean weighs each value by how long it lasted. */
import type { SimTime } from "../simulation.js";

export class TimeWeighted {
  private current: number;
  private area = 0;
  private start: SimTime;
  private changed: SimTime;
  private least: number;
  private most: number;

  constructor(
    private readonly clock: { readonly now: SimTime },
    initial = 0,
  ) {
    this.current = this.least = this.most = initial;
    this.start = this.changed = clock.now;
  }

  get value(): number {
    return this.current;
  }

  get minimum(): number {
    return this.least;
  }

  get maximum(): number {
    return this.most;
  }

  /** Value times microseconds since the start or the last {@link reset}. */
  get integral(): number {
    return this.area + this.current * (this.clock.now - this.changed);
  }

  /** The current value where no time has passed. */
  get mean(): number {
    const elapsed = this.clock.now - this.start;
    return elapsed === 0 ? this.current : this.integral / elapsed;
  }

  set(value: number): void {
    const { now } = this.clock;
    this.area += this.current * (now - this.changed);
    this.changed = now;
    this.current = value;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  add(change: number): void {
    this.set(this.current + change);
  }

  /** Forgets the past, such as the warm-up of a run; the value stays. */
  reset(): void {
    this.area = 0;
    this.start = this.changed = this.clock.now;
    this.least = this.most = this.current;
  }
}
