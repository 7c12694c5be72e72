/**
 * The choice among nodes on which preemption would make room.
 *
 * Source of the rules: pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption), pkg/scheduler/util/utils.go
 */
import type { Timestamp } from "../../api/types/index.js";
import type { PodInfo } from "../framework/pod-info.js";
import { startTimeOf } from "./importance.js";

export interface Candidate {
  readonly node: string;
  /** Pods that have to go, the most important first; at least one. */
  readonly victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget forbids to lose. */
  readonly numPDBViolations: number;
}

/** Lifts every priority above 0, so that each victim counts: math.MaxInt32 + 1 */
const PRIORITY_SHIFT = 2 ** 31;

function sumOfPriorities(victims: readonly PodInfo[]): number {
  return victims.reduce((sum, { priority }) => sum + priority + PRIORITY_SHIFT, 0);
}

/** Earliest start among the victims of the highest priority. */
function earliestStart(victims: readonly PodInfo[], now: Timestamp): Timestamp {
  const highest = Math.max(...victims.map(({ priority }) => priority));
  return Math.min(...victims.filter(({ priority }) => priority === highest).map((pod) => startTimeOf(pod, now)));
}

/**
 * The best candidates: fewest violated budgets, then the least important first victim, the least sum of priorities, the fewest
 * victims, and the latest start. Those alike in all of it are returned together, in the order given.
 */
export function bestCandidates(candidates: readonly Candidate[], now: Timestamp): readonly Candidate[] {
  const criteria: readonly ((candidate: Candidate) => number)[] = [
    ({ numPDBViolations }) => numPDBViolations,
    ({ victims }) => victims[0].priority,
    ({ victims }) => sumOfPriorities(victims),
    ({ victims }) => victims.length,
    ({ victims }) => -earliestStart(victims, now),
  ];
  let best = candidates;
  for (const criterion of criteria) {
    if (best.length <= 1) return best;
    const values = best.map(criterion);
    const least = Math.min(...values);
    best = best.filter((_, at) => values[at] === least);
  }
  return best;
}
