/** Validation of metadata and labels. Source: apimachinery pkg/api/validation/objectmeta.go, ValidateObjectMeta in pkg/apis/core/validation. */
import type { ApiObject, Labels, ObjectMeta, OwnerReference } from "../types/meta.js";
import { forbidden, invalid, required, tooLong, type FieldError } from "./field-error.js";
import { dnsLabel, labelValue, qualifiedName } from "./names.js";

export type NameRule = (name: string) => string[];

/** 256 KiB for all annotations of an object together. */
const TOTAL_ANNOTATION_BYTES = 256 * 1024;

/** An error for each thing that a rule finds wrong with a value. */
export function check<T extends string | number>(field: string, value: T, rule: (value: T) => string[]): FieldError[] {
  return rule(value).map((message) => invalid(field, value, message));
}

export function nonNegative(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, "must be greater than or equal to 0")] : [];
}

export function positive(field: string, value: number): FieldError[] {
  return value <= 0 ? [invalid(field, value, "must be greater than zero")] : [];
}

export function labelName(field: string, name: string): FieldError[] {
  return check(field, name, qualifiedName);
}

const rightLabels = new WeakSet<Labels>();

/** Labels found right once are not looked at again: the pods of one template share theirs. */
export function validateLabels(field: string, labels: Labels | undefined): FieldError[] {
  if (labels === undefined || rightLabels.has(labels)) return [];
  const errors = Object.entries(labels).flatMap(([key, value]) => [...labelName(field, key), ...check(field, value, labelValue)]);
  if (errors.length === 0) rightLabels.add(labels);
  return errors;
}

export function validateAnnotations(field: string, annotations: Labels | undefined): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const errors = entries.flatMap(([key]) => qualifiedName(key.toLowerCase()).map((message) => invalid(field, key, message)));
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return bytes > TOTAL_ANNOTATION_BYTES ? [...errors, tooLong(field, TOTAL_ANNOTATION_BYTES)] : errors;
}

/** Kinds that may own nothing, by apiVersion and kind (BannedOwners). */
const BANNED_OWNERS: ReadonlySet<string> = new Set(["v1/Event"]);

function hasVersion(apiVersion: string): boolean {
  const parts = apiVersion.split("/");
  return parts.length <= 2 && parts.at(-1) !== "";
}

