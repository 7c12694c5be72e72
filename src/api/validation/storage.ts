/** Validation of storage kinds. Source: pkg/apis/core/validation/validation.go (volumes, claims), pkg/apis/storage/validation. */
import { parseQuantity } from "../quantity.js";
import type { QuantityText } from "../types/meta.js";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "../types/storage.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, validateLabelSelector, validateObjectMeta } from "./metadata.js";
import { dnsSubdomain, qualifiedName } from "./names.js";
import { validateNodeSelector } from "./scheduling.js";
import { cloudDisk, noBacksteps, validateHostPath, validateNfs } from "./volumes.js";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES = ["Block", "Filesystem"];
const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];
const CLASS_RECLAIM_POLICIES = ["Delete", "Retain"];
const BINDING_MODES = ["Immediate", "WaitForFirstConsumer"];

function validateAccessModes(modes: readonly string[]): FieldError[] {
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported("spec.accessModes", mode, ACCESS_MODES));
  if (modes.includes("ReadWriteOncePod") && modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes"));
  }
  return errors;
}

function positiveQuantity(field: string, quantity: QuantityText): FieldError[] {
  const parsed = parseQuantity(quantity);
  return parsed.sign <= 0 ? [invalid(field, parsed.toString(), "must be greater than zero")] : [];
}

function optionalName(field: string, name: string | undefined): FieldError[] {
  return name === undefined || name === "" ? [] : check(field, name, dnsSubdomain);
}

function validateVolumeMode(mode: string | undefined): FieldError[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported("spec.volumeMode", mode, VOLUME_MODES)];
}

export function validatePersistentVolumeClaim(object: PersistentVolumeClaim): FieldError[] {
  const { accessModes = [], selector, resources, storageClassName, volumeMode, volumeAttributesClassName } = object.spec;
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  if (accessModes.length === 0) errors.push(required("spec.accessModes", "at least 1 access mode is required"));
  errors.push(...validateLabelSelector("spec.selector", selector), ...validateAccessModes(accessModes));
  const storage = resources?.requests?.storage;
  if (storage === undefined) errors.push(required("spec.resources[storage]"));
  else errors.push(...positiveQuantity("spec.resources[storage]", storage));
  return [
    ...errors,
    ...optionalName("spec.storageClassName", storageClassName),
    ...validateVolumeMode(volumeMode),
    ...optionalName("spec.volumeAttributesClassName", volumeAttributesClassName),
  ];
}

type Source = Readonly<Record<string, unknown>>;

/** Every source of a volume with its own rules, in the API server's order of checks. */
const SOURCES: readonly (readonly [name: string, rule: (field: string, source: Source) => FieldError[]])[] = [
  ["hostPath", validateHostPath],
  // Upstream calls the field by its old name here.
  ["gcePersistentDisk", (field, source) => cloudDisk("pdName")(field.replace("gcePersistentDisk", "persistentDisk"), source)],
  ["awsElasticBlockStore", cloudDisk("volumeID")],
  ["glusterfs", () => []],
  ["flocker", () => []],
  ["nfs", validateNfs],
  ["rbd", () => []],
  ["quobyte", () => []],
  ["cephfs", () => []],
  ["iscsi", () => []],
  ["cinder", () => []],
  ["fc", () => []],
  ["flexVolume", () => []],
  ["azureFile", () => []],
  ["vsphereVolume", () => []],
  ["photonPersistentDisk", () => []],
  ["portworxVolume", () => []],
  ["azureDisk", () => []],
  ["scaleIO", () => []],
  [
    "local",
    (field, { path }) => (typeof path === "string" && path !== "" ? noBacksteps(`${field}.path`, path) : [required(`${field}.path`)]),
  ],
  ["storageos", () => []],
  [
    "csi",
    (field, { driver, volumeHandle }) => [
      ...(driver === "" ? [required(`${field}.driver`)] : []),
      ...(volumeHandle === "" ? [required(`${field}.volumeHandle`)] : []),
    ],
  ],
];

