/**
 * Which kinds count generations, and what their finalizers are.
 *
 * Source: the strategy.go files of kubernetes/pkg/registry.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Namespace } from "../../../api/types/policy.js";

/** Kinds whose metadata.generation counts changes of the spec. */
const COUNTS_GENERATIONS: ReadonlySet<Kind> = new Set<Kind>([
  "Pod",
  "PodTemplate",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
  "Ingress",
  "IngressClass",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "EndpointSlice",
  "PriorityClass",
]);

export function countsGenerations(kind: Kind): boolean {
  return COUNTS_GENERATIONS.has(kind);
}

/** Kinds of which an update has to name the version that it changes (AllowUnconditionalUpdate is false). */
const NEEDS_RESOURCE_VERSION: ReadonlySet<Kind> = new Set<Kind>([
  "Lease",
  "PodDisruptionBudget",
  "ServiceAccount",
  "CSINode",
  "CSIDriver",
  "VolumeAttachment",
  "RuntimeClass",
]);

export function needsResourceVersion(kind: Kind): boolean {
  return NEEDS_RESOURCE_VERSION.has(kind);
}

/** Whether a change touched what metadata.generation counts: all but metadata and status. */
export function changedBeyondMetadata(previous: ApiObject, next: ApiObject, same: (a: unknown, b: unknown) => boolean): boolean {
  const before = previous as unknown as Record<string, unknown>;
  const after = next as unknown as Record<string, unknown>;
  for (const field in after) if (field !== "metadata" && field !== "status" && !same(before[field], after[field])) return true;
  for (const field in before)
    if (field !== "metadata" && field !== "status" && before[field] !== undefined && after[field] === undefined) return true;
  return false;
}

/** A namespace that is being deleted goes when its spec holds no finalizer any more. */
export function isFinalized(kind: Kind, object: ApiObject): boolean {
  return kind !== "Namespace" || ((object as Namespace).spec?.finalizers?.length ?? 0) === 0;
}
