/**
 * Rate limiters of work queues and of the node controller, on the simulated clock.
 *
 * Source: client-go util/workqueue/default_rate_limiters.go and util/flowcontrol/throttle.go.
 */
import { MILLISECOND, SECOND, type SimTime } from "../../engine/simulation.js";

/** First delay of a key that failed, in microseconds. Source: client-go DefaultTypedControllerRateLimiter. */
export const FIRST_RETRY_DELAY: SimTime = 5 * MILLISECOND;
/** Greatest delay of a key that fails again and again. Source: as above. */
export const GREATEST_RETRY_DELAY: SimTime = 1000 * SECOND;
/** Retries a second of one queue over all keys, and their burst. Source: as above. */
export const RETRIES_PER_SECOND = 10;
export const RETRY_BURST = 100;

/** Sums of fractions of a token may fall short of a whole one by rounding. */
const ROUNDING = 1e-9;

/** A token bucket that is full at first. */
export class TokenBucket {
  private tokens: number;
  private last: SimTime = 0;

  /** @param perSecond tokens added each second; 0 or less means that nothing is ever accepted. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes a token if there is one. */
  tryAccept(now: SimTime): boolean {
    if (this.perSecond <= 0) return false;
    this.refill(now);
    if (this.tokens < 1 - ROUNDING) return false;
    this.tokens -= 1;
    return true;
  }

  /** Time from which a token is there, undefined where there never will be one. */
  nextToken(now: SimTime): SimTime | undefined {
    if (this.perSecond <= 0) return undefined;
    this.refill(now);
    return this.tokens >= 1 - ROUNDING ? now : now + Math.ceil(((1 - this.tokens) / this.perSecond) * SECOND);
  }

  /** Takes a token, on credit if need be, and tells how long to wait for it, in microseconds. */
  reserve(now: SimTime): SimTime {
    this.refill(now);
    this.tokens -= 1;
    return this.tokens >= -ROUNDING ? 0 : Math.ceil((-this.tokens / this.perSecond) * SECOND);
  }

  private refill(now: SimTime): void {
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.last) / SECOND) * this.perSecond);
    this.last = now;
  }
}

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

  retries(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }
}
