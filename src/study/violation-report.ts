/** Broken invariants as lines for a reader. */
import { formatDuration } from "../api/duration.js";
import type { InvariantReport } from "../cluster/invariants/invariant-checker.js";

/** One line for each violation that was kept, and one that counts them all; none where every invariant held. */
export function violationLines({ violations, counts }: InvariantReport): readonly string[] {
  if (violations.length === 0) return [];
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const byInvariant = [...counts].map(([invariant, count]) => `${invariant} ${count}`).join(", ");
  return [
    ...violations.map(
      ({ time, invariant, object, expected }) => `at ${formatDuration(time)} invariant ${invariant}: ${object}: ${expected}`,
    ),
    `${total} violation${total === 1 ? "" : "s"} of invariants: ${byInvariant}`,
  ];
}
