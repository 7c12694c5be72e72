/**
 * A token bucket with the semantics of golang.org/x/time/rate, on which client-go's flowcontrol limits the requests of each Kubernetes component: full at first, filled
 * at a steady rate, and able to run into debt by reservations, whose holders wait until it is paid.
 *
 * It is kept as one moment, at which the bucket would have been empty (the generic cell rate algorithm, ITU-T I.371), so that rates whose interval is a whole
 * number of microseconds are exact.
 */
import { SECOND, type SimTime } from "../simulation.js";

/** Fractions of a microsecond below this are the rounding of floating-point numbers. */
const ROUNDING = 1e-6;

export class TokenBucket {
  private readonly interval: SimTime;
  /** Where this lies before now, the bucket has held tokens ever since; where it lies after now, the bucket is in debt until then. */
  private emptyAt = Number.NEGATIVE_INFINITY;

  /**
   * @param rate tokens per second; with an infinite rate every request passes.
   * @param burst most tokens that the bucket holds.
   * @throws {RangeError} where the rate is not above 0 or the burst is below 1.
   */
  constructor(
    readonly rate: number,
    readonly burst: number,
  ) {
    if (!(rate > 0)) throw new RangeError(`the rate of a token bucket must be above 0 a second, not ${rate}`);
    if (!(burst >= 1)) throw new RangeError(`the burst of a token bucket must be at least 1, not ${burst}`);
    this.interval = SECOND / rate;
  }

  /** Tokens in the bucket; below 0 where reservations wait. */
  tokens(now: SimTime): number {
    if (this.interval === 0) return this.burst;
    return Math.min(this.burst, (now - this.emptyAt) / this.interval);
  }

  /** Takes a token if one is there now. */
  tryAccept(now: SimTime): boolean {
    const next = this.earliest(now) + this.interval;
    if (next > now + ROUNDING) return false;
    this.emptyAt = next;
    return true;
  }

  /** The time from which a token is there, as long as nobody takes one. */
  nextToken(now: SimTime): SimTime {
    return Math.max(now, Math.ceil(this.earliest(now) + this.interval - ROUNDING));
  }

  /** Takes a token in any case. Returns how long the holder must wait before he may act, 0 where the token was there. */
  reserve(now: SimTime): SimTime {
    this.emptyAt = this.earliest(now) + this.interval;
    return Math.max(0, Math.ceil(this.emptyAt - now - ROUNDING));
  }

  private earliest(now: SimTime): SimTime {
    return Math.max(this.emptyAt, now - this.burst * this.interval);
  }
}
