/**
 * Two systems compared on the same random numbers: replication by replication, so that what both have in common cancels out.
 *
 * Source: A. M. Law, "Simulation Modeling and Analysis", 5th edition, sections 10.2.1 (paired-t confidence interval) and 11.2 (common
 * random numbers).
 */
import { CONFIDENCE, estimate, type Estimate } from "./statistics.js";

/**
 * Estimate of the mean difference, second minus first, over the replications that both have.
 *
 * @param first values by replication; undefined where the replication has none
 * @returns undefined where no replication has both
 */
export function pairedDifference(
  first: readonly (number | undefined)[],
  second: readonly (number | undefined)[],
  confidence = CONFIDENCE,
): Estimate | undefined {
  const differences: number[] = [];
  for (const [replication, value] of second.entries()) {
    const base = first[replication];
    if (value !== undefined && base !== undefined) differences.push(value - base);
  }
  return differences.length === 0 ? undefined : estimate(differences, confidence);
}
