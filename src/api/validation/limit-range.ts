/** Validation of limit ranges. Source: ValidateLimitRange in pkg/apis/core/validation/validation.go. */
import { compareQuantities, parseQuantity, quantityMilliValue } from "../quantity.js";
import type { QuantityText, ResourceList } from "../types/meta.js";
import type { LimitRange, LimitRangeItem } from "../types/policy.js";
import { duplicate, forbidden, invalid, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { qualifiedName } from "./names.js";
import { mayOvercommit, validateContainerResourceName, validateResourceName } from "./resources.js";

const LIMIT_TYPES: readonly string[] = ["Pod", "Container", "PersistentVolumeClaim"];

function validateType(field: string, type: string): FieldError[] {
  const errors = check(field, type, qualifiedName);
  if (errors.length > 0 || type.includes("/") || LIMIT_TYPES.includes(type)) return errors;
  return [invalid(field, type, "must be a standard limit type or fully qualified")];
}

function shown(quantity: QuantityText): string {
  return parseQuantity(quantity).toString();
}

type Bounds = "min" | "max" | "default" | "defaultRequest";

/** Pairs of which the first may not exceed the second, the field that is named, the value that is shown, and the words of the message. */
const ORDERS: readonly {
  readonly lower: Bounds;
  readonly upper: Bounds;
  readonly field: Bounds;
  readonly value: Bounds;
  readonly text: (lower: string, upper: string) => string;
}[] = [
  { lower: "min", upper: "max", field: "min", value: "min", text: (a, b) => `min value ${a} is greater than max value ${b}` },
  {
    lower: "min",
    upper: "defaultRequest",
    field: "defaultRequest",
    value: "defaultRequest",
    text: (a, b) => `min value ${a} is greater than default request value ${b}`,
  },
  {
    lower: "defaultRequest",
    upper: "max",
    field: "defaultRequest",
    value: "defaultRequest",
    text: (a, b) => `default request value ${a} is greater than max value ${b}`,
  },
  {
    lower: "defaultRequest",
    upper: "default",
    field: "defaultRequest",
    value: "defaultRequest",
    text: (a, b) => `default request value ${a} is greater than default limit value ${b}`,
  },
  { lower: "min", upper: "default", field: "default", value: "min", text: (a, b) => `min value ${a} is greater than default value ${b}` },
  { lower: "default", upper: "max", field: "default", value: "max", text: (a, b) => `default value ${a} is greater than max value ${b}` },
];

/** Go prints the ratio with six digits. */
const RATIO_DIGITS = 6;

function validateRatio(field: string, item: LimitRangeItem, name: string): FieldError[] {
  const ratio = item.maxLimitRequestRatio?.[name];
  if (ratio === undefined) return [];
  const errors: FieldError[] = [];
  if (compareQuantities(ratio, 1) < 0) errors.push(invalid(field, shown(ratio), `ratio ${shown(ratio)} is less than 1`));
  const [least, greatest] = [item.min?.[name], item.max?.[name]];
  if (least === undefined || greatest === undefined) return errors;
  const bound = quantityMilliValue(greatest) / quantityMilliValue(least);
  if (quantityMilliValue(ratio) / 1_000 > bound)
    errors.push(invalid(field, shown(ratio), `ratio ${shown(ratio)} is greater than max/min = ${bound.toFixed(RATIO_DIGITS)}`));
  return errors;
}

function validateItem(field: string, item: LimitRangeItem): FieldError[] {
  const errors: FieldError[] = [];
  const isPod = item.type === "Pod";
  const validateName = isPod || item.type === "Container" ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  const collect = (bounds: Bounds | "maxLimitRequestRatio"): void => {
    for (const name of Object.keys(item[bounds] ?? {})) {
      errors.push(...validateName(`${field}.${bounds}[${name}]`, name));
      names.add(name);
    }
  };
  collect("max");
  collect("min");
  for (const bounds of ["default", "defaultRequest"] as const) {
    if (!isPod) collect(bounds);
    else if (Object.keys(item[bounds] ?? {}).length > 0)
      errors.push(forbidden(`${field}.${bounds}`, "may not be specified when `type` is 'Pod'"));
  }
  if (item.type === "PersistentVolumeClaim" && item.min?.storage === undefined && item.max?.storage === undefined) {
    errors.push(required(`${field}.limits`, "either minimum or maximum storage value is required, but neither was provided"));
  }
  collect("maxLimitRequestRatio");
  const lists: Readonly<Record<Bounds, ResourceList>> = {
    min: item.min ?? {},
    max: item.max ?? {},
    default: isPod ? {} : (item.default ?? {}),
    defaultRequest: isPod ? {} : (item.defaultRequest ?? {}),
  };
  for (const name of names) errors.push(...validateBounds(field, item, lists, name));
  return errors;
}

function validateBounds(field: string, item: LimitRangeItem, lists: Readonly<Record<Bounds, ResourceList>>, name: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const { lower, upper, field: place, value, text } of ORDERS) {
    const [low, high] = [lists[lower][name], lists[upper][name]];
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) continue;
    errors.push(invalid(`${field}.${place}[${name}]`, shown(lists[value][name]), text(shown(low), shown(high))));
  }
  errors.push(...validateRatio(`${field}.maxLimitRequestRatio[${name}]`, item, name));
  const [limit, request] = [lists.default[name], lists.defaultRequest[name]];
  if (!mayOvercommit(name) && limit !== undefined && request !== undefined && compareQuantities(limit, request) !== 0) {
    const detail = `default value ${shown(limit)} must equal to defaultRequest value ${shown(request)} in ${name}`;
    errors.push(invalid(`${field}.defaultRequest[${name}]`, shown(request), detail));
  }
  return errors;
}

export function validateLimitRange(object: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, item] of object.spec.limits.entries()) {
    const field = `spec.limits[${index}]`;
    errors.push(...validateType(`${field}.type`, item.type));
    if (seen.has(item.type)) errors.push(duplicate(`${field}.type`, item.type));
    seen.add(item.type);
    errors.push(...validateItem(field, item));
  }
  return errors;
}