/** Mistakes of single references are told of the list as a whole, as the API server does. */
function validateOwnerReferences(field: string, owners: ObjectMeta["ownerReferences"]): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of owners ?? []) {
    const { apiVersion = "", kind = "", name = "", uid = "" } = owner as Partial<OwnerReference>;
    if (!hasVersion(apiVersion)) errors.push(invalid(`${field}.apiVersion`, apiVersion, "version must not be empty"));
    if (kind === "") errors.push(invalid(`${field}.kind`, kind, "must not be empty"));
    if (name === "") errors.push(invalid(`${field}.name`, name, "must not be empty"));
    if (uid === "") errors.push(invalid(`${field}.uid`, uid, "must not be empty"));
    if (BANNED_OWNERS.has(`${apiVersion}/${kind}`))
      errors.push(invalid(field, owner, `/${apiVersion}, Kind=${kind} is disallowed from being an owner`));
    if (owner.controller !== true) continue;
    const named = `${kind}/${name}`;
    if (controller === undefined) controller = named;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${named}`;
      errors.push(invalid(field, owners, detail));
    }
  }
  return errors;
}

/** Finalizers that need no prefix. Source: IsStandardFinalizerName in pkg/apis/core/helper. */
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

function validateFinalizers(field: string, finalizers: readonly string[]): FieldError[] {
  const errors = finalizers.flatMap((one) => check(field, one, qualifiedName));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.push(invalid(field, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

const NO_FINALIZER = "name is neither a standard finalizer name nor is it fully qualified";

function isKubernetesFinalizer(name: string): boolean {
  return name.includes("/") || STANDARD_FINALIZERS.has(name);
}

/** Rules for finalizers that hold for Kubernetes' own kinds (validateKubeFinalizerName). */
function validateFinalizerNames(field: string, finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((one, index) => (isKubernetesFinalizer(one) ? [] : [invalid(`${field}[${index}]`, one, NO_FINALIZER)]));
}

/** Finalizers of a namespace's spec, which are named by the list as a whole (validateFinalizerName). */
export function validateSpecFinalizers(field: string, finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((one) => [
    ...check(field, one, qualifiedName),
    ...(isKubernetesFinalizer(one) ? [] : [invalid(field, one, NO_FINALIZER)]),
  ]);
}

/** A prefix ends in a dash, in place of which the generated part stands (maskTrailingDash). */
function maskedPrefix(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;
}

/** Validates an object's metadata; the name is ruled by kind. */
export function validateObjectMeta(object: ApiObject, namespaced: boolean, nameRule: NameRule): FieldError[] {
  const meta: Partial<ObjectMeta> = object.metadata ?? {};
  const errors: FieldError[] = [];
  const { generateName = "", name = "", namespace = "", finalizers = [] } = meta;
  if (generateName !== "")
    errors.push(...nameRule(maskedPrefix(generateName)).map((message) => invalid("metadata.generateName", generateName, message)));
  if (name === "") errors.push(required("metadata.name", "name or generateName is required"));
  else errors.push(...check("metadata.name", name, nameRule));
  if (namespaced) {
    if (namespace === "") errors.push(required("metadata.namespace"));
    else errors.push(...check("metadata.namespace", namespace, dnsLabel));
  } else if (namespace !== "") errors.push(forbidden("metadata.namespace", "not allowed on this type"));
  errors.push(
    ...nonNegative("metadata.generation", meta.generation),
    ...validateLabels("metadata.labels", meta.labels),
    ...validateAnnotations("metadata.annotations", meta.annotations),
    ...validateOwnerReferences("metadata.ownerReferences", meta.ownerReferences),
    ...validateFinalizers("metadata.finalizers", finalizers),
  );
  return errors;
}

/** As {@link validateObjectMeta}, with the rules for finalizers of Kubernetes' own kinds. */
export function validateOwnObjectMeta(object: ApiObject, namespaced: boolean, nameRule: NameRule): FieldError[] {
  return [
    ...validateObjectMeta(object, namespaced, nameRule),
    ...validateFinalizerNames("metadata.finalizers", object.metadata?.finalizers ?? []),
  ];
}

/** A list of texts as Go's %#v shows it. */
function goTexts(texts: readonly string[]): string {
  return `[]string{${texts.map((text) => JSON.stringify(text)).join(", ")}}`;
}

/** What must not change in metadata (ValidateObjectMetaUpdate). */
export function validateObjectMetaUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (old.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((one) => old.metadata.finalizers?.includes(one) !== true);
    if (added.length > 0) {
      const found = goTexts([...new Set(added)].sort());
      errors.push(
        forbidden("metadata.finalizers", `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`),
      );
    }
  }
  for (const field of ["name", "namespace", "uid", "creationTimestamp"] as const) {
    const value = metadata[field];
    if (value !== undefined && value !== old.metadata[field]) errors.push(invalid(`metadata.${field}`, value, "field is immutable"));
  }
  return [
    ...errors,
    ...validateLabels("metadata.labels", metadata.labels),
    ...validateAnnotations("metadata.annotations", metadata.annotations),
    ...validateOwnerReferences("metadata.ownerReferences", metadata.ownerReferences),
  ];
}

/** As {@link validateObjectMetaUpdate}, with the rules for finalizers of Kubernetes' own kinds. */
export function validateOwnObjectMetaUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  return [...validateObjectMetaUpdate(object, old), ...validateFinalizerNames("metadata.finalizers", object.metadata.finalizers ?? [])];
}
