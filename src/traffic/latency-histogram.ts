/**
 * Counts of durations in buckets whose width grows with the duration, so that any percentile is exact to within a fixed fraction.
 * After HdrHistogram (https://hdrhistogram.org): linear steps inside each power of two.
 */

/** Steps in each power of two; a bucket is at most 1/128 of its value wide. */
const STEP_BITS = 7;
const STEPS = 1 << STEP_BITS;

export class LatencyHistogram {
  private counts = new Uint32Array(STEPS * 4);
  private total = 0;
  private sum = 0;
  private smallest = Number.POSITIVE_INFINITY;
  private largest = 0;

  get count(): number {
    return this.total;
  }

  get mean(): number {
    return this.total === 0 ? Number.NaN : this.sum / this.total;
  }

  get min(): number {
    return this.smallest;
  }

  get max(): number {
    return this.largest;
  }

  /** Adds a duration in whole microseconds. */
  add(duration: number): void {
    const bucket = bucketOf(duration);
    if (bucket >= this.counts.length) {
      const counts = new Uint32Array(2 * bucket);
      counts.set(this.counts);
      this.counts = counts;
    }
    this.counts[bucket]++;
    this.total++;
    this.sum += duration;
    if (duration < this.smallest) this.smallest = duration;
    if (duration > this.largest) this.largest = duration;
  }

  /** The duration that a fraction (0 to 1) of all do not exceed, within 1/128; NaN where nothing was added. */
  quantile(fraction: number): number {
    if (this.total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(fraction * this.total));
    let seen = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket];
      if (seen >= rank) return Math.min(upperEdge(bucket), this.largest);
    }
    return this.largest;
  }
}

function bucketOf(value: number): number {
  if (value < STEPS) return value;
  const exponent = (value < 0x8000_0000 ? 31 - Math.clz32(value) : Math.floor(Math.log2(value))) - STEP_BITS;
  return (exponent + 1) * STEPS + (Math.floor(value / 2 ** exponent) - STEPS);
}

function upperEdge(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const exponent = Math.floor(bucket / STEPS) - 1;
  return ((bucket % STEPS) + STEPS + 1) * 2 ** exponent - 1;
}
