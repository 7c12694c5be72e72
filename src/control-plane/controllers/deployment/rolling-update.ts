/**
 * How many pods a rolling update may add and has to keep.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment and kubernetes
 * pkg/controller/deployment/rolling.go, util/deployment_util.go (ResolveFenceposts, NewRSNewReplicas).
 */
import { scaledValue } from "../../../api/int-or-string.js";
import type { DeploymentSpec, ReplicaSet } from "../../../api/types/index.js";

/** Both bounds where the manifest has none. Source: apps/v1 defaulting of deployments. */
const DEFAULT_BOUND = "25%";

export interface RollingBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function replicasOf(object: { readonly spec: { readonly replicas?: number } }): number {
  return object.spec.replicas ?? 1;
}

export function totalReplicas(replicaSets: readonly ReplicaSet[]): number {
  let total = 0;
  for (const replicaSet of replicaSets) total += replicasOf(replicaSet);
  return total;
}

/** Percentages resolved: surge is rounded up, unavailability down; both 0 would make no progress, so that then one may be unavailable. */
export function rollingBounds(spec: DeploymentSpec): RollingBounds {
  const replicas = spec.replicas ?? 1;
  if ((spec.strategy?.type ?? "RollingUpdate") !== "RollingUpdate") return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = DEFAULT_BOUND, maxUnavailable = DEFAULT_BOUND } = spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, true);
  const unavailable = scaledValue(maxUnavailable, replicas, false);
  const atLeastOne = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: replicas === 0 ? 0 : Math.min(atLeastOne, replicas) };
}

/** Size that the new ReplicaSet gets next: as many as the surge allows, and no more than wished. */
export function newReplicaSetSize(spec: DeploymentSpec, all: readonly ReplicaSet[], current: number): number {
  const wished = spec.replicas ?? 1;
  if (spec.strategy?.type === "Recreate") return wished;
  const room = wished + rollingBounds(spec).maxSurge - totalReplicas(all);
  return room <= 0 ? current : current + Math.min(room, wished - current);
}

export interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly size: number;
}

/** How many pods of old ReplicaSets may go, pods of the new one that are not available yet not counted as a reserve. */
export function mostToRemove(spec: DeploymentSpec, old: readonly ReplicaSet[], latest: ReplicaSet): number {
  const unavailable = replicasOf(latest) - (latest.status?.availableReplicas ?? 0);
  return totalReplicas(old) + replicasOf(latest) - leastAvailable(spec) - unavailable;
}

/**
 * First, pods that are not available go, since nobody misses them. It ends early, as stale, where a status still counts pods that a former
 * step let go, so that a further step now would be one too many.
 *
 * @param old old ReplicaSets with pods, oldest first
 * @param most pods that may go at most
 */
export function withoutUnavailable(
  old: readonly ReplicaSet[],
  most: number,
): { readonly resizes: readonly Resize[]; readonly isStale: boolean } {
  const resizes: Resize[] = [];
  let left = most;
  for (const replicaSet of old) {
    if (left <= 0) break;
    const size = replicasOf(replicaSet);
    const unavailable = size - (replicaSet.status?.availableReplicas ?? 0);
    if (unavailable < 0) return { resizes, isStale: true };
    const going = Math.min(left, unavailable);
    if (going > 0) resizes.push({ replicaSet, size: size - going });
    left -= going;
  }
  return { resizes, isStale: false };
}

/** Then as many available ones as there are above the least number. @param old old ReplicaSets with pods, oldest first */
export function withoutSurplus(spec: DeploymentSpec, old: readonly ReplicaSet[], latest: ReplicaSet): Resize[] {
  let surplus = -leastAvailable(spec);
  for (const { status } of [...old, latest]) surplus += status?.availableReplicas ?? 0;
  const resizes: Resize[] = [];
  for (const replicaSet of old) {
    const going = Math.min(replicasOf(replicaSet), surplus);
    if (going <= 0) continue;
    resizes.push({ replicaSet, size: replicasOf(replicaSet) - going });
    surplus -= going;
  }
  return resizes;
}

function leastAvailable(spec: DeploymentSpec): number {
  return (spec.replicas ?? 1) - rollingBounds(spec).maxUnavailable;
}
