/**
 * What a StatefulSet's status says of its pods.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (computeReplicaStatus) and stateful_set_utils.go
 * (completeRollingUpdate, inconsistentStatus).
 */
import type { ControllerRevision, Pod, StatefulSet, Timestamp } from "../../../api/types/index.js";
import { isPodAvailable } from "../pod-conditions.js";
import { isCreated, isRunningAndReady, isTerminating, revisionOfPod } from "./stateful-pod.js";

export interface StatefulRevisions {
  /** Revision of pods that were not updated yet. */
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  /** All that were there before this look, oldest first. */
  readonly all: readonly ControllerRevision[];
  readonly collisionCount: number;
}

export type StatefulSetStatus = NonNullable<StatefulSet["status"]>;

/** @param pods of the set, some of which may not be created yet */
export function statefulStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, collisionCount }: StatefulRevisions,
  now: Timestamp,
): StatefulSetStatus {
  const created = pods.filter(isCreated);
  const living = created.filter((pod) => !isTerminating(pod));
  const ready = created.filter(isRunningAndReady);
  return {
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    replicas: created.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
    currentReplicas: living.filter((pod) => revisionOfPod(pod) === current.metadata.name).length,
    updatedReplicas: living.filter((pod) => revisionOfPod(pod) === update.metadata.name).length,
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
  };
}

/** The status, with the update's revision as the current one where all pods have it and are ready. */
export function completed(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const wished = set.spec.replicas ?? 1;
  const isRolling = (set.spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
  const { replicas, readyReplicas, updatedReplicas, updateRevision } = status;
  if (!isRolling || updatedReplicas !== wished || readyReplicas !== wished || replicas !== wished) return status;
  return { ...status, currentReplicas: updatedReplicas, currentRevision: updateRevision! };
}

const COUNTS = ["replicas", "currentReplicas", "readyReplicas", "updatedReplicas", "availableReplicas"] as const;

/** Whether the status has to be written: it was computed of a later generation, or says something else. */
export function differs(status: StatefulSetStatus, stored: StatefulSetStatus | undefined): boolean {
  return (
    (status.observedGeneration ?? 0) > (stored?.observedGeneration ?? 0) ||
    COUNTS.some((count) => status[count] !== (stored?.[count] ?? 0)) ||
    status.currentRevision !== stored?.currentRevision ||
    status.updateRevision !== stored?.updateRevision
  );
}
