/**
 * Which object controls which.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ and apimachinery
 * pkg/apis/meta/v1/controller_ref.go.
 */
import type { ApiObject, OwnerReference } from "./types/meta.js";

/** The reference with `controller: true`, of which there is at most one. */
export function controllerOf({ metadata: { ownerReferences } }: Pick<ApiObject, "metadata">): OwnerReference | undefined {
  if (ownerReferences === undefined) return undefined;
  for (const reference of ownerReferences) if (reference.controller === true) return reference;
  return undefined;
}

export function isControlledBy(object: ApiObject, owner: ApiObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}
