import type { Diagnosis } from "./framework/fit-error.js";
import type { NodeInfo } from "./framework/node-info.js";

/** A node was found. */
export interface ScheduleResult {
  readonly node: NodeInfo;
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  /** Winning total and how many nodes have it; absent where nothing was scored: one feasible node, a nominated node, or a hint. */
  readonly score?: number;
  readonly tied?: number;
}

/** What a scheduling cycle came to: a node, or why there is none. */
export type CycleOutcome = { readonly result: ScheduleResult } | { readonly diagnosis: Diagnosis };

/** Something failed before it came to that. */
export interface CycleError {
  readonly error: string;
}
