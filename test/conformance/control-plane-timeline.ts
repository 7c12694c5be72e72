/** Conformance kind "control-plane-timeline": what a watch client sees of a cluster to which given things are done. */
import type { TimelineCase } from "./control-plane-timeline/case.js";
import { drawsOf, NAMED_DRAWS } from "./control-plane-timeline/chance.js";
import { compare, compareAsNamed, type Comparison } from "./control-plane-timeline/compare.js";
import { compareOutages } from "./control-plane-timeline/compare-outages.js";
import { dumpTimeline } from "./control-plane-timeline/dump.js";
import { singleRuns } from "./control-plane-timeline/phases.js";
import { largeClusterMs } from "./control-plane-timeline/tolerance.js";
import { simulate } from "./control-plane-timeline/simulate.js";

export const kind = "control-plane-timeline";

/** A recording, or one from which what was seen has been taken out: that is repeated, but there is nothing to agree with. */
type Recording = Omit<TimelineCase, keyof Seen> & Partial<Seen>;
type Seen = Pick<TimelineCase, "actionResults" | "series" | "sequences" | "events">;

/** Recordings that are told by another draw than the first, with its number. */
const laterDraws: string[] = [];

/** Which recordings chance did not make at the first draw. */
export function remark(): string | undefined {
  return laterDraws.length === 0 ? undefined : `compared with a later draw of chance: ${laterDraws.join(", ")}`;
}

/** Differences from the recording; where a folder is given, what the simulator did is written there. */
export function check(recording: Recording, dump?: string): readonly string[] {
  const testCase: TimelineCase = { actionResults: [], series: [], sequences: [], events: [], ...recording };
  const isSeen = recording.series !== undefined;
  const { draw, observed, differences, violations } = isSeen ? bestDraw(testCase) : firstDraw(testCase);
  if (isSeen && draw > 0) laterDraws.push(`${testCase.name} ${draw + 1}`);
  if (dump !== undefined) dumpTimeline(dump, testCase.name, observed);
  return [...differences, ...violations, ...(isSeen ? compareSingleRuns(testCase, draw) : [])];
}

interface Draw extends Comparison {
  readonly draw: number;
  readonly violations: readonly string[];
}

function firstDraw(testCase: TimelineCase): Draw {
  const { violations, ...observed } = simulate(testCase);
  return { draw: 0, observed, differences: [], violations };
}

/**
 * The first draw that agrees name by name, or else the one that agrees best when ties are exchanged: a recording agrees where it is one
 * of those that chance may make of the simulation.
 */
function bestDraw(testCase: TimelineCase): Draw {
  let best: Draw | undefined;
  for (let draw = 0; draw < drawsOf(testCase); draw++) {
    const { violations, ...observed } = simulate(testCase, draw);
    if (compareAsNamed(testCase, observed).length === 0) return { draw, observed, differences: [], violations };
    if (draw >= NAMED_DRAWS && best?.differences.length === 0) break;
    const comparison = compare(testCase, observed);
    if (best === undefined || comparison.differences.length < best.differences.length) best = { draw, violations, ...comparison };
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
