import { describe, expect, it } from "vitest";
import type { Distribution, KnownDistribution } from "../../src/engine/distribution.js";
import { inverseCdf } from "../../src/engine/distribution-empirical.js";
import {
  exponential,
  gamma,
  lognormal,
  lognormalOfMean,
  normal,
  pareto,
  uniform,
  weibull,
} from "../../src/engine/distribution-families.js";
import { type DistributionSpec, distributionFromSpec } from "../../src/engine/distribution-spec.js";
import { truncated } from "../../src/engine/distribution-truncated.js";
import { RandomStreams } from "../../src/engine/random.js";

const DRAWS = 100_000;

function draw(distribution: Distribution, name = "draws", count = DRAWS): number[] {
  const stream = new RandomStreams(2024, 0).stream(name);
  return Array.from({ length: count }, () => distribution.sample(stream));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** Standard errors of the mean and the variance stay below this many; the chance of one false alarm is 1 in 15,000. */
const STANDARD_ERRORS = 4;

function expectMean(values: readonly number[], expected: number): void {
  expect(Math.abs(mean(values) - expected)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(variance(values) / values.length));
}

function expectVariance(values: readonly number[], expected: number): void {
  const centre = mean(values);
  const squares = values.map((value) => (value - centre) ** 2);
  expect(Math.abs(variance(values) - expected)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(variance(squares) / values.length));
}

/** Kolmogorov's statistic times √n; its 99.99 % quantile is 2.23. */
function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const distance = sorted.reduce((most, x, i) => Math.max(most, cdf(x) - i / n, (i + 1) / n - cdf(x)), 0);
  return distance * Math.sqrt(n);
}

const erlang3 = (x: number) => 1 - Math.exp(-x) * (1 + x + (x * x) / 2);

/** Mean, variance and distribution function as textbooks give them, where they have an elementary form. */
const families: [name: string, distribution: KnownDistribution, mean: number, variance: number, cdf?: (x: number) => number][] = [
  ["uniform from -2 to 6", uniform(-2, 6), 2, 64 / 12, (x) => (x + 2) / 8],
  ["exponential of mean 5", exponential(5), 5, 25, (x) => 1 - Math.exp(-x / 5)],
  ["normal", normal(10, 2), 10, 4],
  ["lognormal of median 3", lognormal(3, 0.5), 3 * Math.exp(0.125), 9 * Math.exp(0.25) * (Math.exp(0.25) - 1)],
  ["lognormal of mean 8", lognormalOfMean(8, 4), 8, 16],
  ["gamma of shape 3", gamma(3, 1), 3, 3, erlang3],
  ["gamma of shape 1, which is exponential", gamma(1, 2), 2, 4, (x) => 1 - Math.exp(-x / 2)],
  ["gamma of shape 0.4", gamma(0.4, 10), 4, 40],
  [
    "weibull of shape 2, which is Rayleigh's",
    weibull(2, 3),
    1.5 * Math.sqrt(Math.PI),
    9 * (1 - Math.PI / 4),
    (x) => 1 - Math.exp((-x * x) / 9),
  ],
  ["weibull of shape 1, which is exponential", weibull(1, 3), 3, 9, (x) => 1 - Math.exp(-x / 3)],
  ["pareto of shape 5", pareto(5, 2), 2.5, 5 / 12, (x) => 1 - (2 / x) ** 5],
  [
    "three straight lines",
    inverseCdf([
      [0, 0],
      [0.5, 1],
      [1, 3],
    ]),
    1.25,
    1 / 6 + 13 / 6 - 1.25 ** 2,
    (x) => (x < 1 ? x / 2 : (x + 1) / 4),
  ],
];

