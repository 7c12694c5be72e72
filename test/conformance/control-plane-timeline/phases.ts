/**
 * What nobody controlled when a recording was made, and what every run therefore drew anew: the phases of the node controller's ticks
 * and of the stand-ins' renewals, and when a stand-in that was started again saw that it had to report. They are no work of the
 * control plane; a repetition is given those of one recorded run, as the recordings' description provides for, or a phase of its own
 * where none is recorded.
 */
import { median } from "simple-statistics";
import type { NodeOutage, TimelineCase } from "./case.js";

/** Index of the run whose tick of the node controller has the median phase. */
export function chosenRun({ nodeMonitorTickPhaseMs: phases = [] }: Partial<TimelineCase>): number {
  const inOrder = [...phases.keys()].sort((a, b) => phases[a] - phases[b]);
  return inOrder[Math.floor((inOrder.length - 1) / 2)] ?? 0;
}

/** Ticks come at this time modulo the monitor's period. */
export function tickPhaseOf(testCase: TimelineCase): number {
  return testCase.nodeMonitorTickPhaseMs?.[chosenRun(testCase)] ?? 0;
}

/** Milliseconds from the start, negative before it; undefined where it is not recorded. */
export function lastRenewalOf(testCase: TimelineCase, node: string): number | undefined {
  return chosenOutages(testCase).find((outage) => outage.node === node)?.lastRenew;
}

/**
 * When each node came back. The chosen run tells in which order, all runs how late: a stand-in sees it at once or 10 s later, and one
 * run alone may show the rarer of the two.
 */
export function returnsOf(testCase: TimelineCase): ReadonlyMap<string, number> {
  const inOrder = (nodes: readonly NodeOutage[]) =>
    nodes.flatMap(({ node, back }) => (back === undefined ? [] : [{ node, back }])).sort((a, b) => a.back - b.back);
  const runs = (testCase.outages ?? []).map(({ nodes }) => inOrder(nodes));
  return new Map(
    inOrder(chosenOutages(testCase)).map(({ node, back }, rank) => [node, median(runs.map((run) => run.at(rank)?.back ?? back))]),
  );
}

/** The recording as each of its runs alone would have made it, as far as phases and outages go. */
export function singleRuns(testCase: TimelineCase): readonly TimelineCase[] {
  return (testCase.outages ?? []).map(({ run, nodes }) => ({
    ...testCase,
    nodeMonitorTickPhaseMs: testCase.nodeMonitorTickPhaseMs?.slice(run - 1, run) ?? [],
    outages: [{ run: 1, nodes }],
  }));
}

function chosenOutages(testCase: TimelineCase): readonly NodeOutage[] {
  const chosen = chosenRun(testCase) + 1;
  return testCase.outages?.find(({ run }) => run === chosen)?.nodes ?? [];
}