function validateSources(spec: PersistentVolume["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const [name, rule] of SOURCES) {
    const source = spec[name];
    if (source === undefined) continue;
    count++;
    if (count > 1) errors.push(forbidden(`spec.${name}`, "may not specify more than 1 volume type"));
    else errors.push(...rule(`spec.${name}`, source as Source));
    if (name === "local" && spec.nodeAffinity?.required === undefined)
      errors.push(required("spec.nodeAffinity", "Local volume requires node affinity"));
  }
  if (count === 0) errors.push(required("spec", "must specify a volume type"));
  return errors;
}

export function validatePersistentVolume(object: PersistentVolume): FieldError[] {
  const { spec } = object;
  const { accessModes = [], capacity, persistentVolumeReclaimPolicy: policy, nodeAffinity } = spec;
  const errors = validateObjectMeta(object, false, dnsSubdomain);
  if (accessModes.length === 0) errors.push(required("spec.accessModes"));
  errors.push(...validateAccessModes(accessModes));
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.push(required("spec.capacity"));
  if (!names.includes("storage") || names.length > 1) errors.push(notSupported("spec.capacity", capacity, ["storage"]));
  for (const name of names) errors.push(...positiveQuantity(`spec.capacity[${name}]`, capacity![name]));
  if (policy !== undefined && !RECLAIM_POLICIES.includes(policy))
    errors.push(notSupported("spec.persistentVolumeReclaimPolicy", policy, RECLAIM_POLICIES));
  if (nodeAffinity !== undefined) {
    if (nodeAffinity.required === undefined) errors.push(required("spec.nodeAffinity.required", "must specify required node constraints"));
    else errors.push(...validateNodeSelector("spec.nodeAffinity.required", nodeAffinity.required));
  }
  errors.push(...validateSources(spec));
  const hostPath = spec.hostPath as { path?: string } | undefined;
  if (hostPath?.path === "/" && policy === "Recycle") {
    errors.push(forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"));
  }
  return [...errors, ...optionalName("spec.storageClassName", spec.storageClassName), ...validateVolumeMode(spec.volumeMode)];
}

export function validateStorageClass(object: StorageClass): FieldError[] {
  const { provisioner, reclaimPolicy, volumeBindingMode, allowedTopologies } = object;
  const errors = validateObjectMeta(object, false, dnsSubdomain);
  if (provisioner === "") errors.push(required("provisioner"));
  else errors.push(...qualifiedName(provisioner.toLowerCase()).map((message) => invalid("provisioner", provisioner, message)));
  if (reclaimPolicy !== undefined && !CLASS_RECLAIM_POLICIES.includes(reclaimPolicy)) {
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, CLASS_RECLAIM_POLICIES));
  }
  if (volumeBindingMode === undefined) errors.push(required("volumeBindingMode"));
  else if (!BINDING_MODES.includes(volumeBindingMode)) errors.push(notSupported("volumeBindingMode", volumeBindingMode, BINDING_MODES));
  for (const [index, term] of (allowedTopologies ?? []).entries()) {
    for (const [position, { key, values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
      const field = `allowedTopologies[${index}].matchLabelExpressions[${position}]`;
      if (values.length === 0) errors.push(required(`${field}.values`));
      for (const [place, value] of values.entries())
        if (values.indexOf(value) < place) errors.push(duplicate(`${field}.values[${place}]`, value));
      errors.push(...check(`${field}.key`, key, qualifiedName));
    }
  }
  return errors;
}

export function validateCSINode(object: CSINode): FieldError[] {
  const errors = validateObjectMeta(object, false, dnsSubdomain);
  const seen = new Set<string>();
  for (const [index, driver] of (object.spec.drivers ?? []).entries()) {
    const field = `spec.drivers[${index}]`;
    if (driver.name === "") errors.push(required(`${field}.name`));
    else errors.push(...check(`${field}.name`, driver.name.toLowerCase(), dnsSubdomain));
    if (driver.nodeID === "") errors.push(required(`${field}.nodeID`));
    if (seen.has(driver.name)) errors.push(duplicate(`${field}.name`, driver.name));
    seen.add(driver.name);
  }
  return errors;
}

export function validateVolumeAttachment(object: VolumeAttachment): FieldError[] {
  const { attacher, nodeName, source } = object.spec;
  const errors = validateObjectMeta(object, false, dnsSubdomain);
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
