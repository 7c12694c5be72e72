/**
 * StorageObjectInUseProtection: claims and volumes get the finalizer that keeps them while they are used.
 *
 * Source: kubernetes/plugin/pkg/admission/storage/storageobjectinuseprotection.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";

const FINALIZER_OF: Partial<Readonly<Record<Kind, string>>> = {
  PersistentVolumeClaim: "kubernetes.io/pvc-protection",
  PersistentVolume: "kubernetes.io/pv-protection",
};

export class StorageObjectInUseProtection implements AdmissionPlugin {
  readonly name = "StorageObjectInUseProtection";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "CREATE" && FINALIZER_OF[kind] !== undefined;
  }

  admit(object: ApiObject, { kind }: AdmissionRequest): ApiObject {
    const finalizer = FINALIZER_OF[kind]!;
    const finalizers = object.metadata.finalizers ?? [];
    return finalizers.includes(finalizer)
      ? object
      : { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  }
}
