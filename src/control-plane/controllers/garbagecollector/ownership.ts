/** Rules of ownership. Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ and pkg/controller/garbagecollector/{graph,operations}.go. */
import type { ApiObject, OwnerReference } from "../../../api/types/index.js";

/** Finalizers that stand for a propagation policy. Source: metav1.FinalizerOrphanDependents and FinalizerDeleteDependents. */
export const ORPHAN = "orphan";
export const FOREGROUND = "foregroundDeletion";

/** A waiting owner is being deleted in the foreground: it goes after its dependents. */
export type OwnerState = "solid" | "dangling" | "waiting";

function isDeletedWith(object: ApiObject, finalizer: string): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true;
}

/** Being deleted in the foreground: it goes after its dependents. */
export function isDeletingDependents(object: ApiObject): boolean {
  return isDeletedWith(object, FOREGROUND);
}

/** Being deleted while its dependents stay. */
export function isOrphaning(object: ApiObject): boolean {
  return isDeletedWith(object, ORPHAN);
}

/** How an object without an owner that is left is deleted: as its own finalizers ask for, else in the background. */
export function dependentsPolicy(object: ApiObject): "Orphan" | "Background" | "Foreground" {
  if (object.metadata.finalizers?.includes(ORPHAN) === true) return "Orphan";
  return object.metadata.finalizers?.includes(FOREGROUND) === true ? "Foreground" : "Background";
}

/** Owners by their state. Source: classifyReferences in garbagecollector.go. */
export function splitOwners(
  references: readonly OwnerReference[],
  stateOf: (uid: string) => OwnerState,
): Readonly<Record<OwnerState, readonly OwnerReference[]>> {
  const split: Record<OwnerState, OwnerReference[]> = { solid: [], dangling: [], waiting: [] };
  for (const reference of references) split[stateOf(reference.uid)].push(reference);
  return split;
}

/** What is told of a dependent whose owner is in another namespace. Source: reportInvalidNamespaceOwnerRef in graph_builder.go. */
export function invalidNamespace({ metadata: { namespace = "" } }: ApiObject, { apiVersion, kind, name, uid }: OwnerReference): string {
  const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  return `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`;
}
