/** Distributions of measured values. */
import { type Distribution, DistributionError, type KnownDistribution, requireFinite } from "./distribution.js";
import type { RandomStream } from "./random.js";

/** One point of an inverse distribution function: a share p of all values is at most `value`. */
export type QuantilePoint<Value = number> = readonly [p: number, value: Value];

/** First index whose entry is above x, in an ascending array. */
function firstAbove(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

class WeightedValues implements Distribution {
  readonly mean: number;
  private readonly values: Float64Array;
  /** Sum of the weights up to and including each value, as a share of all. */
  private readonly cumulative: Float64Array;

  constructor(pairs: readonly (readonly [value: number, weight: number])[]) {
    const sorted = pairs.filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
    const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
    this.values = Float64Array.from(sorted, ([value]) => value);
    this.cumulative = new Float64Array(sorted.length);
    let sum = 0;
    let moment = 0;
    for (const [i, [value, weight]] of sorted.entries()) {
      sum += weight;
      moment += value * weight;
      this.cumulative[i] = sum / total;
    }
    this.cumulative[sorted.length - 1] = 1;
    this.mean = moment / total;
  }

  sample(stream: RandomStream): number {
    return this.values[firstAbove(this.cumulative, stream.uniform())];
  }
}

class InverseCdf implements KnownDistribution {
  readonly mean: number;
  private readonly shares: Float64Array;
  private readonly values: Float64Array;

  constructor(points: readonly QuantilePoint[]) {
    this.shares = Float64Array.from(points, ([p]) => p);
    this.values = Float64Array.from(points, ([, value]) => value);
    this.mean = this.partialMean(Number.POSITIVE_INFINITY);
  }

  sample(stream: RandomStream): number {
    const p = stream.uniform();
    const i = firstAbove(this.shares, p);
    const share = (p - this.shares[i - 1]) / (this.shares[i] - this.shares[i - 1]);
    return this.values[i - 1] + share * (this.values[i] - this.values[i - 1]);
  }

  cdf(x: number): number {
    const i = firstAbove(this.values, x);
    if (i === 0) return 0;
    if (i === this.values.length) return 1;
    return this.shares[i - 1] + (this.shares[i] - this.shares[i - 1]) * ((x - this.values[i - 1]) / (this.values[i] - this.values[i - 1]));
  }

  partialMean(x: number): number {
    let sum = 0;
    for (let i = 1; i < this.values.length && this.values[i - 1] <= x; i++) {
      const end = Math.min(x, this.values[i]);
      const weight = Math.min(this.shares[i], this.cdf(end)) - this.shares[i - 1];
      sum += (weight * (this.values[i - 1] + end)) / 2;
    }
    return sum;
  }
}

/**
 * Draws one of the values, each as often as its weight says (alike without weights).
 * Values outside of the bounds are left out.
 */
export function empirical(
  values: readonly number[],
  weights?: readonly number[],
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): Distribution {
  if (values.length === 0) throw new DistributionError("empirical.values", "must hold at least one value");
  for (const [i, value] of values.entries()) requireFinite(`empirical.values[${i}]`, value);
  if (weights !== undefined && weights.length !== values.length)
    throw new DistributionError("empirical.weights", `must hold one weight for each of the ${values.length} values, not ${weights.length}`);
  const pairs = values.map((value, i): [number, number] => {
    const weight = weights === undefined ? 1 : weights[i];
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new DistributionError(`empirical.weights[${i}]`, `must be a finite number of at least 0, not ${String(weight)}`);
    return [value, weight];
  });
  const within = pairs.filter(([value, weight]) => weight > 0 && value >= min && value <= max);
  if (within.length === 0)
    throw new DistributionError(
      "empirical",
      pairs.every(([, weight]) => weight === 0) ? "at least one weight must be above 0" : `no value lies from min ${min} to max ${max}`,
    );
  return new WeightedValues(within);
}

/** Straight lines between points of the inverse distribution function; the first point has p = 0 (the least value), the last p = 1 (the greatest). */
export function inverseCdf(points: readonly QuantilePoint[]): KnownDistribution {
  const path = "empirical.quantiles";
  if (points.length < 2) throw new DistributionError(path, "must hold at least two points [p, value]");
  for (const [i, [p, value]] of points.entries()) {
    requireFinite(`${path}[${i}][0]`, p);
    requireFinite(`${path}[${i}][1]`, value);
    if (i > 0 && !(p > points[i - 1][0]))
      throw new DistributionError(`${path}[${i}][0]`, `p must ascend, but ${p} follows ${points[i - 1][0]}`);
    if (i > 0 && value < points[i - 1][1])
      throw new DistributionError(`${path}[${i}][1]`, `values must not descend, but ${value} follows ${points[i - 1][1]}`);
  }
  const first = points[0][0];
  const last = points[points.length - 1][0];
  if (first !== 0) throw new DistributionError(`${path}[0][0]`, `the first p must be 0, not ${first}`);
  if (last !== 1) throw new DistributionError(`${path}[${points.length - 1}][0]`, `the last p must be 1, not ${last}`);
  return new InverseCdf(points);
}
