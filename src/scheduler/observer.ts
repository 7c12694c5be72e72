/** What the scheduler tells of each attempt, for scheduling.csv and metrics. */
import type { Pod } from "../api/types/index.js";
import type { SimTime } from "../engine/simulation.js";

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

export interface SchedulerObserver {
  attempt?(attempt: SchedulingAttempt): void;
}
