/** Defaulting and validation of objects, as the API server calls them. */
import type { ApiObject } from "../../api/types/meta.js";
import type { FieldCause } from "./status-errors.js";

export interface ObjectRules {
  /** Fills in defaults; returns the same object, and the same parts of it, where nothing is to be filled in. */
  applyDefaults(object: ApiObject): ApiObject;
  /** Mistakes of a new object, none where it is valid. */
  validateCreate(object: ApiObject): readonly FieldCause[];
  validateUpdate(object: ApiObject, previous: ApiObject): readonly FieldCause[];
}

const NO_CAUSES: readonly FieldCause[] = [];

/** Takes everything as it is. */
export const NO_OBJECT_RULES: ObjectRules = {
  applyDefaults: (object) => object,
  validateCreate: () => NO_CAUSES,
  validateUpdate: () => NO_CAUSES,
};
