/** What became of the invariants, as lines for a reader. */
import { formatDuration } from "../api/duration.js";
import type { InvariantReport } from "../cluster/invariants/invariant-checker.js";

/** How much a run was held to, and what came of it. */
export interface CheckCounts {
  readonly invariants: number;
  readonly checks: number;
  readonly violations: number;
}

export function checkCounts({ invariants, checks, counts }: Pick<InvariantReport, "invariants" | "checks" | "counts">): CheckCounts {
  return { invariants, checks, violations: [...counts.values()].reduce((sum, count) => sum + count, 0) };
}

/** Of several runs. */
export function sumOfChecks(runs: readonly CheckCounts[]): CheckCounts {
  return {
    invariants: Math.max(0, ...runs.map(({ invariants }) => invariants)),
    checks: runs.reduce((sum, { checks }) => sum + checks, 0),
    violations: runs.reduce((sum, { violations }) => sum + violations, 0),
  };
}

/** "24410 checks of 31 invariants, 0 violations" */
export function checkText({ invariants, checks, violations }: CheckCounts): string {
  return `${checks} checks of ${invariants} invariants, ${countOf(violations)}`;
}

/** One line for each violation that was kept, and one that counts them all; none where every invariant held. */
export function violationLines({ violations, counts }: Pick<InvariantReport, "violations" | "counts">): readonly string[] {
  if (violations.length === 0) return [];
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const byInvariant = [...counts].map(([invariant, count]) => `${invariant} ${count}`).join(", ");
  return [
    ...violations.map(
      ({ time, invariant, object, expected }) => `at ${formatDuration(time)} invariant ${invariant}: ${object}: ${expected}`,
    ),
    `${countOf(total)} of invariants: ${byInvariant}`,
  ];
}

function countOf(violations: number): string {
  return `${violations} violation${violations === 1 ? "" : "s"}`;
}
