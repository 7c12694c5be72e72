/** Volumes. Source: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/ */
import type { ApiObject, Condition, LabelSelector, ObjectReference, QuantityText, ResourceList, Timestamp } from "./meta.js";
import type { NodeSelector } from "./node.js";

export interface PersistentVolumeClaim extends ApiObject {
  readonly kind: "PersistentVolumeClaim";
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly selector?: LabelSelector;
    readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList };
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
    readonly dataSource?: Readonly<Record<string, unknown>>;
    readonly dataSourceRef?: Readonly<Record<string, unknown>>;
  };
  readonly status?: {
    readonly phase?: "Pending" | "Bound" | "Lost";
    readonly accessModes?: readonly string[];
    readonly capacity?: ResourceList;
    readonly conditions?: readonly Condition[];
  };
}

export interface PersistentVolume extends ApiObject {
  readonly kind: "PersistentVolume";
  readonly spec: {
    readonly capacity?: ResourceList;
    readonly accessModes?: readonly string[];
    readonly claimRef?: ObjectReference & { readonly resourceVersion?: string };
    readonly persistentVolumeReclaimPolicy?: "Retain" | "Delete" | "Recycle";
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly nodeAffinity?: { readonly required?: NodeSelector };
    readonly csi?: { readonly driver: string; readonly volumeHandle: string; readonly [field: string]: unknown };
    readonly [source: string]: unknown;
  };
  readonly status?: {
    readonly phase?: "Pending" | "Available" | "Bound" | "Released" | "Failed";
    readonly message?: string;
    readonly reason?: string;
  };
}

export interface StorageClass extends ApiObject {
  readonly kind: "StorageClass";
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: "Retain" | "Delete";
  readonly mountOptions?: readonly string[];
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: "Immediate" | "WaitForFirstConsumer";
  readonly allowedTopologies?: readonly {
    readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
  }[];
}

export interface CSINode extends ApiObject {
  readonly kind: "CSINode";
  readonly spec: {
    readonly drivers: readonly {
      readonly name: string;
      readonly nodeID: string;
      readonly topologyKeys?: readonly string[];
      readonly allocatable?: { readonly count?: number };
    }[];
  };
}

export interface CSIDriver extends ApiObject {
  readonly kind: "CSIDriver";
  readonly spec: {
    readonly attachRequired?: boolean;
    readonly storageCapacity?: boolean;
    readonly volumeLifecycleModes?: readonly string[];
    readonly [field: string]: unknown;
  };
}

export interface CSIStorageCapacity extends ApiObject {
  readonly kind: "CSIStorageCapacity";
  readonly storageClassName: string;
  readonly nodeTopology?: LabelSelector;
  readonly capacity?: QuantityText;
  readonly maximumVolumeSize?: QuantityText;
}

export interface VolumeAttachment extends ApiObject {
  readonly kind: "VolumeAttachment";
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName?: string };
  };
  readonly status?: {
    readonly attached: boolean;
    readonly attachError?: { readonly time?: Timestamp; readonly message?: string };
  };
}
