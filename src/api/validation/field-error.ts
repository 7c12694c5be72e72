/**
 * Mistakes of single fields, and the answer that the API server gives for them.
 *
 * Source of wording: k8s.io/apimachinery/pkg/util/validation/field/errors.go, pkg/api/errors (NewInvalid).
 */
import { goQuoted, structJson } from "../go-json.js";
import { kindInfo } from "../kinds.js";

export type FieldErrorType =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueDuplicate"
  | "FieldValueForbidden"
  | "FieldValueNotFound"
  | "FieldValueTooLong"
  | "FieldValueTooMany";

export interface FieldError {
  readonly type: FieldErrorType;
  /** Path of the field, such as "spec.containers[0].name". */
  readonly field: string;
  /** What is wrong, without the path. */
  readonly message: string;
}

function shown(value: unknown): string {
  // Texts are shown in Go's quotes, all else as Go's JSON, which escapes what HTML would take for markup.
  return typeof value === "string" ? goQuoted(value) : structJson(value);
}

export function required(field: string, detail = ""): FieldError {
  return { type: "FieldValueRequired", field, message: detail === "" ? "Required value" : `Required value: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, message: `Invalid value: ${shown(value)}: ${detail}` };
}

/** A mistake of a part as a whole, of which the value is not shown (field.OmitValueType). */
export function invalidWhole(field: string, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, message: `Invalid value: ${detail}` };
}

/** @param supported in the order in which the API server lists them */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((one) => JSON.stringify(one)).join(", ");
  return { type: "FieldValueNotSupported", field, message: `Unsupported value: ${shown(value)}: supported values: ${list}` };
}

/** A value out of a fixed list. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value === undefined || value === "") return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

export function duplicate(field: string, value: unknown, detail = ""): FieldError {
  const text = `Duplicate value: ${shown(value)}`;
  return { type: "FieldValueDuplicate", field, message: detail === "" ? text : `${text}: ${detail}` };
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

export function notFound(field: string, value: unknown, detail = ""): FieldError {
  const text = `Not found: ${shown(value)}`;
  return { type: "FieldValueNotFound", field, message: detail === "" ? text : `${text}: ${detail}` };
}

/** @param length greatest allowed length in bytes */
export function tooLong(field: string, length: number): FieldError {
  return { type: "FieldValueTooLong", field, message: `Too long: may not be more than ${length} bytes` };
}

export function tooMany(field: string, actual: number, greatest: number): FieldError {
  return { type: "FieldValueTooMany", field, message: `Too many: ${actual}: must have at most ${greatest} items` };
}

/** One error as the API server writes it. */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}

/** All errors as the API server writes them: repeated texts once, several in brackets. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(formatFieldError))];
  return texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
}

/** The Status object with which the API server refuses an invalid object. */
export interface InvalidStatus {
  readonly code: 422;
  readonly reason: "Invalid";
  readonly message: string;
  readonly causes: readonly { readonly type: string; readonly field: string; readonly message: string }[];
}

/** Group of a kind as messages show it: "Deployment.apps", "Pod". */
export function qualifiedKind(kind: string): string {
  const apiVersion = kindInfo(kind)?.apiVersion ?? "v1";
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
}

/** The refusal of an object for its errors (apierrors.NewInvalid). */
export function invalidStatus(kind: string, name: string | undefined, errors: readonly FieldError[]): InvalidStatus {
  const prefix = `${qualifiedKind(kind)} ${JSON.stringify(name ?? "")} is invalid`;
  return {
    code: 422,
    reason: "Invalid",
    message: errors.length === 0 ? prefix : `${prefix}: ${formatFieldErrors(errors)}`,
    causes: errors.map(({ type, field, message }) => ({ type, field, message })),
  };
}
