/**
 * The class that a cluster's administrator marked as default: of several the newest, of equally old ones the first by name.
 *
 * Source: getDefaultClass of kubernetes/plugin/pkg/admission/network/defaultingressclass, and GetDefaultClass of kubernetes/pkg/volume/util.
 */
import type { ApiObject } from "../../../api/types/meta.js";

function isBefore(a: ApiObject, b: ApiObject): boolean {
  const [left, right] = [a.metadata.creationTimestamp ?? 0, b.metadata.creationTimestamp ?? 0];
  return left === right ? a.metadata.name < b.metadata.name : left > right;
}

/** @param annotation what marks a default, with the value "true" */
export function newestDefault<T extends ApiObject>(classes: Iterable<T>, annotation: string): T | undefined {
  let chosen: T | undefined;
  for (const candidate of classes) {
    if (candidate.metadata.annotations?.[annotation] === "true" && (chosen === undefined || isBefore(candidate, chosen)))
      chosen = candidate;
  }
  return chosen;
}
