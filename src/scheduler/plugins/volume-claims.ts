/**
 * Claims that a pod's volumes refer to, and what storage objects say of themselves. Shared by the volume plugins.
 *
 * Source of the rules: k8s.io/component-helpers/storage/volume (helpers.go, pv_helpers.go) and storage/ephemeral
 */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, Volume } from "../../api/types/index.js";
import { compileTerm, type NodePredicate } from "../framework/node-affinity.js";

/** Annotation of a claim whose binding is complete. */
export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
/** Annotation of a claim that tells the provisioner for which node. */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
/** Older place of the storage class's name. */
const BETA_STORAGE_CLASS = "volume.beta.kubernetes.io/storage-class";

/** Name of the claim behind a volume; a generic ephemeral volume has one called after pod and volume. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

/** Whether one of the pod's volumes stands on that claim. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim | undefined): boolean {
  if (claim?.metadata.namespace !== pod.metadata.namespace) return false;
  return (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === claim?.metadata.name);
}

/** Whether any of the pod's volumes stands on a claim. */
export function hasClaims(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined);
}

export function storageClassOfClaim(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[BETA_STORAGE_CLASS] ?? claim.spec.storageClassName ?? "";
}

export function storageClassOfVolume(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[BETA_STORAGE_CLASS] ?? volume.spec.storageClassName ?? "";
}

export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? "") !== "" && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

export function waitsForConsumer(storageClass: StorageClass): boolean {
  return storageClass.volumeBindingMode === "WaitForFirstConsumer";
}

const affinities = new WeakMap<PersistentVolume, NodePredicate>();

/** Whether the volume can be reached from the node, by the labels of the node. */
export function isReachable(volume: PersistentVolume, node: Node): boolean {
  let matches = affinities.get(volume);
  if (matches === undefined) {
    const required = volume.spec.nodeAffinity?.required;
    const terms = required?.nodeSelectorTerms.map(compileTerm);
    matches = terms === undefined ? () => true : (candidate) => terms.some((term) => term(candidate));
    affinities.set(volume, matches);
  }
  return matches(node);
}

export function claimNotFound(name: string): string {
  return `persistentvolumeclaim "${name}" not found`;
}

export function volumeNotFound(name: string): string {
  return `persistentvolume "${name}" not found`;
}

export function storageClassNotFound(name: string): string {
  return `storageclass.storage.k8s.io "${name}" not found`;
}

/** Volumes that the kubelet makes up by itself have no bearing on the choice of a node. */
const SYNTHETIC = ["configMap", "secret", "downwardAPI", "emptyDir", "projected"];

/** The volumes that volume plugins look at, as text (k8s.io/kube-scheduler/framework/signers.go). */
export function signVolumes(pod: Pod): string {
  return JSON.stringify((pod.spec.volumes ?? []).filter((volume) => !SYNTHETIC.some((source) => volume[source] !== undefined)));
}
