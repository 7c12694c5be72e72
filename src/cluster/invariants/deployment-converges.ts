/**
 * A Deployment whose pods are all Ready has finished its rollout, and its status says what its ReplicaSets say.
 *
 * A rollout that is paused, waits for pods that are not Ready or are being deleted, or whose pods are refused, is not finished.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
import type { Deployment, ReplicaSet } from "../../api/types/workloads.js";
import { SECOND } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive, isReady, isTerminating } from "./pod-state.js";

export function deploymentConverges(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const check = (deployment: Deployment): void => {
    const { metadata, spec, status = {} } = deployment;
    const waits = (spec.minReadySeconds ?? 0) * SECOND;
    if (metadata.deletionTimestamp !== undefined || !cluster.isSettled(committed.changedAt(deployment) + waits)) return;
    const sets = [...committed.dependentsOf(metadata.uid)].filter((object): object is ReplicaSet => object.kind === "ReplicaSet");
    const total = (count: (set: ReplicaSet) => number | undefined): number => sets.reduce((sum, set) => sum + (count(set) ?? 0), 0);
    const reported = [status.observedGeneration, status.replicas ?? 0, status.readyReplicas ?? 0, status.availableReplicas ?? 0].join();
    const counted = [
      metadata.generation,
      total((set) => set.status?.replicas),
      total((set) => set.status?.readyReplicas),
      total((set) => set.status?.availableReplicas),
    ].join();
    if (reported !== counted) {
      cluster.violated(
        deployment,
        `expected observedGeneration, replicas, readyReplicas and availableReplicas ${counted}, found ${reported}`,
      );
    }
    const isRefused =
      committed.isEnding(metadata.namespace) ||
      sets.some((set) => set.status?.conditions?.some(({ type, status: value }) => type === "ReplicaFailure" && value === "True"));
    const pods = sets.flatMap((set) => [...committed.podsOf(set)]);
    if (spec.paused === true || isRefused || pods.some(isTerminating) || !pods.filter(isActive).every(isReady)) return;
    const replicas = spec.replicas ?? 1;
    const found = [status.replicas ?? 0, status.updatedReplicas ?? 0, status.availableReplicas ?? 0];
    if (found.some((count) => count !== replicas)) {
      cluster.violated(deployment, `expected ${replicas} replicas, all of them updated and available, found ${found.join(", ")}`);
    }
  };
  return {
    ended: () => {
      for (const deployment of committed.list("Deployment")) check(deployment);
    },
  };
}
