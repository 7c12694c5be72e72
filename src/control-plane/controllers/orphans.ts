/** Pods that no controller owns, found by namespace. Source: kubernetes pkg/controller/controller_utils.go (AddPodControllerIndexer). */
import type { ApiObject } from "../../api/types/index.js";
import { controllerOf } from "./owner-references.js";

/** Name of the informer index. */
export const ORPHANS = "orphans";

/** Values of the index {@link ORPHANS}. */
export function orphanNamespace(object: ApiObject): readonly string[] {
  return controllerOf(object) === undefined ? [object.metadata.namespace ?? ""] : [];
}
