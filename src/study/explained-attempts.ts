/** Runs a scenario and explains the scheduler's attempts to place one pod. */
import { objectKey } from "../api/kinds.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimTime } from "../engine/simulation.js";
import type { Scenario } from "../scenario/scenario.js";
import { explaining, type Explanation } from "../scheduler/explanation.js";
import type { SchedulingAttempt } from "../scheduler/observer.js";
import { clusterAt } from "./cluster-at.js";

/** One attempt; the parts are absent where they are not there yet at the time asked for, or were not asked for. */
export interface ExplainedAttempt {
  readonly number: number;
  /** How it ended; absent while it goes on. */
  attempt?: SchedulingAttempt;
  /** Absent where the cluster had no node at all: nothing was decided. */
  explanation?: Explanation;
}

export interface ExplainedPod {
  /** In order; a pod deleted and created again under its name counts anew. */
  readonly attempts: readonly ExplainedAttempt[];
  /** The cluster as it is at the time asked for. */
  readonly cluster: Cluster;
}

/**
 * Runs to the time and explains the attempts for the pod "namespace/name".
 *
 * @param keep whether the explanation of an attempt is wanted; for many nodes each is large
 */
export function explainPod(scenario: Scenario, pod: string, time: SimTime, keep: "all" | "last" | number): ExplainedPod {
  const attempts: ExplainedAttempt[] = [];
  const begun = (number: number): ExplainedAttempt => {
    const last = attempts.at(-1);
    if (last !== undefined && last.number === number && last.attempt === undefined) return last;
    if (keep === "last") delete last?.explanation;
    const next: ExplainedAttempt = { number };
    attempts.push(next);
    return next;
  };
  const cluster = clusterAt(scenario, time, {
    deciding: (cycle) => {
      if (cycle.pod.key !== pod) return undefined;
      const attempt = begun(cycle.attempt);
      if (typeof keep === "number" && keep !== cycle.attempt) return undefined;
      return explaining(cycle, (explanation) => {
        attempt.explanation = explanation;
      });
    },
    attempt: (attempt) => {
      if (objectKey(attempt.pod) === pod) begun(attempt.attempt).attempt = attempt;
    },
  });
  return { attempts, cluster };
}
