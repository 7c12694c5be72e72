/** Validation of metadata, labels and selectors. Source: apimachinery pkg/api/validation/objectmeta.go, pkg/apis/meta/v1/validation. */
import type { ApiObject, Labels, LabelSelector, ObjectMeta } from "../types/meta.js";
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

function validateOwnerReferences(field: string, meta: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const [index, owner] of (meta.ownerReferences ?? []).entries()) {
    const path = `${field}[${index}]`;
    if ((owner.apiVersion ?? "") === "") errors.push(invalid(`${path}.apiVersion`, owner.apiVersion ?? "", "version must not be empty"));
    if ((owner.kind ?? "") === "") errors.push(invalid(`${path}.kind`, owner.kind ?? "", "must not be empty"));
    if ((owner.name ?? "") === "") errors.push(invalid(`${path}.name`, owner.name ?? "", "must not be empty"));
    if ((owner.uid ?? "") === "") errors.push(invalid(`${path}.uid`, owner.uid ?? "", "must not be empty"));
    if (owner.controller !== true) continue;
    if (controller === undefined) controller = owner.name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`;
      errors.push(invalid(field, meta.ownerReferences, detail));
    }
  }
  return errors;
}

function validateFinalizers(field: string, finalizers: readonly string[] | undefined): FieldError[] {
  const errors = (finalizers ?? []).flatMap((one) => check(field, one, qualifiedName));
  if ((finalizers ?? []).includes("orphan") && (finalizers ?? []).includes("foregroundDeletion")) {
    errors.push(invalid(field, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

/** Validates an object's metadata; the name is ruled by kind. */
export function validateObjectMeta(object: ApiObject, namespaced: boolean, nameRule: NameRule): FieldError[] {
  const meta: Partial<ObjectMeta> = object.metadata ?? {};
  const errors: FieldError[] = [];
  const { generateName = "", name = "", namespace = "" } = meta;
  // A generated name ends in letters and digits, so a trailing dash of its prefix is right.
  if (generateName !== "")
    errors.push(...nameRule(generateName.replace(/-$/, "a")).map((message) => invalid("metadata.generateName", generateName, message)));
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
    ...validateOwnerReferences("metadata.ownerReferences", meta as ObjectMeta),
    ...validateFinalizers("metadata.finalizers", meta.finalizers),
  );
  return errors;
}

/** What must not change in metadata (ValidateObjectMetaUpdate). */
export function validateObjectMetaUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["name", "namespace", "uid", "creationTimestamp"] as const) {
    const value = object.metadata[field];
    if (value !== undefined && value !== old.metadata[field]) errors.push(invalid(`metadata.${field}`, value, "field is immutable"));
  }
  return errors;
}

/** Labels as messages show them: sorted by key. */
export function shownLabels(labels: Labels | undefined): Labels | undefined {
  return labels === undefined ? undefined : Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A selector as messages show it: without what is empty. */
export function shownSelector(selector: LabelSelector | undefined): unknown {
  if (selector === undefined) return null;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => ({
    key,
    operator,
    ...(values.length === 0 ? {} : { values }),
  }));
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels: shownLabels(matchLabels) }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}

const SELECTOR_OPERATORS: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist"]);

/** What is wrong with the number of an operator's values. */
export function operatorValues(field: string, operator: string, values: readonly string[] | undefined): FieldError[] {
  const count = (values ?? []).length;
  if ((operator === "In" || operator === "NotIn") && count === 0) {
    return [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if ((operator === "Exists" || operator === "DoesNotExist") && count > 0) {
    return [forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [];
}

export function validateLabelSelector(field: string, selector: LabelSelector | undefined): FieldError[] {
  if (selector === undefined) return [];
  const errors = validateLabels(`${field}.matchLabels`, selector.matchLabels);
  for (const [index, { key, operator, values }] of (selector.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    errors.push(...operatorValues(path, operator, values));
    if (!SELECTOR_OPERATORS.has(operator)) errors.push(invalid(`${path}.operator`, operator, "not a valid selector operator"));
    errors.push(...labelName(`${path}.key`, key));
    for (const [position, value] of (values ?? []).entries()) errors.push(...check(`${path}.values[${position}]`, value, labelValue));
  }
  return errors;
}

/** Whether a selector can be used at all (LabelSelectorAsSelector gives no error). */
export function isUsableSelector(selector: LabelSelector | undefined): boolean {
  return selector === undefined || !validateLabelSelector("", selector).some((one) => one.field !== "");
}

export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
}
