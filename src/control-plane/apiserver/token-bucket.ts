/**
 * The client-side rate limit of client-go: `qps` requests a second, bursts of up to `burst`.
 *
 * Source: k8s.io/client-go/util/flowcontrol NewTokenBucketRateLimiter over golang.org/x/time/rate.
 */
import { SECOND, type SimTime } from "../../engine/simulation.js";

export class TokenBucket {
  private tokens: number;
  private updated: SimTime = 0;

  /**
   * @param rate tokens a second, above 0
   * @param burst most tokens that gather
   */
  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {
    if (!(rate > 0)) throw new RangeError(`a token bucket needs a rate above 0, not ${rate}`);
    this.tokens = burst;
  }

  /** Takes a token, on credit where none is left, and returns after how many microseconds it may be used. */
  reserve(now: SimTime): SimTime {
    this.tokens = this.available(now) - 1;
    this.updated = now;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.rate) * SECOND);
  }

  /** Takes a token only where one is there. */
  tryTake(now: SimTime): boolean {
    const available = this.available(now);
    if (available < 1) return false;
    this.tokens = available - 1;
    this.updated = now;
    return true;
  }

  private available(now: SimTime): number {
    return Math.min(this.burst, this.tokens + ((now - this.updated) / SECOND) * this.rate);
  }
}