describe.each(families)("%s", (name, distribution, expectedMean, expectedVariance, cdf) => {
  const values = draw(distribution, name);

  it("has the mean and the variance of theory", () => {
    expect(distribution.mean).toBeCloseTo(expectedMean, 10);
    expectMean(values, expectedMean);
    expectVariance(values, expectedVariance);
  });

  it("follows its distribution function (Kolmogorov and Smirnov)", () => {
    expect(kolmogorov(values, (x) => distribution.cdf(x))).toBeLessThan(2.23);
    if (cdf !== undefined) expect(kolmogorov(values, cdf)).toBeLessThan(2.23);
  });

  it("counts all of the mean up to infinity, and none below the least value", () => {
    expect(distribution.partialMean(Number.POSITIVE_INFINITY)).toBeCloseTo(expectedMean, 10);
    expect(distribution.partialMean(-1e9)).toBeCloseTo(0, 10);
  });

  it("keeps within bounds when truncated, and knows the mean that is left", () => {
    const [low, high] = [0.2, 0.7].map((share) => [...values].sort((a, b) => a - b)[Math.floor(share * DRAWS)]);
    for (const part of [truncated(distribution, low, high), truncated(distribution, low), truncated(distribution, undefined, high)]) {
      const drawn = draw(part, `${name} truncated`, 20_000);
      expectMean(drawn, part.mean);
    }
    const inside = draw(truncated(distribution, low, high), name, 5_000);
    expect(Math.min(...inside)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...inside)).toBeLessThanOrEqual(high);
  });
});

describe("truncated", () => {
  it("of an exponential from below is the same exponential, moved: it has no memory", () => {
    expect(truncated(exponential(5), 3).mean).toBeCloseTo(8, 12);
  });

  it("of a normal on both sides of its mean keeps the mean", () => {
    expect(truncated(normal(10, 2), 9, 11).mean).toBeCloseTo(10, 12);
  });

  it("has a finite mean where the whole has none", () => {
    expect(pareto(1, 1).mean).toBe(Number.POSITIVE_INFINITY);
    expect(truncated(pareto(1, 1), undefined, Math.E).mean).toBeCloseTo(1 / (1 - 1 / Math.E), 10);
  });

  it("keeps a value that has a probability of its own at the bound", () => {
    // Half of the values are 5, the others lie evenly from 5 to 9.
    const half = inverseCdf([
      [0, 5],
      [0.5, 5],
      [1, 9],
    ]);
    expect(truncated(half, 5).mean).toBeCloseTo(6, 9);
  });
});

