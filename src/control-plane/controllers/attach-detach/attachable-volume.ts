/**
 * Which volumes are attached to nodes, to how many at once, and what they and their attachments are called.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes, https://kubernetes-csi.github.io/docs/skip-attach.html
 * and kubernetes pkg/volume/csi (csi_plugin.go, csi_attacher.go) and pkg/volume/util/util.go.
 */
import type { CSIDriver, Node, PersistentVolume, Pod } from "../../../api/types/index.js";
import { isPodTerminal } from "../pod-conditions.js";

/** Name of the informer index of pods by the claims that they use, as NAMESPACE/NAME. */
export const BY_CLAIM = "claim";

/** Name under which a node's status lists a volume: driver and handle. Undefined for volumes that no CSI driver serves. */
export function uniqueVolumeName({ spec }: PersistentVolume): string | undefined {
  return spec.csi === undefined ? undefined : `kubernetes.io/csi/${spec.csi.driver}^${spec.csi.volumeHandle}`;
}

/** Whether the volume has to be attached before it can be mounted: shares of the network, such as NFS, need no attachment. */
export function needsAttachment({ spec }: PersistentVolume, driver: CSIDriver | undefined): boolean {
  return spec.csi !== undefined && driver?.spec.attachRequired !== false;
}

/** Whether the volume may be attached to one node at a time only. */
export function isExclusive({ spec }: PersistentVolume): boolean {
  const { accessModes = [] } = spec;
  return accessModes.length > 0 && !accessModes.some((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
}

/** Values of the index {@link BY_CLAIM}. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [`${metadata.namespace}/${persistentVolumeClaim.claimName}`],
  );
}

/** Whether a bound pod wants its volumes on its node. */
export function wantsVolumes(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== "" && !isPodTerminal(pod);
}

/** Whether the kubelet has said that it uses the volume. */
export function isInUse(node: Node | undefined, volume: string): boolean {
  return node?.status?.volumesInUse?.includes(volume) === true;
}

/** Name of the VolumeAttachment of a volume and a node. Upstream's is a SHA-256 of driver, handle and node. */
export function attachmentName(volume: PersistentVolume, node: string): string {
  return `csi-${volume.metadata.name}-${node}`;
}
