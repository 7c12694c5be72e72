/** Random numbers a second: a bare stream, and each family of distributions. */
import Benchmark from "benchmark";
import { type DistributionSpec, distributionFromSpec } from "../../src/engine/distribution-spec.js";
import { RandomStreams } from "../../src/engine/random.js";
import { type Benchmark as Registered, refuseOptions, type Row } from "../benchmark.js";

const SPECS: readonly DistributionSpec[] = [
  { uniform: { min: 1, max: 3 } },
  { exponential: { mean: 5 } },
  { normal: { mean: 5, standardDeviation: 1 } },
  { lognormal: { median: 5, sigma: 1 } },
  { gamma: { shape: 2, scale: 3 } },
  { weibull: { shape: 2, scale: 3 } },
  { pareto: { shape: 3, scale: 2 } },
  { empirical: { values: [1, 2, 3, 5, 8, 13], weights: [1, 2, 3, 3, 2, 1] } },
];

const SECONDS_EACH = 0.5;

export const sampling: Registered = {
  name: "sampling",
  description: "random numbers a second, by distribution",
  run(args) {
    refuseOptions("sampling", args);
    const suite = new Benchmark.Suite();
    const stream = new RandomStreams("sampling", 0).stream("draws");
    let sum = 0;
    suite.add(
      "stream",
      () => {
        sum += stream.uniform();
      },
      { maxTime: SECONDS_EACH },
    );
    for (const spec of SPECS) {
      const distribution = distributionFromSpec(spec);
      suite.add(
        Object.keys(spec as object)[0],
        () => {
          sum += distribution.sample(stream);
        },
        { maxTime: SECONDS_EACH },
      );
    }
    const rows: Row[] = [];
    suite.on("cycle", ({ target }: { target: Benchmark }) => {
      rows.push({ distribution: target.name, samples_per_s: Math.round(target.hz), error_percent: Number(target.stats.rme.toFixed(1)) });
    });
    suite.run();
    if (!Number.isFinite(sum)) throw new Error("a distribution gave no number");
    return rows;
  },
};
