/**
 * Scaling in the middle of a roll-out: the change is spread over all ReplicaSets with pods, in proportion to their sizes.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling and kubernetes
 * pkg/controller/deployment/sync.go (scale), util/deployment_util.go (GetReplicaSetProportion).
 */
import type { Deployment, ReplicaSet } from "../../../api/types/index.js";
import { byCreation, maxReplicasAnnotation } from "./replica-sets.js";
import { replicasOf, rollingBounds, totalReplicas, type Resize } from "./rolling-update.js";

/** Rounds to the nearest integer, halves away from zero, as Go's integer.RoundToInt32. */
function roundHalfAway(value: number): number {
  return value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5);
}

/** What the ReplicaSet would have to change by to keep its share of the greatest size. */
function share(deployment: Deployment, replicaSet: ReplicaSet, surge: number): number {
  const size = replicasOf(replicaSet);
  const wished = replicasOf(deployment);
  if (wished === 0) return -size;
  const annotated = maxReplicasAnnotation(replicaSet) ?? 0;
  const before = annotated === 0 ? (deployment.status?.replicas ?? 0) : annotated;
  return before === 0 ? 0 : roundHalfAway((size * (wished + surge)) / before) - size;
}

/** New sizes of all ReplicaSets with pods; every one is named, since its annotations have to be brought up to date too. */
export function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const { maxSurge } = rollingBounds(deployment.spec);
  const wished = replicasOf(deployment);
  const toAdd = (wished > 0 ? wished + maxSurge : 0) - totalReplicas(active);
  // Larger ones first; among equals growth begins with the newest and shrinking with the oldest.
  const sorted = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)));
  let added = 0;
  const sizes = sorted.map((replicaSet) => {
    const size = replicasOf(replicaSet);
    if (size === 0 || toAdd === 0 || toAdd === added) return size;
    const allowed = toAdd - added;
    const wish = share(deployment, replicaSet, maxSurge);
    const change = toAdd > 0 ? Math.min(wish, allowed) : Math.max(wish, allowed);
    added += change;
    return size + change;
  });
  if (sizes.length > 0 && toAdd !== 0) sizes[0] = Math.max(0, sizes[0] + toAdd - added);
  return sorted.map((replicaSet, i) => ({ replicaSet, size: sizes[i] }));
}
