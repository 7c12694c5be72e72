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

/**
 * Sizes of old ReplicaSets after one step of a rolling update: first pods that are not available go, since nobody misses them,
 * then as many available ones as there are above the least number.
 *
 * @param old old ReplicaSets with pods, oldest first
 */
export function shrinkOldReplicaSets(spec: DeploymentSpec, old: readonly ReplicaSet[], latest: ReplicaSet | undefined): Resize[] {
  const sizes = old.map(replicasOf);
  const least = (spec.replicas ?? 1) - rollingBounds(spec).maxUnavailable;
  const latestSize = latest === undefined ? 0 : replicasOf(latest);
  const latestAvailable = latest?.status?.availableReplicas ?? 0;
  const total = totalReplicas(old) + latestSize;
  let mayGo = total - least - (latestSize - latestAvailable);
  if (mayGo <= 0) return [];

  const resized = (): Resize[] =>
    old.map((replicaSet, i) => ({ replicaSet, size: sizes[i] })).filter(({ replicaSet, size }) => size !== replicasOf(replicaSet));
  for (let i = 0; i < old.length && mayGo > 0; i++) {
    const unavailable = sizes[i] - (old[i].status?.availableReplicas ?? 0);
    // A status that still counts pods which a former step let go would allow one step too many.
    if (unavailable < 0 && sizes[i] > 0) return resized();
    const going = Math.min(mayGo, Math.max(0, unavailable));
    sizes[i] -= going;
    mayGo -= going;
  }

  let available = latestAvailable;
  for (const replicaSet of old) available += replicaSet.status?.availableReplicas ?? 0;
  let surplus = available - least;
  for (let i = 0; i < old.length && surplus > 0; i++) {
    const going = Math.min(sizes[i], surplus);
    sizes[i] -= going;
    surplus -= going;
  }
  return resized();
}
