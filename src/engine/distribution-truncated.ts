/** A distribution under the condition that its value lies between bounds. */
import { type Distribution, DistributionError, type KnownDistribution } from "./distribution.js";
import type { RandomStream } from "./random.js";

/** Least share of the values that must lie between the bounds: sampling rejects the others, so this bounds its cost. */
const LEAST_SHARE = 0.001;

/** A number next below x: P(X < x) is the distribution function there, also where single values have a probability of their own. */
function justBelow(x: number): number {
  return x - Math.max(Math.abs(x) * Number.EPSILON, Number.MIN_VALUE);
}

class Truncated implements Distribution {
  readonly mean: number;

  constructor(
    private readonly whole: KnownDistribution,
    private readonly min: number,
    private readonly max: number,
    share: number,
  ) {
    this.mean = (whole.partialMean(max) - (min === Number.NEGATIVE_INFINITY ? 0 : whole.partialMean(justBelow(min)))) / share;
  }

  sample(stream: RandomStream): number {
    for (;;) {
      const value = this.whole.sample(stream);
      if (value >= this.min && value <= this.max) return value;
    }
  }
}

/**
 * The distribution of the values from min to max, both included.
 * @throws {DistributionError} where the bounds are in the wrong order or keep less than a thousandth of the values.
 */
export function truncated(whole: KnownDistribution, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Distribution {
  if (Number.isNaN(min)) throw new DistributionError("min", "must be a number");
  if (Number.isNaN(max)) throw new DistributionError("max", "must be a number");
  if (!(min < max)) throw new DistributionError("min", `must be below max, not ${min} and ${max}`);
  const below = min === Number.NEGATIVE_INFINITY ? 0 : whole.cdf(justBelow(min));
  const share = whole.cdf(max) - below;
  if (!(share >= LEAST_SHARE))
    throw new DistributionError(
      "min",
      `the bounds ${min} to ${max} keep only a share of ${share.toPrecision(2)} of the values; ${LEAST_SHARE} is the least`,
    );
  return new Truncated(whole, min, max, share);
}
