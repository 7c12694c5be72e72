/**
 * The choice among nodes on which preemption would make room.
 *
 * Source of the rules: pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption), pkg/scheduler/util/utils.go
 */
import type { Timestamp } from "../../api/types/index.js";
import type { PodInfo } from "../framework/pod-info.js";
import { startTimeOf } from "./importance.js";

/** Lifts every priority above 0, so that each victim counts: math.MaxInt32 + 1 */
const PRIORITY_SHIFT = 2 ** 31;

/** A node and the pods that would have to leave it. */
export class Candidate {
  private readonly highestPriority: number;
  private readonly sumOfPriorities: number;
  /** Earliest start among the victims of the highest priority. */
  private readonly start: Timestamp;

  constructor(
    readonly node: string,
    /** Pods that have to go, the most important first; at least one. */
    readonly victims: readonly PodInfo[],
    /** How many of them a PodDisruptionBudget forbids to lose. */
    readonly numPDBViolations: number,
  ) {
    let sum = 0;
    let highest = Number.NEGATIVE_INFINITY;
    let start = Number.POSITIVE_INFINITY;
    for (const victim of victims) {
      sum += victim.priority + PRIORITY_SHIFT;
      if (victim.priority < highest) continue;
      start = victim.priority > highest ? startTimeOf(victim) : Math.min(start, startTimeOf(victim));
      highest = victim.priority;
    }
    this.highestPriority = highest;
    this.sumOfPriorities = sum;
    this.start = start;
  }

  /**
   * Negative where this one is better, 0 where neither is: fewest violated budgets, then the least important first victim, the least
   * sum of priorities, the fewest victims, and the latest start.
   */
  compare(other: Candidate): number {
    return (
      this.numPDBViolations - other.numPDBViolations ||
      this.highestPriority - other.highestPriority ||
      this.sumOfPriorities - other.sumOfPriorities ||
      this.victims.length - other.victims.length ||
      other.start - this.start
    );
  }
}

/** The best candidates, alike in everything that counts, in the order given. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let best: Candidate[] = [];
  for (const candidate of candidates) {
    const order = best.length === 0 ? -1 : candidate.compare(best[0]);
    if (order < 0) best = [candidate];
    else if (order === 0) best.push(candidate);
  }
  return best;
}
