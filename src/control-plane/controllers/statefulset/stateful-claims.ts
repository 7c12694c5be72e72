/**
 * The volume claims of a StatefulSet's pods, and who owns them: by the set's retention policy the set, a pod that is scaled away, or nobody.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention and kubernetes
 * pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod, hasUnexpectedController).
 */
import type { ApiObject, OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from "../../../api/types/index.js";
import { controllerReference } from "../owner-references.js";
import { claimName, isWantedOrdinal, ordinalOf } from "./stateful-pod.js";

/** The claims that the pod of that ordinal needs. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...template.metadata,
      name: claimName(template, set, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}

export function keepsClaimsOfScaledPods(set: StatefulSet): boolean {
  return set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Delete";
}

function keepsClaims(set: StatefulSet): boolean {
  return keepsClaimsOfScaledPods(set) && set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted !== "Delete";
}

/** Who should own the claims of the pod. */
function rightOwner(set: StatefulSet, pod: Pod): ApiObject | undefined {
  if (!keepsClaimsOfScaledPods(set) && !isWantedOrdinal(set, ordinalOf(pod))) return pod;
  return set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete" ? set : undefined;
}

/** A reference to an object of that kind and name, whatever its uid. */
function names({ apiVersion, kind, name }: OwnerReference, object: ApiObject): boolean {
  return apiVersion === object.apiVersion && kind === object.kind && name === object.metadata.name;
}

function ownersOf({ metadata }: PersistentVolumeClaim): readonly OwnerReference[] {
  return metadata.ownerReferences ?? [];
}

function isOwnedBy(claim: PersistentVolumeClaim, owner: ApiObject): boolean {
  return ownersOf(claim).some(({ uid }) => uid === owner.metadata.uid);
}

/** Whether the claim belongs to an earlier object of the same name. A pod that is not created yet has no uid: any owner of its name is an earlier one. */
export function hasStaleOwner(claim: PersistentVolumeClaim, owner: ApiObject): boolean {
  const reference = ownersOf(claim).find((candidate) => names(candidate, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}

/** Whether somebody else manages a claim that the retention policy would have the set manage. */
export function hasConflictingController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (keepsClaims(set)) return false;
  return ownersOf(claim).some((reference) => {
    const own = [set, pod].find((owner) => names(reference, owner));
    return own === undefined ? reference.controller === true : reference.uid !== own.metadata.uid;
  });
}

/** Whether the claim's owners are as the policy has them, or are none of the set's business. */
export function hasRightOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set) || hasStaleOwner(claim, pod)) return true;
  if (hasConflictingController(claim, set, pod)) return !isOwnedBy(claim, set) && !isOwnedBy(claim, pod);
  const ours = ownersOf(claim).filter(({ uid }) => uid === set.metadata.uid || uid === pod.metadata.uid);
  if (ours.some(({ controller }) => controller !== true)) return false;
  const owner = rightOwner(set, pod);
  return isOwnedBy(claim, set) === (owner === set) && isOwnedBy(claim, pod) === (owner === pod);
}

/** The claim with the owners that the policy gives it. */
export function withRightOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): PersistentVolumeClaim {
  const others = ownersOf(claim).filter((reference) => !names(reference, set) && !names(reference, pod));
  const owner = hasConflictingController(claim, set, pod) ? undefined : rightOwner(set, pod);
  const ownerReferences = owner === undefined ? others : [...others, controllerReference(owner)];
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}
