/** Distributions written in scenarios as data, sampled from a named stream. */
import type { RandomStream } from "./random.js";

/** A source of numbers. The unit is the caller's: durations are sampled in seconds or microseconds as the scenario layer converted them. */
export interface Distribution {
  readonly mean: number;
  sample(stream: RandomStream): number;
}

/** A distribution whose function is known, so that it can be truncated. */
export interface KnownDistribution extends Distribution {
  /** P(X ≤ x). */
  cdf(x: number): number;
  /** E[X; X ≤ x]: what the values up to x contribute to the mean. */
  partialMean(x: number): number;
}

/** A distribution was described wrongly. */
export class DistributionError extends RangeError {
  constructor(
    /** Path of the parameter inside the description, such as `exponential.mean`. */
    readonly path: string,
    /** What is wrong and what would be right. */
    readonly problem: string,
  ) {
    super(path === "" ? problem : `${path}: ${problem}`);
    this.name = "DistributionError";
  }
}

/** @throws {DistributionError} where the value is not a finite number. */
export function requireFinite(path: string, value: number): void {
  if (!Number.isFinite(value)) throw new DistributionError(path, `must be a finite number, not ${String(value)}`);
}

/** @throws {DistributionError} where the value is not a finite number above 0. */
export function requirePositive(path: string, value: number): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new DistributionError(path, `must be a finite number above 0, not ${String(value)}`);
}

/** Always the same value. */
export function constant(value: number): Distribution {
  requireFinite("constant", value);
  return { mean: value, sample: () => value };
}
