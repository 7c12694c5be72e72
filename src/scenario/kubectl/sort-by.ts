/** The order of --sort-by. Source: kubectl/pkg/cmd/get/sorter.go */
import { encode } from "../../api/encode.js";
import { compareQuantities } from "../../api/quantity.js";
import type { ApiObject } from "../../api/types/meta.js";
import { compare } from "./compare.js";
import { parseJsonPath, textOf, valuesAt } from "./json-path.js";
import { KubectlError } from "./kubectl-error.js";

export type Sort = <T extends ApiObject>(objects: readonly T[]) => readonly T[];

/** The API server lists in the order of its keys: namespace, then name. */
export function sortByKey<T extends ApiObject>(objects: readonly T[]): readonly T[] {
  return [...objects].sort(byKey);
}

function byKey({ metadata: a }: ApiObject, { metadata: b }: ApiObject): number {
  return compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name);
}

/**
 * Sorts by the value at a path, objects without one first; numbers and quantities go by their size, digits within texts as numbers.
 *
 * @returns what throws a KubectlError where no object has a value there
 * @throws UsageError where the text is no path
 */
export function sorterOf(text: string): Sort {
  const path = parseJsonPath(text);
  return (objects) => {
    const valued = objects.map((object) => ({ object, value: valuesAt(path, encode(object)).at(0) }));
    if (objects.length > 0 && valued.every(({ value }) => value === undefined))
      throw new KubectlError(`couldn't find any field with path ${JSON.stringify(relaxed(text))} in the list of objects`);
    return valued.sort((a, b) => compareValues(a.value, b.value) || byKey(a.object, b.object)).map(({ object }) => object);
  };
}

/** The path with its braces and its leading dot. Source: kubectl/pkg/cmd/get/customcolumn.go RelaxedJSONPathExpression */
function relaxed(text: string): string {
  const inner = /^\{?\.?([^{}]*)\}?$/.exec(text)?.[1] ?? text;
  return `{.${inner}}`;
}

function compareValues(left: unknown, right: unknown): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (isQuantity(left) && isQuantity(right)) return compareQuantities(left, right);
  return compareNaturally(textOf(left), textOf(right));
}

function isQuantity(value: unknown): value is string {
  return typeof value === "string" && /^\d+(\.\d+)?([munkMGTPE]|[KMGTPE]i)?$/.test(value);
}

/** Runs of digits are compared as numbers: web-2 before web-10. */
function compareNaturally(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const areNumbers = /^\d/.test(left[i]) && /^\d/.test(right[i]);
    const order = areNumbers ? Number(left[i]) - Number(right[i]) : compare(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
