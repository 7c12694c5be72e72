import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStreams } from "../../../src/engine/random.js";
import { confidenceInterval } from "../../../src/engine/statistics/confidence-interval.js";
import { Histogram } from "../../../src/engine/statistics/histogram.js";
import { Tally } from "../../../src/engine/statistics/tally.js";
import { TimeWeighted } from "../../../src/engine/statistics/time-weighted.js";

function tallyOf(values: readonly number[]): Tally {
  const tally = new Tally();
  for (const value of values) tally.record(value);
  return tally;
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe("Tally", () => {
  it("knows count, mean, variance and extremes", () => {
    const tally = tallyOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(tally.count).toBe(8);
    expect(tally.mean).toBe(5);
    expect(tally.variance).toBeCloseTo(32 / 7, 12);
    expect(tally.standardDeviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect([tally.minimum, tally.maximum]).toEqual([2, 9]);
  });

  it("loses no digits where the values are large and their spread is small", () => {
    expect(tallyOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).variance).toBeCloseTo(30, 6);
  });

  it("has no mean without observations, and no variance with one", () => {
    expect(new Tally().mean).toBeNaN();
    expect(tallyOf([3]).mean).toBe(3);
    expect(tallyOf([3]).variance).toBeNaN();
  });

  it("merges as if one tally had seen all", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 0, maxLength: 50 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = tallyOf(a);
        merged.merge(tallyOf(b));
        const whole = tallyOf([...a, ...b]);
        expect(merged.count).toBe(whole.count);
        expect([merged.minimum, merged.maximum]).toEqual([whole.minimum, whole.maximum]);
        if (whole.count > 0) expect(merged.mean).toBeCloseTo(whole.mean, 6);
        if (whole.count > 1) expect(Math.abs(merged.variance - whole.variance)).toBeLessThanOrEqual(1e-9 * Math.max(1, whole.variance));
      }),
    );
  });
});

describe("Histogram", () => {
  it("gives the quantiles of small whole numbers exactly", () => {
    const histogram = histogramOf(Array.from({ length: 100 }, (_, i) => i + 1));
    expect([0, 0.01, 0.5, 0.501, 0.99, 1].map((p) => histogram.quantile(p))).toEqual([1, 1, 50, 51, 99, 100]);
  });

  it("gives any quantile to a relative error of 1/512", () => {
    const values = fc.array(fc.oneof(fc.nat(2_000), fc.nat(2 ** 30), fc.maxSafeNat()), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (observed, p) => {
        const sorted = [...observed].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(p * sorted.length)) - 1];
        expect(Math.abs(histogramOf(observed).quantile(p) - exact)).toBeLessThanOrEqual(exact / 512);
      }),
    );
  });

  it("merges into the same histogram in whatever order", () => {
    const values = fc.array(fc.nat(2 ** 24), { maxLength: 60 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [left, right] = [histogramOf(a), histogramOf(b)];
        left.merge(histogramOf(b));
        right.merge(histogramOf(a));
        expect(left.count).toBe(a.length + b.length);
        for (const p of [0, 0.1, 0.5, 0.9, 1]) {
          expect(left.quantile(p)).toEqual(histogramOf([...a, ...b]).quantile(p));
          expect(right.quantile(p)).toEqual(left.quantile(p));
        }
      }),
    );
  });

  it("knows mean and extremes exactly, merged or not", () => {
    const histogram = histogramOf([1_000_001, 3]);
    histogram.merge(histogramOf([2_000_002]));
    histogram.merge(new Histogram());
    expect([histogram.count, histogram.mean, histogram.minimum, histogram.maximum]).toEqual([3, 1_000_002, 3, 2_000_002]);
  });

  it("has no quantile and no mean without observations", () => {
    expect(new Histogram().quantile(0.5)).toBeNaN();
    expect(new Histogram().mean).toBeNaN();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => {
      new Histogram().record(value);
    }).toThrow(RangeError);
    expect(() => histogramOf([1]).quantile(value)).toThrow(RangeError);
  });
});

describe("TimeWeighted", () => {
  it("weighs each value by how long it lasted", () => {
    const clock = { now: 100 };
    const length = new TimeWeighted(clock, 1);
    expect(length.mean).toBe(1);
    clock.now = 110;
    length.set(4);
    clock.now = 130;
    length.add(-2);
    clock.now = 140;
    expect(length.integral).toBe(10 * 1 + 20 * 4 + 10 * 2);
    expect(length.mean).toBe(110 / 40);
    expect([length.value, length.minimum, length.maximum]).toEqual([2, 1, 4]);
  });

  it("forgets the warm-up and keeps its value", () => {
    const clock = { now: 0 };
    const length = new TimeWeighted(clock, 50);
    clock.now = 1_000;
    length.set(3);
    length.reset();
    clock.now = 1_010;
    expect([length.mean, length.minimum, length.maximum]).toEqual([3, 3, 3]);
  });
});

describe("confidenceInterval", () => {
  it("is Student's: the example of 10 weights with 95 %", () => {
    // Mean 10, variance 4, ten observations: 10 ± 2.262157 · 2 / √10.
    const { low, high, halfWidth } = confidenceInterval({ count: 10, mean: 10, variance: 4 });
    expect(halfWidth).toBeCloseTo(1.43071, 5);
    expect([low, high]).toEqual([10 - halfWidth, 10 + halfWidth]);
  });

  it("holds the true mean as often as it says", () => {
    const stream = new RandomStreams(11, 0).stream("coverage");
    let held = 0;
    const trials = 4_000;
    for (let i = 0; i < trials; i++) {
      const { low, high } = confidenceInterval(
        tallyOf([1, 2, 3, 4, 5].map(() => stream.uniform() + stream.uniform() + stream.uniform())),
        0.9,
      );
      if (low <= 1.5 && 1.5 <= high) held++;
    }
    expect(held / trials).toBeGreaterThan(0.9 - 4 * Math.sqrt(0.09 / trials));
    expect(held / trials).toBeLessThan(0.9 + 4 * Math.sqrt(0.09 / trials));
  });

  it("needs two observations", () => {
    expect(() => confidenceInterval(tallyOf([1]))).toThrow("needs at least two observations, not 1");
  });
});
