/**
 * When a work queue gives back a key that failed.
 *
 * Source: client-go util/workqueue/default_rate_limiters.go.
 */
import { TokenBucket } from "../../engine/resource/token-bucket.js";
import { MILLISECOND, SECOND, type SimTime } from "../../engine/simulation.js";

/** First delay of a key that failed, in microseconds. Source: client-go DefaultTypedControllerRateLimiter. */
export const FIRST_RETRY_DELAY: SimTime = 5 * MILLISECOND;
/** Greatest delay of a key that fails again and again. Source: as above. */
export const GREATEST_RETRY_DELAY: SimTime = 1000 * SECOND;
/** Retries a second of one queue over all keys, and their burst. Source: as above. */
export const RETRIES_PER_SECOND = 10;
export const RETRY_BURST = 100;

/** Delay of a failed key: doubling for each key, and a bucket over all keys; the longer of the two counts. */
export class RetryLimiter {
  private readonly failures = new Map<string, number>();
  private readonly bucket = new TokenBucket(RETRIES_PER_SECOND, RETRY_BURST);

  constructor(
    private readonly firstDelay: SimTime = FIRST_RETRY_DELAY,
    private readonly greatestDelay: SimTime = GREATEST_RETRY_DELAY,
  ) {}

  /** Counts a failure of the key and gives the time to wait, in microseconds. */
  delay(key: string, now: SimTime): SimTime {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    return Math.max(Math.min(this.firstDelay * 2 ** failures, this.greatestDelay), this.bucket.reserve(now));
  }

  /** Failures of the key since it was last forgotten. */
  retries(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }
}
