/**
 * Which volume a claim would be bound to, and whether one could be provisioned, for a node.
 *
 * Source: k8s.io/component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume),
 * pkg/scheduler/framework/plugins/volumebinding/binder.go (checkVolumeProvisions, hasEnoughCapacity)
 */
import { compareQuantities, quantityValue } from "../../api/quantity.js";
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../api/types/index.js";
import type { Listers } from "../framework/listers.js";
import { compileSelector } from "../framework/label-matching.js";
import { isReachable, storageClassOfClaim, storageClassOfVolume } from "./volume-claims.js";

/** Provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = "kubernetes.io/no-provisioner";

export function requestedStorage(claim: PersistentVolumeClaim): string | number {
  return claim.spec.resources?.requests?.["storage"] ?? 0;
}

export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined || reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return reference.uid === undefined || reference.uid === "" || reference.uid === claim.metadata.uid;
}

/** The smallest free volume that fits the claim and can be reached from the node, or the one that waits for this claim. */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  node: Node,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  const requested = requestedStorage(claim);
  const className = storageClassOfClaim(claim);
  const selects = claim.spec.selector === undefined ? undefined : compileSelector(claim.spec.selector);
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { metadata, spec } = volume;
    if (taken.has(metadata.name) || metadata.deletionTimestamp !== undefined) continue;
    const isOurs = isBoundTo(volume, claim);
    if (spec.claimRef !== undefined && !isOurs) continue;
    const capacity = spec.capacity?.["storage"] ?? 0;
    if (compareQuantities(capacity, requested) < 0) continue;
    if ((claim.spec.volumeMode ?? "Filesystem") !== (spec["volumeMode"] ?? "Filesystem")) continue;
    if ((claim.spec.volumeAttributesClassName ?? "") !== ((spec["volumeAttributesClassName"] as string | undefined) ?? "")) continue;
    if (isOurs) return isReachable(volume, node) ? volume : undefined;
    if (volume.status?.phase !== "Available" || selects?.(metadata.labels) === false || storageClassOfVolume(volume) !== className)
      continue;
    if (!isReachable(volume, node)) continue;
    if (!(claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode) === true)) continue;
    if (smallest === undefined || compareQuantities(capacity, smallest.spec.capacity?.["storage"] ?? 0) < 0) smallest = volume;
  }
  return smallest;
}

export type Provision = "possible" | "impossible" | "not enough storage";

export function checkProvision(listers: Listers, claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node): Provision {
  const { provisioner } = storageClass;
  if (provisioner === "" || provisioner === NO_PROVISIONER || !matchesAllowedTopologies(storageClass, node)) return "impossible";
  return hasEnoughCapacity(listers, claim, storageClass, node) ? "possible" : "not enough storage";
}

/** Terms are ORed, the expressions of one are ANDed; no term allows every node. */
function matchesAllowedTopologies({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  const labels = node.metadata.labels ?? {};
  return allowedTopologies.some(
    ({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.length > 0 &&
      matchLabelExpressions.every(({ key, values }) => Object.hasOwn(labels, key) && values.includes(labels[key])),
  );
}

/** Asked only of drivers that publish their capacity. */
function hasEnoughCapacity(listers: Listers, claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node): boolean {
  const requested = claim.spec.resources?.requests?.["storage"];
  if (requested === undefined) return true;
  if (listers.informer("CSIDriver").get(storageClass.provisioner)?.spec.storageCapacity !== true) return true;
  const bytes = quantityValue(requested);
  for (const { storageClassName, capacity, maximumVolumeSize, nodeTopology } of listers.informer("CSIStorageCapacity").list()) {
    if (storageClassName !== storageClass.metadata.name || nodeTopology === undefined) continue;
    const limit = maximumVolumeSize ?? capacity;
    if (limit !== undefined && quantityValue(limit) >= bytes && compileSelector(nodeTopology)(node.metadata.labels)) return true;
  }
  return false;
}
