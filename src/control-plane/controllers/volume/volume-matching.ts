/**
 * Which volume suits a claim.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding and component-helpers
 * storage/volume/pv_helpers.go (FindMatchingVolume).
 */
import { compareQuantities } from "../../../api/quantity.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/types/index.js";

/** Older name of the field spec.storageClassName. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const DEFAULT_MODE = "Filesystem";

export function classOf(object: PersistentVolume | PersistentVolumeClaim): string {
  return object.metadata.annotations?.[CLASS_ANNOTATION] ?? object.spec.storageClassName ?? "";
}

/** Whether the volume is set aside for this claim; a reference without a uid was written by an administrator. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference?.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return reference.uid === undefined || reference.uid === "" || reference.uid === claim.metadata.uid;
}

function offers(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { accessModes = [], volumeMode = DEFAULT_MODE, selector, resources } = claim.spec;
  const wanted = resources?.requests?.storage;
  if ((volume.spec.volumeMode ?? DEFAULT_MODE) !== volumeMode) return false;
  if (wanted !== undefined && compareQuantities(volume.spec.capacity?.storage ?? "0", wanted) < 0) return false;
  return (
    accessModes.every((mode) => volume.spec.accessModes?.includes(mode) === true) &&
    (selector === undefined || compileLabelSelector(selector)(volume.metadata.labels))
  );
}

/** The volume that is set aside for the claim, else the smallest free one of its class that offers what it asks for. */
export function matchingVolume(claim: PersistentVolumeClaim, volumes: Iterable<PersistentVolume>): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    if (isReservedFor(volume, claim)) return volume;
    if (
      volume.spec.claimRef !== undefined ||
      volume.status?.phase !== "Available" ||
      classOf(volume) !== classOf(claim) ||
      !offers(volume, claim)
    )
      continue;
    if (best === undefined || compareQuantities(volume.spec.capacity?.storage ?? "0", best.spec.capacity?.storage ?? "0") < 0)
      best = volume;
  }
  return best;
}
