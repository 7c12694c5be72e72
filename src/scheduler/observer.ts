/** What the scheduler tells of each attempt, for scheduling.csv and metrics, and what decisions can be explained and measured by. */
import type { Pod } from "../api/types/index.js";
import type { SimTime } from "../engine/simulation.js";
import type { Cache } from "./cache/cache.js";
import type { CycleError, CycleOutcome } from "./cycle-outcome.js";
import type { NodeExtender } from "./extenders/extender.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Profile } from "./framework/profile.js";
import type { TieBreakRule } from "./node-selection.js";

/** How an attempt ended, as upstream's scheduler_schedule_attempts_total{result}. */
export type AttemptResult = "scheduled" | "unschedulable" | "error";

export interface SchedulingAttempt {
  /** When the attempt began. */
  readonly time: SimTime;
  readonly pod: Pod;
  /** 1 for the pod's first attempt. */
  readonly attempt: number;
  readonly profile: string;
  readonly result: AttemptResult;
  /** The chosen node; absent where none was. */
  readonly node?: string;
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  /** Winning total; absent where nothing was scored. */
  readonly score?: number;
  /** Simulated time that the attempt took. */
  readonly duration: SimTime;
  /** Why the pod was not scheduled. */
  readonly message?: string;
  /** Plugins that rejected the pod. */
  readonly plugins: readonly string[];
}

/** What a decision is made from: the scheduler's picture of the cluster at the moment of the attempt. To read only. */
export interface SchedulingCycle {
  readonly time: SimTime;
  readonly pod: PodInfo;
  /** 1 for the pod's first attempt. */
  readonly attempt: number;
  readonly profile: Profile;
  readonly cache: Cache;
  /** Place in the order of nodes at which the search begins. */
  readonly searchStart: number;
  readonly tieBreak: TieBreakRule;
}

/**
 * Told what a cycle came to, before anything follows from it.
 *
 * @param extenders the extenders as they answered in this cycle; asking them again asks nobody outside
 */
export type DecisionListener = (outcome: CycleOutcome | CycleError, extenders: readonly NodeExtender[]) => void;

export interface SchedulerObserver {
  attempt?(attempt: SchedulingAttempt): void;
  /** Told before each decision; the listener that it returns, if any, is told the decision at once. Neither may change anything. */
  deciding?(cycle: SchedulingCycle): DecisionListener | undefined;
}
