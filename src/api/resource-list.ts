/** Arithmetic of resource lists, resource by resource. Source: staging/src/k8s.io/apiserver/pkg/quota/v1/resources.go. */
import { addQuantities, compareQuantities, parseQuantity, quantityOf, subtractQuantities, type Quantity } from "./quantity.js";
import type { QuantityText, ResourceList } from "./types/meta.js";

type Combine = (a: Quantity, b: Quantity) => Quantity;

function combineLists(a: ResourceList, b: ResourceList, combine: Combine, alone: (b: Quantity) => Quantity): ResourceList {
  const result: Record<string, QuantityText> = { ...a };
  for (const [name, text] of Object.entries(b)) {
    const other = parseQuantity(text);
    const own = Object.hasOwn(result, name) ? result[name] : undefined;
    result[name] = (own === undefined ? alone(other) : combine(parseQuantity(own), other)).toString();
  }
  return result;
}

/** Resource by resource a + b; a resource of only one list is kept. */
export function addResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  return combineLists(a, b, addQuantities, (other) => other);
}

/** Resource by resource a - b; a resource of only b is negated (apiserver's quota.Subtract). */
export function subtractResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  return combineLists(a, b, subtractQuantities, (other) => subtractQuantities(quantityOf(0, other.format), other));
}

/** Resource by resource the greater. */
export function maxResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  return combineLists(
    a,
    b,
    (x, y) => (y.nanos > x.nanos ? y : x),
    (other) => other,
  );
}

/** Names of the resources of `b` that are greater than the same resource of `limit`; a resource that `limit` lacks is not limited. */
export function exceedingResources(b: ResourceList, limit: ResourceList): string[] {
  return Object.keys(b).filter((name) => Object.hasOwn(limit, name) && compareQuantities(b[name], limit[name]) > 0);
}

/** Whether both lists hold the same resources in equal amounts, whatever the spelling. */
export function equalResourceLists(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && compareQuantities(a[name], b[name]) === 0);
}
