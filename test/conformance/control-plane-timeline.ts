/** Conformance kind "control-plane-timeline": what a watch client sees of a cluster to which given things are done. */
import type { TimelineCase } from "./control-plane-timeline/case.js";
import { drawsOf } from "./control-plane-timeline/chance.js";
import { compare, compareAsNamed } from "./control-plane-timeline/compare.js";
import { compareOutages } from "./control-plane-timeline/compare-outages.js";
import { dumpTimeline } from "./control-plane-timeline/dump.js";
import { singleRuns } from "./control-plane-timeline/phases.js";
import { largeClusterMs } from "./control-plane-timeline/tolerance.js";
import { type CheckedObservation, simulate } from "./control-plane-timeline/simulate.js";

export const kind = "control-plane-timeline";

/** Differences from the recording; where a folder is given, what the simulator did is written there. */
export function check(testCase: TimelineCase, dump?: string): readonly string[] {
  const { draw, observed, differences } = bestDraw(testCase);
  if (dump !== undefined) dumpTimeline(dump, testCase.name, observed);
  return [...differences, ...observed.violations, ...compareSingleRuns(testCase, draw)];
}

interface Draw {
  readonly draw: number;
  readonly observed: CheckedObservation;
  readonly differences: readonly string[];
}

/**
 * The first draw that agrees name by name, or else the one that agrees best when ties are exchanged: a recording agrees where it is one
 * of those that chance may make of the simulation.
 */
function bestDraw(testCase: TimelineCase): Draw {
  let best: Draw | undefined;
  for (let draw = 0; draw < drawsOf(testCase); draw++) {
    const observed = simulate(testCase, draw);
    if (compareAsNamed(testCase, observed).length === 0) return { draw, observed, differences: [] };
    const differences = compare(testCase, observed);
    if (best === undefined || differences.length < best.differences.length) best = { draw, observed, differences };
  }
  return best!;
}

/**
 * The outages of every run, each repeated with that run's own phases. In large clusters which nodes are tainted first is chance and
 * makes the runs differ in more than phases.
 */
function compareSingleRuns(testCase: TimelineCase, draw: number): readonly string[] {
  const runs = largeClusterMs(testCase) > 0 ? [] : singleRuns(testCase);
  return runs.length < 2
    ? []
    : runs.flatMap((run, index) => compareOutages(run, simulate(run, draw)).map((line) => `run ${index + 1}: ${line}`));
}
