/**
 * Nothing is created that makes a namespace use more than its quota allows.
 *
 * What is there before the quota, or before it was lowered, stays. Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
import { addResourceLists, exceedingResources } from "../../api/quantity.js";
import type { ApiObject, ResourceList } from "../../api/types/meta.js";
import type { ResourceQuota } from "../../api/types/policy.js";
import { isQuotaKind, matchesScopes, QUOTA_KINDS, usageOf } from "../../control-plane/apiserver/admission/quota-usage.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function quotaNotExceeded(cluster: ObservedCluster): Invariant {
  const { stored } = cluster;
  /** What the quota's objects use of what it limits, counted anew. */
  const usage = (quota: ResourceQuota, limited: readonly string[]): ResourceList => {
    let used: ResourceList = {};
    for (const kind of QUOTA_KINDS) {
      for (const object of stored.list(kind, quota.metadata.namespace) as Iterable<ApiObject>) {
        if (matchesScopes(quota, kind, object)) used = addResourceLists(used, only(usageOf(kind, object), limited));
      }
    }
    return used;
  };
  return {
    handling: ({ verb, subresource, target: { kind, namespace } }) => {
      if (verb !== "create" || subresource !== "" || !isQuotaKind(kind) || kind === "ResourceQuota") return undefined;
      const before = [...stored.list("ResourceQuota", namespace ?? "default")].filter(({ status }) => status?.used !== undefined);
      if (before.length === 0) return undefined;
      const usedBefore = before.map((quota) => usage(quota, Object.keys(quota.status?.hard ?? {})));
      return (accepted) => {
        if (!accepted) return;
        for (const [index, quota] of before.entries()) {
          const hard = quota.status?.hard ?? {};
          const after = usage(quota, Object.keys(hard));
          const raised = Object.keys(after).filter(
            (name) => exceedingResources({ [name]: after[name] }, { [name]: usedBefore[index][name] ?? 0 }).length > 0,
          );
          const over = exceedingResources(only(after, raised), hard);
          for (const name of over)
            cluster.violated(quota, `expected at most ${hard[name]} of ${name}, found ${after[name]} after a ${kind} was created`);
        }
      };
    },
  };
}

function only(list: ResourceList, names: readonly string[]): ResourceList {
  return Object.fromEntries(names.filter((name) => list[name] !== undefined).map((name) => [name, list[name]]));
}
