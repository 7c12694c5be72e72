/**
 * Quantiles of any number of observations in fixed memory: a histogram of buckets whose width grows with the value, as in HdrHistogram (Tene). Whole numbers below 512 are
 * kept exactly, greater ones to a relative error of 1/512, fractions are cut off. It is deterministic, and merging two histograms gives that of all observations in whatever order.
 */
const PRECISION_BITS = 8;
/** Buckets for each power of two. */
const BUCKETS = 1 << PRECISION_BITS;
const EXACT_BELOW = 2 * BUCKETS;

export class Histogram {
  private counts = new Float64Array(EXACT_BELOW);
  private observations = 0;
  private sum = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.observations;
  }

  /** Exact, not from the buckets; NaN without observations. */
  get mean(): number {
    return this.observations === 0 ? Number.NaN : this.sum / this.observations;
  }

  /** Infinity without observations. */
  get minimum(): number {
    return this.least;
  }

  /** -Infinity without observations. */
  get maximum(): number {
    return this.most;
  }

  /** @throws {RangeError} unless the value lies from 0 to 2^53 - 1. */
  record(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new RangeError(`a histogram takes finite numbers of at least 0, not ${value}`);
    const bucket = bucketOf(value);
    this.ensure(bucket);
    this.counts[bucket]++;
    this.observations++;
    this.sum += value;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  /** The value at or below which a share p of the observations lies: the middle of its bucket. NaN without observations. */
  quantile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile needs a probability from 0 to 1, not ${p}`);
    if (this.observations === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(p * this.observations));
    if (rank === 1) return this.least;
    if (rank === this.observations) return this.most;
    let seen = 0;
    let bucket = -1;
    while (seen < rank) seen += this.counts[++bucket];
    return Math.min(Math.max(middleOf(bucket), this.least), this.most);
  }

  merge(other: Histogram): void {
    if (other.observations === 0) return;
    this.ensure(other.counts.length - 1);
    for (const [bucket, count] of other.counts.entries()) this.counts[bucket] += count;
    this.observations += other.observations;
    this.sum += other.sum;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
  }

  private ensure(bucket: number): void {
    if (bucket < this.counts.length) return;
    const counts = new Float64Array(Math.max(bucket + 1, 2 * this.counts.length));
    counts.set(this.counts);
    this.counts = counts;
  }
}

/** Power of two by which the buckets of the value are wide. */
function exponentOf(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
  return bits - PRECISION_BITS - 1;
}

function bucketOf(value: number): number {
  if (value < EXACT_BELOW) return Math.floor(value);
  const exponent = exponentOf(value);
  return exponent * BUCKETS + Math.floor(value / 2 ** exponent);
}

function middleOf(bucket: number): number {
  if (bucket < EXACT_BELOW) return bucket;
  const exponent = Math.floor(bucket / BUCKETS) - 1;
  const first = (bucket - exponent * BUCKETS) * 2 ** exponent;
  return first + (2 ** exponent - 1) / 2;
}
