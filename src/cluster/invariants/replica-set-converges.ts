/**
 * A ReplicaSet or ReplicationController has as many pods as it asks for, and its status says what is there.
 *
 * Fewer pods are right where their creation is refused, which condition ReplicaFailure says, and in a namespace that is being deleted,
 * of which it does not speak (manageReplicas in kubernetes pkg/controller/replicaset/replica_set.go).
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/
 */
import type { ReplicaSet, ReplicationController } from "../../api/types/workloads.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive, isReady } from "./pod-state.js";

export function replicaSetConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const check = (set: ReplicaSet | ReplicationController): void => {
    const { metadata, spec, status } = set;
    if (metadata.deletionTimestamp !== undefined || !cluster.isSettled(committed.changedAt(set))) return;
    const active = [...committed.podsOf(set)].filter(isActive);
    const ready = active.filter(isReady).length;
    const isRefused =
      committed.isEnding(metadata.namespace) ||
      status?.conditions?.some(({ type, status: value }) => type === "ReplicaFailure" && value === "True") === true;
    const replicas = spec.replicas ?? 1;
    if (active.length > replicas || (active.length < replicas && !isRefused)) {
      cluster.violated(set, `expected ${replicas} active pods, found ${active.length}`);
    }
    const reported = {
      observedGeneration: status?.observedGeneration,
      replicas: status?.replicas,
      readyReplicas: status?.readyReplicas ?? 0,
    };
    const expected = { observedGeneration: metadata.generation, replicas: active.length, readyReplicas: ready };
    if (JSON.stringify(reported) !== JSON.stringify(expected)) {
      cluster.violated(set, `expected status ${JSON.stringify(expected)}, found ${JSON.stringify(reported)}`);
    }
  };
  return {
    ended: () => {
      for (const set of committed.list("ReplicaSet")) check(set);
      for (const controller of committed.list("ReplicationController")) check(controller);
    },
  };
}
