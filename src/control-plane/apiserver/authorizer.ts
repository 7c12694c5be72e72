/** Permission checks, as the API server asks for them. */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { ObjectReader } from "./object-store.js";
import type { Caller, Subresource, Verb } from "./request.js";

export interface Authorizer {
  /** Objects that a cluster with this authoriser begins with. */
  readonly bootstrapObjects?: readonly ApiObject[];
  /** Whether the caller may; `name` is empty for lists and creations, `namespace` is undefined for all namespaces. */
  allows(
    caller: Caller,
    verb: Verb,
    kind: Kind,
    subresource: Subresource,
    namespace: string | undefined,
    name: string,
    objects: ObjectReader,
  ): boolean;
  /** An object was stored or removed. Returns whether permissions may differ from now on. */
  changed?(kind: Kind): boolean;
}

/** Everybody may do everything. */
export const ALLOW_ALL: Authorizer = { allows: () => true };
