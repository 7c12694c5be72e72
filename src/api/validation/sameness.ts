/** Whether parts of an object stayed as they were. Source: apimachinery's equality.Semantic.DeepEqual and ValidateImmutableField. */
import { invalid, type FieldError } from "./field-error.js";

/** Whether two values say the same, a missing and an empty list or map being alike. */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) && isNothing(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => semanticallyEqual(one, b[index]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) || Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => semanticallyEqual(left[key], right[key]));
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === "object" && Object.keys(value).length === 0;
}

/** @param shown the new value as the message shows it, where that differs */
export function immutable(field: string, value: unknown, old: unknown, shown: unknown = value): FieldError[] {
  return semanticallyEqual(value, old) ? [] : [invalid(field, shown, "field is immutable")];
}
