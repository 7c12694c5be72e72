/** Validation of priority and runtime classes. Source: pkg/apis/scheduling/validation, pkg/apis/node/validation. */
import type { PriorityClass, RuntimeClass } from "../types/policy.js";
import { duplicate, forbidden, type FieldError, oneOf } from "./field-error.js";
import { check, validateLabels } from "./metadata.js";
import { dnsLabel } from "./names.js";
import { validateResourceRequirements } from "./resources.js";
import { immutable, semanticallyEqual } from "./sameness.js";
import { validateTolerations } from "./scheduling.js";

/** Highest priority that users may give (scheduling.HighestUserDefinablePriority). */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
/** The classes that every cluster has, and their values (scheduling.SystemPriorityClasses). */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];

function systemClassMistake({ metadata, value, globalDefault }: PriorityClass): string | undefined {
  const { name } = metadata;
  if (!Object.hasOwn(SYSTEM_CLASSES, name)) return `${name} is not a known system priority class`;
  if (value !== SYSTEM_CLASSES[name]) return `value of ${name} PriorityClass must be ${SYSTEM_CLASSES[name]}`;
  return globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClass(object: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const { value, preemptionPolicy } = object;
  if ((object.metadata.name ?? "").startsWith("system-")) {
    const mistake = systemClassMistake(object);
    if (mistake !== undefined) {
      errors.push(
        forbidden("metadata.name", `priority class names with 'system-' prefix are reserved for system use only. error: ${mistake}`),
      );
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(forbidden("value", `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  return preemptionPolicy === undefined ? errors : [...errors, ...oneOf("preemptionPolicy", preemptionPolicy, PREEMPTION_POLICIES)];
}

export function validatePriorityClassChange(object: PriorityClass, old: PriorityClass): FieldError[] {
  return [
    ...(object.value === old.value ? [] : [forbidden("value", "may not be changed in an update.")]),
    ...immutable("preemptionPolicy", object.preemptionPolicy, old.preemptionPolicy),
  ];
}

export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = check("handler", handler, dnsLabel);
  if (overhead !== undefined) errors.push(...validateResourceRequirements("overhead", { limits: overhead.podFixed }));
  if (scheduling === undefined) return errors;
  const { nodeSelector, tolerations = [] } = scheduling;
  errors.push(...validateLabels("scheduling.nodeSelector", nodeSelector));
  for (const [index, toleration] of tolerations.entries()) {
    const field = `scheduling.tolerations[${index}]`;
    errors.push(
      ...validateTolerations("scheduling.tolerations", [toleration]).map((one) => ({
        ...one,
        field: one.field.replace("scheduling.tolerations[0]", "scheduling.tolerations"),
      })),
    );
    if (tolerations.slice(0, index).some((other) => semanticallyEqual(other, toleration))) errors.push(duplicate(field, toleration));
  }
  return errors;
}

export function validateRuntimeClassChange(object: RuntimeClass, old: RuntimeClass): FieldError[] {
  return immutable("handler", object.handler, old.handler);
}