describe("distributionFromSpec", () => {
  const cases: [DistributionSpec, number][] = [
    [7, 7],
    [{ constant: 7 }, 7],
    [{ uniform: { min: 2, max: 4 } }, 3],
    [{ exponential: { mean: 5 } }, 5],
    [{ normal: { mean: 5, standardDeviation: 1 } }, 5],
    [{ normal: { mean: 5, standardDeviation: 1 }, min: 4, max: 6 }, 5],
    [{ lognormal: { mean: 5, standardDeviation: 1 } }, 5],
    [{ lognormal: { median: 5, sigma: 1 } }, 5 * Math.exp(0.5)],
    [{ gamma: { shape: 2, scale: 3 } }, 6],
    [{ gamma: { shape: 2, mean: 3 } }, 3],
    [{ weibull: { shape: 1, scale: 3 } }, 3],
    [{ pareto: { shape: 2, scale: 3 } }, 6],
    [{ empirical: { values: [1, 2, 6] } }, 3],
    [{ empirical: { values: [1, 2, 6], weights: [2, 1, 1] } }, 2.5],
    [{ empirical: { values: [1, 2, 6, 900], weights: [2, 1, 1, 5] }, max: 100 }, 2.5],
    [
      {
        empirical: {
          quantiles: [
            [0, 0],
            [1, 10],
          ],
        },
      },
      5,
    ],
    [
      {
        empirical: {
          quantiles: [
            [0, 0],
            [1, 10],
          ],
        },
        min: 4,
      },
      7,
    ],
  ];
  it.each(cases)("%j", (spec, expected) => {
    const distribution = distributionFromSpec(spec);
    expect(distribution.mean).toBeCloseTo(expected, 9);
    expectMean([...draw(distribution, "spec", 20_000), expected + 1e-9], expected);
  });

  it("converts every quantity, and nothing that has no unit", () => {
    const specs: DistributionSpec<string>[] = [
      "6s",
      { constant: "6s" },
      { uniform: { min: "4s", max: "8s" } },
      { exponential: { mean: "6s" } },
      { normal: { mean: "6s", standardDeviation: "1s" }, min: "5s", max: "7s" },
      { lognormal: { mean: "6s", standardDeviation: "2s" } },
      { gamma: { shape: 2, scale: "3s" } },
      { weibull: { shape: 1, scale: "6s" } },
      { pareto: { shape: 2, scale: "3s" } },
      { empirical: { values: ["3s", "7s"], weights: [1, 3] } },
      {
        empirical: {
          quantiles: [
            [0, "4s"],
            [1, "8s"],
          ],
        },
      },
    ];
    for (const spec of specs) expect(distributionFromSpec(spec, (value) => Number(value.slice(0, -1)) * 1e6).mean).toBeCloseTo(6e6, 3);
  });

  it("draws each empirical value as often as its weight says", () => {
    const drawn = draw(distributionFromSpec({ empirical: { values: [9, 1, 4], weights: [1, 0, 3] } }), "weights");
    expect(new Set(drawn)).toEqual(new Set([4, 9]));
    const share = drawn.filter((value) => value === 9).length / DRAWS;
    expect(Math.abs(share - 0.25)).toBeLessThan(STANDARD_ERRORS * Math.sqrt((0.25 * 0.75) / DRAWS));
  });

  it.each([
    [{}, "a distribution must name one of constant, uniform, exponential"],
    [{ exponential: { mean: 1 }, normal: { mean: 1 } }, "a distribution must name one of constant, uniform, exponential, normal"],
    [{ exponentail: { mean: 1 } }, "exponentail: is not a distribution; constant, uniform, exponential"],
    [{ exponential: 5 }, "exponential: must hold parameters by name, not 5"],
    [{ exponential: {} }, "exponential.mean: is required"],
    [{ exponential: { mean: 0 } }, "exponential.mean: must be a finite number above 0, not 0"],
    [{ exponential: { mean: "5" } }, 'exponential.mean: must be a number, not "5"'],
    [{ exponential: { mean: 5, rate: 1 } }, "exponential.rate: is not a parameter here; mean are"],
    [{ uniform: { min: 4, max: 4 } }, "uniform: min must be below max, not 4 and 4"],
    [{ uniform: { min: 2, max: 4 }, max: 3 }, "uniform: cannot be truncated by min and max beside it"],
    [{ normal: { mean: 1, standardDeviation: -1 } }, "normal.standardDeviation: must be a finite number above 0, not -1"],
    [{ normal: { mean: 1, standardDeviation: 1 }, min: 3, max: 2 }, "min: must be below max, not 3 and 2"],
    [{ normal: { mean: 1, standardDeviation: 1 }, min: 90 }, "min: the bounds 90 to Infinity keep only a share of"],
    [{ lognormal: { median: 5, standardDeviation: 5 } }, "lognormal.sigma: is required"],
    [{ gamma: { shape: Number.NaN, scale: 1 } }, "gamma.shape: must be a finite number above 0, not NaN"],
    [{ empirical: { values: [] } }, "empirical.values: must hold at least one value"],
    [{ empirical: { values: [1, 2], weights: [1] } }, "empirical.weights: must hold one weight for each of the 2 values, not 1"],
    [{ empirical: { values: [1, 2], weights: [1, -1] } }, "empirical.weights[1]: must be a finite number of at least 0, not -1"],
    [{ empirical: { values: [1, 2], weights: [0, 0] } }, "empirical: at least one weight must be above 0"],
    [{ empirical: { values: [1, 2] }, min: 3 }, "empirical: no value lies from min 3 to max Infinity"],
    [{ empirical: { quantiles: [[0, 1]] } }, "empirical.quantiles: must hold at least two points"],
    [
      {
        empirical: {
          quantiles: [
            [0.1, 1],
            [1, 2],
          ],
        },
      },
      "empirical.quantiles[0][0]: the first p must be 0, not 0.1",
    ],
    [
      {
        empirical: {
          quantiles: [
            [0, 1],
            [0.9, 2],
          ],
        },
      },
      "empirical.quantiles[1][0]: the last p must be 1, not 0.9",
    ],
    [
      {
        empirical: {
          quantiles: [
            [0, 1],
            [1, 0],
          ],
        },
      },
      "empirical.quantiles[1][1]: values must not descend, but 0 follows 1",
    ],
    [{ empirical: { quantiles: [[0, 1], [1]] } }, "empirical.quantiles[1]: must be a pair [p, value], not [1]"],
    ["5s", 'must be a number, not "5s"'],
    [Number.NaN, "constant: must be a finite number, not NaN"],
  ])("%j is an error: %s", (spec, message) => {
    expect(() => distributionFromSpec(spec as DistributionSpec)).toThrow(message);
  });
});
