import { describe, expect, it } from "vitest";
import { logGamma, normalCdf, normalQuantile, regularizedBeta, regularizedGammaP } from "../../src/engine/special-functions.js";

function expectClose(actual: number, expected: number, tolerance = 1e-12): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

/** Expected values: mpmath 1.3 at 30 digits. */
describe("special functions", () => {
  it.each([
    [0.1, 2.2527126517342059],
    [0.5, 0.572364942924700087],
    [1.5, -0.120782237635245222],
    [10, 12.8018274800814696],
    [171.3, 708.114947038996883],
  ])("ln Γ(%d)", (x, expected) => {
    expectClose(logGamma(x), expected);
  });

  it.each([
    [0.5, 0.2, 0.472910743134461926],
    [0.5, 5, 0.99843459774199745],
    [3, 2, 0.323323583816936541],
    [10, 25, 0.999778523361751216],
    [100, 90, 0.158220989186430168],
    [3, 0, 0],
    [3, Number.POSITIVE_INFINITY, 1],
  ])("P(%d, %d)", (a, x, expected) => {
    expectClose(regularizedGammaP(a, x), expected);
  });

  it.each([
    [0.2, 2, 3, 0.1808],
    [0.9, 0.5, 0.5, 0.795167235300866572],
    [0.5, 20, 30, 0.923796114019260983],
    [0.99, 5, 1.5, 0.991190816694140613],
    [0, 2, 3, 0],
    [1, 2, 3, 1],
  ])("I_%d(%d, %d)", (x, a, b, expected) => {
    expectClose(regularizedBeta(x, a, b), expected);
  });

  it.each([
    [1e-9, -5.99780701500768686],
    [1e-4, -3.71901648545568055],
    [0.025, -1.95996398454005421],
    [0.3, -0.524400512708040816],
    [0.5, 0],
    [0.9, 1.28155156554460059],
    [0.999, 3.09023230616781328],
    [1 - 1e-7, 5.19933758229066109],
  ])("the normal quantile of %d, and back", (p, expected) => {
    expectClose(normalQuantile(p), expected, 1e-9);
    expectClose(normalCdf(normalQuantile(p)), p, 1e-14);
  });

  it("the normal quantile is the inverse of the distribution function over all its ranges", () => {
    for (let p = 0.0005; p < 1; p += 0.0005) expectClose(normalCdf(normalQuantile(p)), p, 1e-14);
  });
});
