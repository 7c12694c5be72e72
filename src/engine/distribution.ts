/** Distributions written in scenarios as data, sampled from a named stream. */
import type { RandomStream } from "./random.js";

/** A source of numbers. The unit is the caller's: durations are sampled in seconds or microseconds as the scenario layer converted them. */
export interface Distribution {
  readonly mean: number;
  sample(stream: RandomStream): number;
}

/** Always the same value. */
export function constant(value: number): Distribution {
  return { mean: value, sample: () => value };
}
