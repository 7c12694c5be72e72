/** What replications say together: mean, spread and confidence interval of each figure. */
import { mean, sampleStandardDeviation } from "simple-statistics";
import { studentTQuantile } from "../engine/statistics/student-t.js";

export interface Estimate {
  readonly n: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Half width of the confidence interval; undefined with fewer than two values. */
  readonly halfWidth: number | undefined;
  readonly minimum: number;
  readonly maximum: number;
}

export const CONFIDENCE = 0.95;

/** Mean with the confidence interval of Student's t, as for independent, roughly normal values. Throws where there is no value. */
export function estimate(values: readonly number[], confidence = CONFIDENCE): Estimate {
  if (values.length === 0) throw new RangeError("an estimate needs at least one value");
  const n = values.length;
  const standardDeviation = n > 1 ? sampleStandardDeviation([...values]) : 0;
  return {
    n,
    mean: mean([...values]),
    standardDeviation,
    halfWidth: n > 1 ? (studentTQuantile(1 - (1 - confidence) / 2, n - 1) * standardDeviation) / Math.sqrt(n) : undefined,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}
