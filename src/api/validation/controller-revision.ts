/** Validation of controller revisions. Source: ValidateControllerRevision in pkg/apis/apps/validation/validation.go. */
import type { ControllerRevision } from "../types/workloads.js";
import { required, type FieldError } from "./field-error.js";
import { nonNegative } from "./metadata.js";
import { immutable } from "./sameness.js";

export function validateControllerRevision({ data, revision }: ControllerRevision): FieldError[] {
  const errors = data === undefined ? [required("data", "data is mandatory")] : [];
  return [...errors, ...nonNegative("revision", revision)];
}

export function validateControllerRevisionChange(object: ControllerRevision, old: ControllerRevision): FieldError[] {
  return immutable("data", object.data, old.data);
}
