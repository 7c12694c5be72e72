/** The columns of volumes, their claims and classes, and what attaches them. Source: kubernetes/pkg/printers/internalversion/printers.go. */
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "../../api/types/storage.js";
import { AGE, column, type Column, NAME, UNSET, wide } from "./column.js";
import { accessModes } from "./workload-columns.js";

export const CLAIM_COLUMNS: readonly Column<PersistentVolumeClaim>[] = [
  NAME,
  column("STATUS", ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? "Pending") : "Terminating")),
  column("VOLUME", ({ spec }) => spec.volumeName ?? ""),
  column("CAPACITY", ({ status }) => status?.capacity?.["storage"] ?? ""),
  column("ACCESS MODES", ({ status }) => accessModes(status?.accessModes)),
  column("STORAGECLASS", ({ spec }) => spec.storageClassName ?? ""),
  column("VOLUMEATTRIBUTESCLASS", ({ spec }) => spec.volumeAttributesClassName ?? UNSET),
  AGE,
  wide("VOLUMEMODE", ({ spec }) => spec.volumeMode ?? UNSET),
];

export const VOLUME_COLUMNS: readonly Column<PersistentVolume>[] = [
  NAME,
  column("CAPACITY", ({ spec }) => spec.capacity?.["storage"] ?? ""),
  column("ACCESS MODES", ({ spec }) => accessModes(spec.accessModes)),
  column("RECLAIM POLICY", ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ""),
  column("STATUS", ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating")),
  column("CLAIM", ({ spec }) => (spec.claimRef === undefined ? "" : `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name}`)),
  column("STORAGECLASS", ({ spec }) => spec.storageClassName ?? ""),
  column("VOLUMEATTRIBUTESCLASS", ({ spec }) =>
    typeof spec["volumeAttributesClassName"] === "string" ? spec["volumeAttributesClassName"] : UNSET,
  ),
  column("REASON", ({ status }) => status?.reason ?? ""),
  AGE,
  wide("VOLUMEMODE", ({ spec }) => spec.volumeMode ?? UNSET),
];

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";

export const CLASS_COLUMNS: readonly Column<StorageClass>[] = [
  column("NAME", ({ metadata }) => `${metadata.name}${metadata.annotations?.[IS_DEFAULT] === "true" ? " (default)" : ""}`),
  column("PROVISIONER", ({ provisioner }) => provisioner),
  column("RECLAIMPOLICY", ({ reclaimPolicy }) => reclaimPolicy ?? "Delete"),
  column("VOLUMEBINDINGMODE", ({ volumeBindingMode }) => volumeBindingMode ?? "Immediate"),
  column("ALLOWVOLUMEEXPANSION", ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false)),
  AGE,
];

export const ATTACHMENT_COLUMNS: readonly Column<VolumeAttachment>[] = [
  NAME,
  column("ATTACHER", ({ spec }) => spec.attacher),
  column("PV", ({ spec }) => spec.source.persistentVolumeName ?? ""),
  column("NODE", ({ spec }) => spec.nodeName),
  column("ATTACHED", ({ status }) => String(status?.attached ?? false)),
  AGE,
];

export const CSI_NODE_COLUMNS: readonly Column<CSINode>[] = [NAME, column("DRIVERS", ({ spec }) => spec.drivers.length), AGE];
