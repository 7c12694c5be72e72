/** Student's t distribution, for confidence intervals of means. */
import { regularizedBeta } from "../special-functions.js";

/** The distribution function of Student's t with ν degrees of freedom (DLMF 8.17; Abramowitz and Stegun 26.7.1). */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  const tail = regularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/**
 * The quantile of Student's t, by bisection of {@link studentTCdf} to the last digit.
 * @throws {RangeError} unless 0 < p < 1 and the degrees of freedom are above 0.
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile of Student's t needs a probability between 0 and 1, not ${p}`);
  if (!(degreesOfFreedom > 0)) throw new RangeError(`Student's t needs degrees of freedom above 0, not ${degreesOfFreedom}`);
  if (p < 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  if (p === 0.5) return 0;
  let low = 0;
  let high = 1;
  while (studentTCdf(high, degreesOfFreedom) < p) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTCdf(middle, degreesOfFreedom) < p) low = middle;
    else high = middle;
  }
}
