/** Estimates as a reader sees them; the CSV files have all digits. */
import type { Estimate } from "../study/statistics.js";

/** @param digits that are significant */
export function rounded(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** The mean, and the half width of its confidence interval, empty with one replication. */
export function estimateCells({ mean, halfWidth }: Estimate, digits: number): [mean: string, interval: string] {
  return [rounded(mean, digits), halfWidth === undefined ? "" : `± ${rounded(halfWidth, digits)}`];
}
