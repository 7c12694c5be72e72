import { describe, expect, it } from "vitest";
import { studentTCdf, studentTQuantile } from "../../../src/engine/statistics/student-t.js";

/** Expected values: mpmath 1.3 at 30 digits; the first column of printed t tables shows the same. */
describe("Student's t", () => {
  it.each([
    [0.975, 1, 12.7062047361746933],
    [0.975, 2, 4.30265272974946179],
    [0.975, 9, 2.262157162798205],
    [0.95, 4, 2.13184678632664953],
    [0.995, 29, 2.75638590367060549],
    [0.9995, 1000, 3.30028264842391291],
    [0.975, 2.5, 3.57465484200368322],
  ])("the quantile of %d with %d degrees of freedom", (p, degreesOfFreedom, expected) => {
    expect(studentTQuantile(p, degreesOfFreedom)).toBeCloseTo(expected, 9);
    expect(studentTQuantile(1 - p, degreesOfFreedom)).toBeCloseTo(-expected, 9);
    expect(studentTCdf(expected, degreesOfFreedom)).toBeCloseTo(p, 12);
  });

  it("is 0 in the middle", () => {
    expect(studentTQuantile(0.5, 7)).toBe(0);
    expect(studentTCdf(0, 7)).toBeCloseTo(0.5, 14);
  });

  it.each([
    [0, 5],
    [1, 5],
    [Number.NaN, 5],
    [0.9, 0],
    [0.9, Number.NaN],
  ])("refuses p = %d with %d degrees of freedom", (p, degreesOfFreedom) => {
    expect(() => studentTQuantile(p, degreesOfFreedom)).toThrow(RangeError);
  });
});
