import { describe, expect, it } from "vitest";
import { pairedDifference } from "../../src/study/paired-comparison.js";
import { comparisonRows, type Outcomes } from "../../src/study/scheduler-comparison.js";

describe("pairedDifference", () => {
  it("cancels what both have in common", () => {
    // Differences 1, 2, 3: mean 2, standard deviation 1; the 97.5 % quantile of Student's t with 2 degrees of freedom is 4.302653.
    const difference = pairedDifference([10, 200, 3000], [11, 202, 3003]);
    expect(difference).toMatchObject({ n: 3, mean: 2, standardDeviation: 1 });
    expect(difference?.halfWidth).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  });

  it("leaves out replications that one of them lacks", () => {
    expect(pairedDifference([1, undefined, 3], [2, 5, 5])).toMatchObject({ n: 2, mean: 1.5 });
    expect(pairedDifference([undefined], [1])).toBeUndefined();
  });
});

describe("comparisonRows", () => {
  const times = { decisions: 0, milliseconds: 0, plugins: [] };
  const run = (...values: [string, number][]) => ({ figures: values.map(([metric, value]) => ({ metric, value })), times });
  const outcomes: Outcomes = [
    { name: "a", runs: [run(["x", 1]), run(["x", 3])] },
    { name: "b", runs: [run(["x", 2], ["y", 7]), run(["x", 5])] },
  ];

  it("has a row for each metric and configuration, with the difference from the first", () => {
    expect(comparisonRows(outcomes)).toMatchObject([
      { metric: "x", scheduler: "a", estimate: { mean: 2 }, difference: undefined },
      { metric: "x", scheduler: "b", estimate: { mean: 3.5 }, difference: { mean: 1.5, n: 2 } },
      { metric: "y", scheduler: "b", estimate: { mean: 7, n: 1 }, difference: undefined },
    ]);
  });
});
