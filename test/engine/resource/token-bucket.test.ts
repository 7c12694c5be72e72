import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../src/engine/resource/token-bucket.js";
import { SECOND } from "../../../src/engine/simulation.js";

/** Go's rate limiter as its documentation states it: tokens that grow with time up to the burst, and may go below 0 by reservations. */
class CountedTokens {
  private count: number;
  private last = 0;

  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {
    this.count = burst;
  }

  advance(now: number): number {
    this.count = Math.min(this.burst, this.count + ((now - this.last) * this.rate) / SECOND);
    this.last = now;
    return this.count;
  }

  tryAccept(now: number): boolean {
    if (this.advance(now) < 1 - 1e-9) return false;
    this.count--;
    return true;
  }

  reserve(now: number): number {
    this.advance(now);
    this.count--;
    return Math.max(0, (-this.count * SECOND) / this.rate);
  }
}

describe("TokenBucket", () => {
  it("lets the burst through at once and the rest at the rate: kube-controller-manager's 20 a second with a burst of 30", () => {
    const bucket = new TokenBucket(20, 30);
    const delays = Array.from({ length: 33 }, () => bucket.reserve(0));
    expect(delays.slice(0, 30)).toEqual(new Array(30).fill(0));
    expect(delays.slice(30)).toEqual([50_000, 100_000, 150_000]);
    expect(bucket.tokens(0)).toBe(-3);
    expect(bucket.tokens(150_000)).toBe(0);
    expect(bucket.reserve(200_000)).toBe(0);
  });

  it("fills up to the burst and no further", () => {
    const bucket = new TokenBucket(5, 2);
    expect([0, 0, 0].map((now) => bucket.tryAccept(now))).toEqual([true, true, false]);
    expect(bucket.tryAccept(199_999)).toBe(false);
    expect(bucket.tryAccept(200_000)).toBe(true);
    expect(bucket.tokens(3_600 * SECOND)).toBe(2);
    expect([1, 2, 3].map((i) => bucket.tryAccept(3_600 * SECOND + i))).toEqual([true, true, false]);
  });

  it("knows when the next token will be there", () => {
    const bucket = new TokenBucket(0.1, 1);
    expect(bucket.nextToken(5)).toBe(5);
    bucket.tryAccept(5);
    expect(bucket.nextToken(6)).toBe(10 * SECOND + 5);
    expect(bucket.tryAccept(10 * SECOND + 4)).toBe(false);
    expect(bucket.tryAccept(10 * SECOND + 5)).toBe(true);
    const uneven = new TokenBucket(3, 1);
    uneven.tryAccept(0);
    expect(uneven.nextToken(0)).toBe(333_334);
    expect(uneven.tryAccept(333_333)).toBe(false);
    expect(uneven.tryAccept(333_334)).toBe(true);
  });

  it("a refused request takes nothing", () => {
    const bucket = new TokenBucket(1, 1);
    bucket.tryAccept(0);
    for (let i = 0; i < 100; i++) bucket.tryAccept(i);
    expect(bucket.tryAccept(SECOND)).toBe(true);
  });

  it("never limits at an infinite rate", () => {
    const bucket = new TokenBucket(Number.POSITIVE_INFINITY, 1);
    expect(Array.from({ length: 100 }, () => bucket.reserve(7))).toEqual(new Array(100).fill(0));
    expect(bucket.tryAccept(7)).toBe(true);
    expect(bucket.tokens(7)).toBe(1);
  });

  it("agrees with a count of tokens on any sequence of requests", () => {
    const requests = fc.array(fc.record({ after: fc.nat(3 * SECOND), isReservation: fc.boolean() }), { maxLength: 100 });
    fc.assert(
      fc.property(fc.constantFrom(0.1, 3, 5, 20, 50, 300), fc.integer({ min: 1, max: 40 }), requests, (rate, burst, script) => {
        const bucket = new TokenBucket(rate, burst);
        const model = new CountedTokens(rate, burst);
        let now = 0;
        for (const { after, isReservation } of script) {
          now += after;
          if (isReservation) {
            const delay = bucket.reserve(now);
            expect(Number.isInteger(delay)).toBe(true);
            expect(Math.abs(delay - model.reserve(now))).toBeLessThanOrEqual(1);
          } else {
            expect(bucket.tryAccept(now)).toBe(model.tryAccept(now));
          }
        }
        expect(bucket.tokens(now)).toBeCloseTo(model.advance(now), 6);
      }),
    );
  });

  it.each([
    [0, 1, "rate"],
    [-1, 1, "rate"],
    [Number.NaN, 1, "rate"],
    [5, 0, "burst"],
    [5, Number.NaN, "burst"],
  ])("refuses %d tokens a second with a burst of %d", (rate, burst, what) => {
    expect(() => new TokenBucket(rate, burst)).toThrow(`the ${what} of a token bucket must be`);
  });
});
