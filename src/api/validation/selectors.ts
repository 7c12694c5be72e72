/** Validation of label selectors, and how messages show them. Source: pkg/apis/meta/v1/validation/validation.go. */
import type { Labels, LabelSelector } from "../types/meta.js";
import { forbidden, invalid, required, type FieldError } from "./field-error.js";
import { check, labelName, validateLabels } from "./metadata.js";
import { labelValue } from "./names.js";

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
