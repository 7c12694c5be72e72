/** Clusters of tests, held to the invariants of a control plane. */
import { expect, onTestFinished } from "vitest";
import { type CheckedCluster, InvariantChecker } from "../../src/cluster/invariants/invariant-checker.js";
import { violationLines } from "../../src/study/violation-report.js";

/** The same cluster; the test fails where an invariant does not hold until its end. To be called inside a test, before the first event. */
export function checked<C extends CheckedCluster>(cluster: C): C {
  const checker = new InvariantChecker(cluster);
  onTestFinished(() => expect(violationLines(checker.finish())).toEqual([]));
  return cluster;
}
