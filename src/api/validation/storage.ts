/** Validation of storage kinds. Source: pkg/apis/core/validation/validation.go (volumes, claims), pkg/apis/storage/validation. */
import { quantityValue } from "../quantity.js";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "../types/storage.js";
import { optionalName, positiveQuantity, validateAccessModes, validateClaimSpec, validateVolumeMode } from "./claim-spec.js";
import { duplicate, forbidden, invalid, notSupported, required, tooLong, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { dnsSubdomain, qualifiedName } from "./names.js";
import { semanticallyEqual } from "./sameness.js";
import { validateNodeSelector } from "./scheduling.js";
import { csiDriverName } from "./csi-volumes.js";
import { PERSISTENT_VOLUMES, validateSources } from "./volume-sources.js";

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
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = object;
  const errors: FieldError[] = [];
  if (provisioner === "") errors.push(required("provisioner"));
  else errors.push(...qualifiedName(provisioner.toLowerCase()).map((message) => invalid("provisioner", provisioner, message)));
  errors.push(...validateParameters("parameters", parameters));
  if (reclaimPolicy !== undefined && !CLASS_RECLAIM_POLICIES.includes(reclaimPolicy)) {
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, CLASS_RECLAIM_POLICIES));
  }
  if (volumeBindingMode === undefined) errors.push(required("volumeBindingMode"));
  else if (!BINDING_MODES.includes(volumeBindingMode)) errors.push(notSupported("volumeBindingMode", volumeBindingMode, BINDING_MODES));
  for (const [index, term] of allowedTopologies.entries()) {
    const field = `allowedTopologies[${index}]`;
    errors.push(...validateTopologies(field, term));
    for (const earlier of allowedTopologies.slice(0, index))
      if (semanticallyEqual(chosenValues(term), chosenValues(earlier))) errors.push(duplicate(`${field}.matchLabelExpressions`, ""));
  }
  return errors;
}

type TopologyTerm = NonNullable<StorageClass["allowedTopologies"]>[number];

/** The values that a term allows, by label: which of them it names first does not matter. */
function chosenValues({ matchLabelExpressions = [] }: TopologyTerm): object {
  return Object.fromEntries(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values)].sort()]));
}

/** Limits of parameters (maxProvisionerParameterLen, maxProvisionerParameterSize). */
const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

function validateParameters(field: string, parameters: StorageClass["parameters"] = {}): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) return [tooLong(field, MAX_PARAMETERS)];
  const errors = entries.flatMap(([name]) => (name === "" ? [invalid(field, name, "field can not be empty.")] : []));
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  return bytes > MAX_PARAMETER_BYTES ? [...errors, tooLong(field, MAX_PARAMETER_BYTES)] : errors;
}

function validateTopologies(field: string, { matchLabelExpressions = [] }: TopologyTerm): FieldError[] {
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
