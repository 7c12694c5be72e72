/**
 * What is created is charged to the quotas of its namespace and stays within them, and what a quota says is used is what is there.
 *
 * The quota controller counts from its cache, which may not have an object yet that was charged a moment before: until it counts anew a
 * quota may say too little, upstream as well. So more may be there than is allowed, but never more than was charged.
 * Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/, k8s.io/apiserver/pkg/admission/plugin/resourcequota.
 */
import { compareQuantities, parseQuantity } from "../../api/quantity.js";
import { addResourceLists, equalResourceLists, exceedingResources } from "../../api/resource-list.js";
import type { ApiObject, ResourceList } from "../../api/types/meta.js";
import type { ResourceQuota } from "../../api/types/policy.js";
import { isQuotaKind, matchesScopes, QUOTA_KINDS, usageOf } from "../../control-plane/apiserver/admission/quota-usage.js";
import { MINUTE, type SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

/** After so long the controller counts anew, whatever happened. Source: --resource-quota-sync-period. */
const SYNC_PERIOD: SimTime = 5 * MINUTE;

export function quotaNotExceeded(cluster: ObservedCluster): Invariant {
  const { stored, committed } = cluster;
  /** What the quota's objects use of what it limits, counted anew. */
  const counted = (quota: ResourceQuota, hard: ResourceList): ResourceList => {
    let used: ResourceList = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
    for (const kind of QUOTA_KINDS) {
      for (const object of committed.list(kind, quota.metadata.namespace) as Iterable<ApiObject>) {
        if (matchesScopes(quota, kind, object)) used = addResourceLists(used, only(usageOf(kind, object), hard));
      }
    }
    return used;
  };
  return {
    handling: ({ verb, subresource, target: { kind, namespace = "default" } }) => {
      if (verb !== "create" || subresource !== "" || !isQuotaKind(kind) || kind === "ResourceQuota") return undefined;
      const before = [...stored.list("ResourceQuota", namespace)].filter(({ status }) => status?.used !== undefined);
      if (before.length === 0) return undefined;
      const there = new Set(stored.list(kind, namespace) as Iterable<ApiObject>);
      return (accepted) => {
        if (!accepted) return;
        const created = [...(stored.list(kind, namespace) as Iterable<ApiObject>)].find((object) => !there.has(object));
        if (created === undefined) return;
        for (const quota of before) {
          const hard = quota.status?.hard ?? {};
          const charge = matchesScopes(quota, kind, created) ? only(usageOf(kind, created), hard) : {};
          const charged = Object.keys(charge).filter((name) => parseQuantity(charge[name]).sign !== 0);
          const used = stored.get("ResourceQuota", namespace, quota.metadata.name)?.status?.used ?? {};
          for (const name of charged) {
            const due = addResourceLists({ [name]: quota.status?.used?.[name] ?? "0" }, { [name]: charge[name] });
            if (compareQuantities(used[name] ?? "0", due[name]) !== 0) {
              cluster.violated(
                quota,
                `expected ${due[name]} of ${name} to be charged with ${kind} ${created.metadata.name}, found ${used[name]}`,
              );
            }
            if (exceedingResources(due, { [name]: hard[name] }).length > 0) {
              cluster.violated(
                quota,
                `expected at most ${hard[name]} of ${name}, found ${due[name]} with ${kind} ${created.metadata.name}`,
              );
            }
          }
        }
      };
    },
    ended: () => {
      for (const quota of committed.list("ResourceQuota")) {
        const hard = quota.spec.hard ?? {};
        const objects = QUOTA_KINDS.flatMap((kind) => [...(committed.list(kind, quota.metadata.namespace) as Iterable<ApiObject>)]);
        // What a pod that is being deleted is charged with is a matter of time.
        if (objects.some(({ kind, metadata }) => kind === "Pod" && metadata.deletionTimestamp !== undefined)) continue;
        const times = [quota, ...objects].map((object) => committed.changedAt(object) + SYNC_PERIOD);
        if (quota.metadata.deletionTimestamp !== undefined || !cluster.isSettled(...times)) continue;
        const expected = counted(quota, hard);
        const used = quota.status?.used ?? {};
        if (!equalResourceLists(expected, used))
          cluster.violated(quota, `expected used ${JSON.stringify(expected)}, found ${JSON.stringify(used)}`);
      }
    },
  };
}

/** What the list says of the resources that are limited. */
function only(list: ResourceList, hard: ResourceList): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([name]) => name in hard));
}
