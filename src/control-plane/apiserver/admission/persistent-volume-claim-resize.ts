/**
 * PersistentVolumeClaimResize: only claims whose storage class allows it may grow.
 *
 * Source: kubernetes/plugin/pkg/admission/storage/persistentvolume/resize.
 */
import type { Kind } from "../../../api/kinds.js";
import { compareQuantities } from "../../../api/quantity.js";
import type { ApiObject, QuantityText } from "../../../api/types/meta.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import type { ObjectReader } from "../object-store.js";
import { forbidden } from "../status-errors.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";
import { storageClassOf } from "./default-storage-class.js";

function sizeOf({ spec }: PersistentVolumeClaim): QuantityText {
  return spec.resources?.requests?.storage ?? 0;
}

function mayGrow(claim: PersistentVolumeClaim, previous: PersistentVolumeClaim, objects: ObjectReader): boolean {
  const [name, former] = [storageClassOf(claim), storageClassOf(previous)];
  if (name === undefined || name === "" || name !== former) return false;
  return objects.get("StorageClass", undefined, name)?.allowVolumeExpansion === true;
}

export class PersistentVolumeClaimResize implements AdmissionPlugin {
  readonly name = "PersistentVolumeClaimResize";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "UPDATE" && kind === "PersistentVolumeClaim";
  }

  validate(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): void {
    const [claim, previous] = [object as PersistentVolumeClaim, request.previous as PersistentVolumeClaim];
    if (compareQuantities(sizeOf(claim), sizeOf(previous)) <= 0) return;
    const { name } = claim.metadata;
    if (previous.status?.phase !== "Bound")
      throw forbidden("PersistentVolumeClaim", name, "Only bound persistent volume claims can be expanded");
    if (!mayGrow(claim, previous, objects)) {
      const rule = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
      throw forbidden("PersistentVolumeClaim", name, rule);
    }
  }
}
