/** Validation of storage kinds. Source: pkg/apis/core/validation/validation.go (volumes, claims), pkg/apis/storage/validation. */
import { quantityValue } from "../quantity.js";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "../types/storage.js";
import { optionalName, positiveQuantity, validateAccessModes, validateClaimSpec, validateVolumeMode } from "./claim-spec.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { dnsSubdomain, qualifiedName } from "./names.js";
import { validateNodeSelector } from "./scheduling.js";
import { csiDriverName, PERSISTENT_VOLUMES, validateSources } from "./volume-sources.js";

const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];
const CLASS_RECLAIM_POLICIES = ["Delete", "Retain"];
const BINDING_MODES = ["Immediate", "WaitForFirstConsumer"];

export function validatePersistentVolumeClaim(object: PersistentVolumeClaim): FieldError[] {
  return validateClaimSpec("spec", object.spec);
}

export function validatePersistentVolume(object: PersistentVolume): FieldError[] {
  const { spec } = object;
  const { accessModes = [], capacity, persistentVolumeReclaimPolicy: policy, nodeAffinity } = spec;
  const errors: FieldError[] = [];
  if (accessModes.length === 0) errors.push(required("spec.accessModes"));
  errors.push(...validateAccessModes("spec.accessModes", accessModes));
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.push(required("spec.capacity"));
  if (!names.includes("storage") || names.length > 1) errors.push(notSupported("spec.capacity", capacity, ["storage"]));
  for (const name of names) {
    const value = quantityValue(capacity![name]);
    if (value < 0) errors.push(invalid(`spec.capacity[${name}]`, value, "must be a valid resource quantity"));
    errors.push(...positiveQuantity(`spec.capacity[${name}]`, capacity![name]));
  }
  if (policy !== undefined && !RECLAIM_POLICIES.includes(policy))
    errors.push(notSupported("spec.persistentVolumeReclaimPolicy", policy, RECLAIM_POLICIES));
  if (nodeAffinity !== undefined) {
    if (nodeAffinity.required === undefined) errors.push(required("spec.nodeAffinity.required", "must specify required node constraints"));
    else errors.push(...validateNodeSelector("spec.nodeAffinity.required", nodeAffinity.required));
  }
  errors.push(...validateSources("spec", spec, PERSISTENT_VOLUMES));
  if (spec.local !== undefined && nodeAffinity === undefined)
    errors.push(required("spec.nodeAffinity", "Local volume requires node affinity"));
  const { path } = (spec.hostPath ?? {}) as { readonly path?: string };
  if (path !== undefined && /^\/[/.]*$/.test(path) && policy === "Recycle") {
    errors.push(forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"));
  }
  errors.push(...optionalName("spec.storageClassName", spec.storageClassName), ...validateVolumeMode("spec.volumeMode", spec.volumeMode));
  const { volumeAttributesClassName: attributes } = spec as { readonly volumeAttributesClassName?: string };
  if (attributes === undefined) return errors;
  if (attributes === "") errors.push(required("spec.volumeAttributesClassName", "an empty string is disallowed"));
  else errors.push(...optionalName("spec.volumeAttributesClassName", attributes));
  return spec.csi === undefined ? [...errors, required("spec.csi", "has to be specified when using volumeAttributesClassName")] : errors;
}

export function validateStorageClass(object: StorageClass): FieldError[] {
  const { provisioner, reclaimPolicy, volumeBindingMode, allowedTopologies } = object;
  const errors: FieldError[] = [];
  if (provisioner === "") errors.push(required("provisioner"));
  else errors.push(...qualifiedName(provisioner.toLowerCase()).map((message) => invalid("provisioner", provisioner, message)));
  if (reclaimPolicy !== undefined && !CLASS_RECLAIM_POLICIES.includes(reclaimPolicy)) {
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, CLASS_RECLAIM_POLICIES));
  }
  if (volumeBindingMode === undefined) errors.push(required("volumeBindingMode"));
  else if (!BINDING_MODES.includes(volumeBindingMode)) errors.push(notSupported("volumeBindingMode", volumeBindingMode, BINDING_MODES));
  return [...errors, ...(allowedTopologies ?? []).flatMap((term, index) => validateTopologies(`allowedTopologies[${index}]`, term))];
}

function validateTopologies(
  field: string,
  { matchLabelExpressions = [] }: NonNullable<StorageClass["allowedTopologies"]>[number],
): FieldError[] {
  return matchLabelExpressions.flatMap(({ key, values = [] }, index) => {
    const path = `${field}.matchLabelExpressions[${index}]`;
    const errors = values.length === 0 ? [required(`${path}.values`)] : [];
    for (const [position, value] of values.entries())
      if (values.indexOf(value) < position) errors.push(duplicate(`${path}.values[${position}]`, value));
    errors.push(...check(`${path}.key`, key, qualifiedName));
    const isRepeated = matchLabelExpressions.findIndex((one) => one.key === key) < index;
    return isRepeated ? [...errors, duplicate(`${path}.key`, key)] : errors;
  });
}

export function validateCSINode(object: CSINode): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { name, nodeID, topologyKeys = [], allocatable }] of (object.spec.drivers ?? []).entries()) {
    const field = `spec.drivers[${index}]`;
    errors.push(...csiDriverName(`${field}.name`, name));
    if (nodeID === "") errors.push(required(`${field}.nodeID`));
    errors.push(...nonNegative(`${field}.allocatable.count`, allocatable?.count));
    if (seen.has(name)) errors.push(duplicate(`${field}.name`, name));
    seen.add(name);
    for (const [position, key] of topologyKeys.entries()) {
      if (topologyKeys.indexOf(key) < position) errors.push(duplicate(`${field}.topologyKeys`, key));
      if (key === "") errors.push(required(`${field}.topologyKeys`));
      errors.push(...qualifiedName(key).map((message) => invalid(`${field}.topologyKeys`, topologyKeys, message)));
    }
  }
  return errors;
}

export function validateVolumeAttachment(object: VolumeAttachment): FieldError[] {
  const { attacher, nodeName, source } = object.spec;
  const errors: FieldError[] = [];
  if (attacher === "") errors.push(required("spec.attacher"));
  if (
    source?.persistentVolumeName === undefined &&
    (source as { inlineVolumeSpec?: unknown } | undefined)?.inlineVolumeSpec === undefined
  ) {
    errors.push(required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  }
  if (nodeName === "") errors.push(required("spec.nodeName"));
  else errors.push(...check("spec.nodeName", nodeName, dnsSubdomain));
  return errors;
}
