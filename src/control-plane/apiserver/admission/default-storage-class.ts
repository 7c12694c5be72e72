/**
 * DefaultStorageClass: claims that name no storage class get the one that is marked as default, the newest of several.
 *
 * Source: kubernetes/plugin/pkg/admission/storage/storageclass/setdefault.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import type { ObjectReader } from "../object-store.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";
import { newestDefault } from "./newest-default.js";

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
/** The annotation of the class's name, older than the field. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Name of the claim's class; undefined where it has none. */
export function storageClassOf({ metadata, spec }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName;
}

export class DefaultStorageClass implements AdmissionPlugin {
  readonly name = "DefaultStorageClass";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "CREATE" && kind === "PersistentVolumeClaim";
  }

  admit(object: ApiObject, _request: AdmissionRequest, objects: ObjectReader): ApiObject {
    const claim = object as PersistentVolumeClaim;
    if (storageClassOf(claim) !== undefined) return claim;
    const chosen = newestDefault(objects.list("StorageClass"), IS_DEFAULT);
    if (chosen === undefined) return claim;
    const classed: PersistentVolumeClaim = { ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } };
    return classed;
  }
}
