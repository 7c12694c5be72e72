/** The interval in which the true mean lies with a given confidence. */
import { studentTQuantile } from "./student-t.js";

export interface ConfidenceInterval {
  readonly mean: number;
  readonly halfWidth: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Student's interval for the mean of independent, roughly normal observations, such as the means of replications.
 * @throws {RangeError} with fewer than two observations.
 */
export function confidenceInterval(
  sample: { readonly count: number; readonly mean: number; readonly variance: number },
  confidence = 0.95,
): ConfidenceInterval {
  const { count, mean, variance } = sample;
  if (count < 2) throw new RangeError(`a confidence interval needs at least two observations, not ${count}`);
  const halfWidth = studentTQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(variance / count);
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth };
}
