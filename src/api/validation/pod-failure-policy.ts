/** Validation of jobs' pod failure policies. Source: validatePodFailurePolicy in pkg/apis/batch/validation/validation.go. */
import type { JobSpec, PodFailurePolicyRule } from "../types/workloads.js";
import { duplicate, invalid, invalidWhole, notSupported, required, tooMany, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { qualifiedName } from "./names.js";

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS = ["In", "NotIn"];
const STATUSES = ["False", "True", "Unknown"];
/** Limits of a policy (batch/validation). */
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_PATTERNS = 20;

/** As the message of a missing value has them: `valid values: ["In" "NotIn"]`. */
function validValues(values: readonly string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(" ")}]`;
}

function chosen(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value === undefined || value === "") return [required(field, validValues(supported))];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

type ExitCodes = NonNullable<PodFailurePolicyRule["onExitCodes"]>;

function validateExitCodes(field: string, { operator, containerName, values = [] }: Partial<ExitCodes>, spec: JobSpec): FieldError[] {
  const errors = chosen(`${field}.operator`, operator, OPERATORS);
  const podSpec = spec.template?.spec;
  const names = [...(podSpec?.containers ?? []), ...(podSpec?.initContainers ?? [])].map(({ name }) => name);
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    errors.push(invalid(`${field}.containerName`, containerName, detail));
  }
  if (values.length === 0) errors.push(invalid(`${field}.values`, values, "at least one value is required"));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${field}.values`, values.length, MAX_EXIT_CODES));
  for (const [index, value] of values.entries()) {
    const place = `${field}.values[${index}]`;
    if (operator === "In" && value === 0) errors.push(invalid(place, value, "must not be 0 for the In operator"));
    if (values.indexOf(value) < index) errors.push(duplicate(place, value));
  }
  const isOrdered = values.every((value, index) => index === 0 || values[index - 1] <= value);
  return isOrdered ? errors : [...errors, invalid(`${field}.values`, values, "must be ordered")];
}

type Patterns = NonNullable<PodFailurePolicyRule["onPodConditions"]>;

function validatePatterns(field: string, patterns: Patterns): FieldError[] {
  const errors = patterns.length > MAX_PATTERNS ? [tooMany(field, patterns.length, MAX_PATTERNS)] : [];
  for (const [index, { type = "", status }] of patterns.entries()) {
    errors.push(...check(`${field}[${index}].type`, type, qualifiedName), ...chosen(`${field}[${index}].status`, status, STATUSES));
  }
  return errors;
}

function validateRule(field: string, { action, onExitCodes, onPodConditions = [] }: PodFailurePolicyRule, spec: JobSpec): FieldError[] {
  const errors = chosen(`${field}.action`, action, ACTIONS);
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined)
    errors.push(invalid(`${field}.action`, action, "requires the backoffLimitPerIndex to be set"));
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(`${field}.onExitCodes`, onExitCodes, spec));
  if (onPodConditions.length > 0) errors.push(...validatePatterns(`${field}.onPodConditions`, onPodConditions));
  if (onExitCodes !== undefined && onPodConditions.length > 0)
    errors.push(invalidWhole(field, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (onExitCodes === undefined && onPodConditions.length === 0)
    errors.push(invalidWhole(field, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

export function validatePodFailurePolicy(field: string, spec: JobSpec): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors = rules.length > MAX_RULES ? [tooMany(`${field}.rules`, rules.length, MAX_RULES)] : [];
  return [...errors, ...rules.flatMap((rule, index) => validateRule(`${field}.rules[${index}]`, rule, spec))];
}
