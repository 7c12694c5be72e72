/**
 * What a run shows to those who record it. Observers see every change at the moment at which it is stored, without delay and
 * without effect on the run.
 */
import type { ApiObject } from "../api/types/meta.js";
import type { SimTime } from "../engine/simulation.js";

/** A stored change of an API object. */
export interface ObjectChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object as stored; the last version where it was deleted. */
  readonly object: ApiObject;
  /** The version before, absent where the object is new. */
  readonly previous?: ApiObject;
  readonly time: SimTime;
}

/** One attempt of a scheduler to place a pod. */
export interface SchedulingAttempt {
  /** When the attempt began and how long it took, in microseconds. */
  readonly time: SimTime;
  readonly duration: SimTime;
  readonly namespace: string;
  readonly pod: string;
  /** Number of the pod's attempt, from 1. */
  readonly attempt: number;
  /** kube-scheduler's own names: scheduled, unschedulable, error. */
  readonly result: "scheduled" | "unschedulable" | "error";
  readonly profile: string;
  readonly node?: string;
  readonly nominatedNode?: string;
  readonly evaluatedNodes?: number;
  readonly feasibleNodes?: number;
  /** Weighted total of the chosen node, absent where one feasible node was taken without scoring. */
  readonly score?: number;
  /** Plugins that rejected the pod. */
  readonly plugins?: readonly string[];
  /** Why it could not be placed, as in the FailedScheduling event. */
  readonly message?: string;
}

/** One request of a traffic generator, when it ended. */
export interface RequestOutcome {
  readonly time: SimTime;
  readonly generator: string;
  readonly outcome: string;
}
