/** Conformance kind "control-plane-timeline": what a watch client sees of a cluster to which given things are done. */
import type { TimelineCase } from "./control-plane-timeline/case.js";
import { compare } from "./control-plane-timeline/compare.js";
import { compareOutages } from "./control-plane-timeline/compare-outages.js";
import { dumpTimeline } from "./control-plane-timeline/dump.js";
import { singleRuns } from "./control-plane-timeline/phases.js";
import { largeClusterMs } from "./control-plane-timeline/tolerance.js";
import { simulate } from "./control-plane-timeline/simulate.js";

export const kind = "control-plane-timeline";

/** Differences from the recording; where a folder is given, what the simulator did is written there. */
export function check(testCase: TimelineCase, dump?: string): readonly string[] {
  const observed = simulate(testCase);
  if (dump !== undefined) dumpTimeline(dump, testCase.name, observed);
  return [...compare(testCase, observed), ...observed.violations, ...compareSingleRuns(testCase)];
}

/**
 * The outages of every run, each repeated with that run's own phases. In large clusters which nodes are tainted first is chance and
 * makes the runs differ in more than phases.
 */
function compareSingleRuns(testCase: TimelineCase): readonly string[] {
  const runs = largeClusterMs(testCase) > 0 ? [] : singleRuns(testCase);
  return runs.length < 2 ? [] : runs.flatMap((run, index) => compareOutages(run, simulate(run)).map((line) => `run ${index + 1}: ${line}`));
}
