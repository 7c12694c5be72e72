/** Conformance kind "control-plane-timeline": what a watch client sees of a cluster to which given things are done. */
import type { TimelineCase } from "./control-plane-timeline/case.js";
import { compare } from "./control-plane-timeline/compare.js";
import { dumpTimeline } from "./control-plane-timeline/dump.js";
import { simulate } from "./control-plane-timeline/simulate.js";

export const kind = "control-plane-timeline";

/** Differences from the recording; where a folder is given, what the simulator did is written there. */
export function check(testCase: TimelineCase, dump?: string): readonly string[] {
  const observed = simulate(testCase);
  if (dump !== undefined) dumpTimeline(dump, testCase.name, observed);
  return compare(testCase, observed);
}
