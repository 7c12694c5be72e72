import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, ResourceList, ResourceQuota, Timestamp } from "../../../api/types/index.js";

/** What objects use of a quota: the same rules as the API server's, by which it admits them. */
export interface QuotaRules {
  readonly kinds: readonly Kind[];
  /** The same list object for objects that use the same, where that is cheap to tell. */
  usageOf(kind: Kind, object: ApiObject, now?: Timestamp): ResourceList;
  matchesScopes(quota: ResourceQuota, kind: Kind, object: ApiObject): boolean;
}
