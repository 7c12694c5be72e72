/** Validation of what claims ask for, on their own and in templates. Source: ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation/validation.go. */
import { parseQuantity } from "../quantity.js";
import type { QuantityText } from "../types/meta.js";
import type { PersistentVolumeClaim } from "../types/storage.js";
import { forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain } from "./names.js";
import { validateLabelSelector } from "./selectors.js";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES = ["Block", "Filesystem"];

export function validateAccessModes(field: string, modes: readonly string[]): FieldError[] {
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(field, mode, ACCESS_MODES));
  if (modes.includes("ReadWriteOncePod") && modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(field, "may not use ReadWriteOncePod with other access modes"));
  }
  return errors;
}

export function positiveQuantity(field: string, quantity: QuantityText): FieldError[] {
  const parsed = parseQuantity(quantity);
  return parsed.sign <= 0 ? [invalid(field, parsed.toString(), "must be greater than zero")] : [];
}

export function optionalName(field: string, name: string | undefined): FieldError[] {
  return name === undefined || name === "" ? [] : check(field, name, dnsSubdomain);
}

export function validateVolumeMode(field: string, mode: string | undefined): FieldError[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(field, mode, VOLUME_MODES)];
}

interface DataSource {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

function validateDataSource(field: string, { apiGroup = "", kind = "", name = "", namespace = "" }: DataSource): FieldError[] {
  const errors = name === "" ? [required(`${field}.name`)] : [];
  if (kind === "") errors.push(required(`${field}.kind`));
  if (apiGroup === "" && kind !== "PersistentVolumeClaim")
    errors.push(invalid(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (apiGroup !== "") errors.push(...check(`${field}.apiGroup`, apiGroup, dnsSubdomain));
  return namespace === "" ? errors : [...errors, ...check(`${field}.namespace`, namespace, dnsLabel)];
}

function validateDataSources(field: string, spec: PersistentVolumeClaim["spec"]): FieldError[] {
  const source = spec.dataSource as DataSource | undefined;
  const reference = spec.dataSourceRef as DataSource | undefined;
  const errors: FieldError[] = [];
  if (source !== undefined) errors.push(...validateDataSource(`${field}.dataSource`, { ...source, namespace: "" }));
  if (reference === undefined) return errors;
  errors.push(...validateDataSource(`${field}.dataSourceRef`, reference));
  if (source === undefined) return errors;
  // The API server shows the path of the field in place of its value, as an empty structure.
  if ((reference.namespace ?? "") !== "") errors.push(invalid(field, {}, "may not be specified when dataSourceRef.namespace is specified"));
  else if (source.apiGroup !== reference.apiGroup || source.kind !== reference.kind || source.name !== reference.name)
    errors.push(invalid(field, {}, "must match dataSourceRef"));
  return errors;
}

export function validateClaimSpec(field: string, spec: PersistentVolumeClaim["spec"]): FieldError[] {
  const { accessModes = [], selector, resources, storageClassName, volumeMode, volumeAttributesClassName } = spec;
  const errors: FieldError[] = [];
  if (accessModes.length === 0) errors.push(required(`${field}.accessModes`, "at least 1 access mode is required"));
  errors.push(...validateLabelSelector(`${field}.selector`, selector), ...validateAccessModes(`${field}.accessModes`, accessModes));
  const storage = resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${field}.resources[storage]`));
  else errors.push(...positiveQuantity(`${field}.resources[storage]`, storage));
  return [
    ...errors,
    ...optionalName(`${field}.storageClassName`, storageClassName),
    ...validateVolumeMode(`${field}.volumeMode`, volumeMode),
    ...validateDataSources(field, spec),
    ...optionalName(`${field}.volumeAttributesClassName`, volumeAttributesClassName),
  ];
}
