/** Permission checks, as the API server asks for them. */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { PolicyRule } from "../../api/types/policy.js";
import type { ObjectReader } from "./object-store.js";
import type { Caller, Subresource, Verb } from "./request.js";

/** Something that somebody may do or not: with a resource, or with a path that is none. */
export type AccessQuestion =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      /** Empty: all. */
      readonly name: string;
      /** Empty: all. */
      readonly namespace: string;
    }
  | { readonly verb: string; readonly path: string };

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
  /** Whether the caller may do something that need not be a request which the server handles. */
  permits(caller: Caller, question: AccessQuestion, objects: ObjectReader): boolean;
  /** All that the caller may do in a namespace. */
  rulesIn(caller: Caller, namespace: string, objects: ObjectReader): readonly PolicyRule[];
  /** An object was stored or removed. Returns whether permissions may differ from now on. */
  changed?(kind: Kind): boolean;
}

/** Everybody may do everything. */
export const ALLOW_ALL: Authorizer = {
  allows: () => true,
  permits: () => true,
  rulesIn: () => [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
};
