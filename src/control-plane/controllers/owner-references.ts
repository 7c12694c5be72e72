/**
 * Which object controls which. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ and
 * apimachinery pkg/apis/meta/v1/controller_ref.go.
 */
import { controllerOf, isControlledBy } from "../../api/owner-references.js";
import type { ApiObject, OwnerReference } from "../../api/types/index.js";
import type { Lister } from "../apiserver/client.js";

export { controllerOf, isControlledBy };

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

/** Name of the informer index by the uids of all owners. */
export const BY_OWNER = "owner-uid";

const NO_OWNERS: readonly string[] = [];

/** Values of the index {@link BY_OWNER}. */
export function ownerUids(object: ApiObject): readonly string[] {
  const references = object.metadata.ownerReferences;
  if (references === undefined || references.length === 0) return NO_OWNERS;
  return references.length === 1 ? [references[0].uid] : references.map(({ uid }) => uid);
}

/** Cached objects that the owner with that uid controls. */
export function* controlledBy<T extends ApiObject>(lister: Lister<T>, uid: string): Iterable<T> {
  for (const object of lister.byIndex(BY_OWNER, uid)) if (controllerOf(object)?.uid === uid) yield object;
}
