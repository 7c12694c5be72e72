/** Validation of leases. Source: pkg/apis/coordination/validation/validation.go. */
import type { Lease } from "../types/node.js";
import { forbidden, invalid, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { qualifiedName } from "./names.js";

export function validateLease(object: Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = object.spec as Lease["spec"] & {
    readonly strategy?: string;
    readonly preferredHolder?: string;
  };
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0"));
  }
  errors.push(...nonNegative("spec.leaseTransitions", leaseTransitions));
  if (strategy !== undefined && strategy !== "OldestEmulationVersion") errors.push(...check("spec.strategy", strategy, qualifiedName));
  if (preferredHolder !== undefined && preferredHolder !== "" && (strategy ?? "") === "")
    errors.push(forbidden("spec.preferredHolder", "may only be specified when `strategy` is defined"));
  return errors;
}
