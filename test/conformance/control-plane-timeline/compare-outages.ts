/** Compares the table of outages with a recorded run's: how soon after Unknown, after a taint and after the return each reaction came. */
import type { NodeOutage, Observed, TimelineCase } from "./case.js";
import { outagesOf } from "./outages.js";
import { chosenRun } from "./phases.js";
import { largeClusterMs, REACTION_MS } from "./tolerance.js";

const TICK_MS = 5000;
/** Of a delay, beside the reaction's own tolerance. */
const SHARE = 0.01;

const DELAYS = [
  "unknownToNoSchedule",
  "unknownToNoExecute",
  "unknownToPodsNotReady",
  "noExecuteToPodsDeleting",
  "backToNoScheduleRemoved",
  "backToPodsDeleted",
] as const;

/** The run whose phases were set is the one to agree with; where races made the runs differ, any of them. */
export function compareOutages(testCase: TimelineCase, observed: Observed): readonly string[] {
  const own = outagesOf(observed.transitions);
  const lists = (testCase.outages ?? []).map(({ run, nodes }) => ({ isChosen: run === chosenRun(testCase) + 1, nodes }));
  if (lists.length === 0) return own.map(({ node }) => `outage of ${node}, want none`);
  const tolerance = Math.max(REACTION_MS, largeClusterMs(testCase));
  return lists.map(({ isChosen, nodes }) => compareRun(nodes, own, tolerance, isChosen)).sort((a, b) => a.length - b.length)[0];
}

/** Which of equal nodes is first is a tie, so the delays are compared in order of length. */
function compareRun(recorded: readonly NodeOutage[], own: readonly NodeOutage[], tolerance: number, isChosen: boolean): readonly string[] {
  const ordered = (nodes: readonly NodeOutage[], of: (node: NodeOutage) => readonly number[]) => nodes.flatMap(of).sort((a, b) => a - b);
  const lines = (what: string, of: (node: NodeOutage) => readonly number[]) => {
    const [is, wanted] = [ordered(own, of), ordered(recorded, of)];
    if (is.length !== wanted.length) return [`outages ${what}: ${is.length}, want ${wanted.length}`];
    // Which of several nodes is the first that may be tainted is a tie; the times themselves are in the series.
    if (what === "unknownToNoExecute" && recorded.length > 1) return [];
    const wrong = wanted.findIndex((ms, index) => Math.abs(is[index] - ms) > tolerance + SHARE * ms);
    return wrong < 0 ? [] : [`outages ${what}: ${is[wrong]} ms, want ${wanted[wrong]} ms`];
  };
  return [
    ...(isChosen ? lines("unknown", ({ unknown = 0 }) => [unknown]) : lines("count", () => [0])),
    ...DELAYS.flatMap((delay) => lines(delay, (node) => [node[delay] ?? []].flat())),
    ...compareTicks(recorded, own, tolerance, isChosen),
  ];
}

/** NoExecute goes at the tick after the return, whenever that was. */
function compareTicks(
  recorded: readonly NodeOutage[],
  own: readonly NodeOutage[],
  tolerance: number,
  isChosen: boolean,
): readonly string[] {
  const removals = (nodes: readonly NodeOutage[]) =>
    nodes.flatMap(({ back, backToNoExecuteRemoved: delay }) =>
      back === undefined || typeof delay !== "number" ? [] : [{ at: back + delay, delay }],
    );
  const [is, wanted] = [removals(own), removals(recorded)];
  if (is.length !== wanted.length) return [`outages NoExecute removed: ${is.length} times, want ${wanted.length}`];
  const late = is
    .filter(({ delay }) => delay > TICK_MS + tolerance)
    .map(({ delay }) => `outages backToNoExecuteRemoved: ${delay} ms, want a tick at most`);
  // A pass over several nodes takes its time, by which the ticks after it come later.
  if (!isChosen || wanted.length === 0 || recorded.length > 1) return late;
  const phase = wanted[0].at;
  const off = is.filter(({ at }) => Math.min(modulo(at - phase), modulo(phase - at)) > tolerance);
  return [
    ...late,
    ...off.map(({ at }) => `outages NoExecute removed at ${at} ms, want ${phase % TICK_MS} ms after a multiple of the tick`),
  ];
}

function modulo(ms: number): number {
  return ((ms % TICK_MS) + TICK_MS) % TICK_MS;
}
