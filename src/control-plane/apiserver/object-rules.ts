/** Defaulting, preparation and validation of objects, as the API server calls them. */
import { applyDefaults } from "../../api/defaults/index.js";
import { prepareForCreate } from "../../api/prepare.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import { validateCreate, validateStatus, validateUpdate } from "../../api/validation/index.js";
import type { FieldCause } from "./status-errors.js";

export interface ObjectRules {
  /** Fills in defaults; returns the same object, and the same parts of it, where nothing is to be filled in. */
  readonly applyDefaults: (object: ApiObject) => ApiObject;
  /** A new object with what the API server itself writes: first status, generation 1, generated selectors, finalizers. */
  readonly prepareForCreate: (object: ApiObject, context: { readonly uid: string; readonly now: Timestamp }) => ApiObject;
  /** Mistakes of a new object, none where it is valid. */
  readonly validateCreate: (object: ApiObject) => readonly FieldCause[];
  readonly validateUpdate: (object: ApiObject, previous: ApiObject) => readonly FieldCause[];
  /** Mistakes of the status that is written to an object. */
  readonly validateStatus: (object: ApiObject) => readonly FieldCause[];
}

/** The rules of Kubernetes. */
export const KUBERNETES_RULES: ObjectRules = { applyDefaults, prepareForCreate, validateCreate, validateUpdate, validateStatus };
