/**
 * Which object controls which. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ and
 * apimachinery pkg/apis/meta/v1/controller_ref.go.
 */
import type { ApiObject, OwnerReference } from "../../api/types/index.js";

/** The reference with `controller: true`, of which there is at most one. */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  const references = object.metadata.ownerReferences;
  if (references === undefined) return undefined;
  for (const reference of references) if (reference.controller === true) return reference;
  return undefined;
}

export function isControlledBy(object: ApiObject, owner: ApiObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** A controlling reference to the owner that blocks its foreground deletion. */
export function controllerReference(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Name of the informer index by the uid of the controlling owner. */
export const BY_CONTROLLER = "controller-uid";

/** Values of the index {@link BY_CONTROLLER}. */
export function controllerUid(object: ApiObject): readonly string[] {
  const controller = controllerOf(object);
  return controller === undefined ? [] : [controller.uid];
}
