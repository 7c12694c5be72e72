/** Persistent volumes, claims and storage classes. Source: kubectl/pkg/describe/describe.go. */
import type { NodeSelectorTerm } from "../../../api/types/node.js";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../api/types/storage.js";
import { accessModes } from "../workload-columns.js";
import type { Describer } from "./describer.js";
import {
  capitalised,
  field,
  fieldOfMany,
  type Lines,
  nameLines,
  NONE,
  noteLines,
  pairsInLine,
  quantityText,
  row,
  since,
  UNSET,
} from "./lines.js";
import { volumeSourceLines } from "./volumes.js";

export const persistentVolumeDescriber: Describer<PersistentVolume> = {
  describe({ metadata, spec, status }, _, now) {
    const { claimRef } = spec;
    return [
      field(0, "Name", metadata.name),
      ...noteLines(metadata),
      field(0, "Finalizers", `[${(metadata.finalizers ?? []).join(" ")}]`),
      field(0, "StorageClass", spec.storageClassName ?? ""),
      field(0, "Status", metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : terminating(metadata.deletionTimestamp, now)),
      field(0, "Claim", claimRef === undefined ? "" : `${claimRef.namespace ?? ""}/${claimRef.name}`),
      field(0, "Reclaim Policy", spec.persistentVolumeReclaimPolicy ?? ""),
      field(0, "Access Modes", accessModes(spec.accessModes)),
      ...(spec.volumeMode === undefined ? [] : [field(0, "VolumeMode", spec.volumeMode)]),
      field(0, "Capacity", quantityText(spec.capacity?.["storage"])),
      ...affinityLines(spec.nodeAffinity?.required?.nodeSelectorTerms),
      field(0, "Message", status?.message ?? ""),
      "Source:",
      ...volumeSourceLines(spec),
    ];
  },
};

function terminating(deletion: number, now: number): string {
  return `Terminating (lasts ${since(deletion, now)})`;
}

function affinityLines(terms: readonly NodeSelectorTerm[] | undefined): Lines {
  if (terms === undefined) return [field(0, "Node Affinity", NONE)];
  return [
    field(0, "Node Affinity", ""),
    field(1, "Required Terms", terms.length === 0 ? NONE : ""),
    ...terms.flatMap(({ matchExpressions = [] }, index) =>
      fieldOfMany(
        2,
        `Term ${index}`,
        matchExpressions.map(
          ({ key, operator, values = [] }) => `${key} ${operator.toLowerCase()}${values.length === 0 ? "" : ` [${values.join(", ")}]`}`,
        ),
      ),
    ),
  ];
}

export const persistentVolumeClaimDescriber: Describer<PersistentVolumeClaim> = {
  related: ["Pod"],
  describe({ metadata, spec, status }, around, now) {
    const isBound = spec.volumeName !== undefined && spec.volumeName !== "";
    const users = around
      .list("Pod")
      .filter((pod) => (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name))
      .map((pod) => pod.metadata.name)
      .sort();
    return [
      ...nameLines(metadata),
      field(0, "StorageClass", spec.storageClassName ?? ""),
      field(
        0,
        "Status",
        metadata.deletionTimestamp === undefined ? (status?.phase ?? "Pending") : terminating(metadata.deletionTimestamp, now),
      ),
      field(0, "Volume", spec.volumeName ?? ""),
      ...noteLines(metadata),
      field(0, "Finalizers", `[${(metadata.finalizers ?? []).join(" ")}]`),
      field(0, "Capacity", isBound ? quantityText(status?.capacity?.["storage"]) : ""),
      field(0, "Access Modes", isBound ? accessModes(status?.accessModes) : ""),
      ...(spec.volumeMode === undefined ? [] : [field(0, "VolumeMode", spec.volumeMode)]),
      ...fieldOfMany(0, "Used By", users),
    ];
  },
};

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";

export const storageClassDescriber: Describer<StorageClass> = {
  describe({
    metadata,
    provisioner,
    parameters,
    reclaimPolicy,
    mountOptions = [],
    allowVolumeExpansion,
    volumeBindingMode,
    allowedTopologies,
  }) {
    return [
      field(0, "Name", metadata.name),
      field(0, "IsDefaultClass", metadata.annotations?.[IS_DEFAULT] === "true" ? "Yes" : "No"),
      field(0, "Annotations", pairsInLine(metadata.annotations)),
      field(0, "Provisioner", provisioner),
      field(0, "Parameters", pairsInLine(parameters)),
      field(0, "AllowVolumeExpansion", allowVolumeExpansion === undefined ? UNSET : capitalised(allowVolumeExpansion)),
      ...(mountOptions.length === 0
        ? [field(0, "MountOptions", NONE)]
        : ["MountOptions:", ...mountOptions.map((option) => row(1, option))]),
      field(0, "ReclaimPolicy", reclaimPolicy ?? "Delete"),
      field(0, "VolumeBindingMode", volumeBindingMode ?? "Immediate"),
      ...(allowedTopologies === undefined
        ? []
        : [
            field(0, "AllowedTopologies", allowedTopologies.length === 0 ? NONE : ""),
            ...allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
              fieldOfMany(
                1,
                `Term ${index}`,
                matchLabelExpressions.map(({ key, values }) => `${key} in [${values.join(", ")}]`),
              ),
            ),
          ]),
    ];
  },
};
