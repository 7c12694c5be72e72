/** Status of a ReplicaSet or ReplicationController. Source: kubernetes pkg/controller/replicaset/replica_set_utils.go (calculateStatus). */
import type { Condition, ReplicaSetStatus, Timestamp } from "../../../api/types/index.js";
import { conditionOf, newCondition, withCondition, withoutCondition } from "../conditions.js";
import { sameValue } from "../same-value.js";

export interface ReplicaCounts {
  readonly replicas: number;
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  /** Of a ReplicaSet alone: a ReplicationController's status does not tell it. */
  readonly terminatingReplicas?: number;
}

/** What became of the attempt to reach the wished number of pods. */
export interface ManageFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

function withReplicaFailure(
  conditions: readonly Condition[] | undefined,
  failure: ManageFailure | undefined,
  now: Timestamp,
): readonly Condition[] | undefined {
  const present = conditionOf(conditions, "ReplicaFailure");
  if (failure !== undefined && present === undefined) {
    return withCondition(conditions, newCondition("ReplicaFailure", "True", failure.reason, failure.message, now));
  }
  return failure === undefined && present !== undefined ? withoutCondition(conditions, "ReplicaFailure") : conditions;
}

/** The next status, or the previous one itself where nothing changed. */
export function nextReplicaSetStatus(
  previous: ReplicaSetStatus | undefined,
  generation: number | undefined,
  counts: ReplicaCounts,
  failure: ManageFailure | undefined,
  now: Timestamp,
): ReplicaSetStatus {
  const conditions = withReplicaFailure(previous?.conditions, failure, now);
  const next: ReplicaSetStatus = {
    ...previous,
    ...counts,
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(conditions !== undefined && { conditions }),
  };
  return previous !== undefined && sameCounts(previous, next) && sameValue(previous.conditions, conditions) ? previous : next;
}

function sameCounts(a: ReplicaSetStatus, b: ReplicaSetStatus): boolean {
  return (
    a.replicas === b.replicas &&
    (a.fullyLabeledReplicas ?? 0) === b.fullyLabeledReplicas &&
    (a.readyReplicas ?? 0) === b.readyReplicas &&
    (a.availableReplicas ?? 0) === b.availableReplicas &&
    (a.terminatingReplicas ?? 0) === (b.terminatingReplicas ?? 0) &&
    a.observedGeneration === b.observedGeneration
  );
}
