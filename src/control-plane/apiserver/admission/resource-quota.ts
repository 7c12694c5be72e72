/**
 * ResourceQuota: what is created in a namespace may not exceed its quotas.
 *
 * The check is made against the quota's status, which the request raises itself; the quota controller lowers it when objects go.
 * Where the controller has not filled in the status yet, what is stored is counted.
 *
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota.
 */
import type { Kind } from "../../../api/kinds.js";
import { parseQuantity } from "../../../api/quantity.js";
import { addResourceLists, exceedingResources } from "../../../api/resource-list.js";
import type { ApiObject, ResourceList } from "../../../api/types/meta.js";
import type { ResourceQuota as Quota } from "../../../api/types/policy.js";
import type { ObjectReader } from "../object-store.js";
import { forbidden } from "../status-errors.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";
import { isQuotaKind, matchesScopes, missingRequirements, QUOTA_KINDS, usageOf } from "./quota-usage.js";

function only(list: ResourceList, names: readonly string[]): ResourceList {
  return Object.fromEntries(names.filter((name) => list[name] !== undefined).map((name) => [name, list[name]]));
}

/** "requests.cpu=600m,requests.memory=900Mi" */
function pretty(list: ResourceList): string {
  return Object.keys(list)
    .sort()
    .map((name) => `${name}=${parseQuantity(list[name]).toString()}`)
    .join(",");
}

function zeros(hard: ResourceList): ResourceList {
  return Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
}

/** What the stored objects of the quota's namespace and scopes use of its resources. */
export function countedUsage(quota: Quota, objects: ObjectReader): ResourceList {
  const hard = quota.spec.hard ?? {};
  let used = zeros(hard);
  for (const kind of QUOTA_KINDS) {
    for (const object of objects.list(kind, quota.metadata.namespace ?? "")) {
      if (matchesScopes(quota, kind, object)) used = addResourceLists(used, only(usageOf(kind, object), Object.keys(hard)));
    }
  }
  return used;
}

export class ResourceQuota implements AdmissionPlugin {
  readonly name = "ResourceQuota";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "CREATE" && isQuotaKind(kind);
  }

  validate(object: ApiObject, { kind, writeStatus }: AdmissionRequest, objects: ObjectReader): void {
    if (objects.count("ResourceQuota") === 0) return;
    const raised: Quota[] = [];
    for (const quota of objects.list("ResourceQuota", object.metadata.namespace ?? "")) {
      const next = this.charge(quota, kind, object, objects);
      if (next !== undefined) raised.push(next);
    }
    for (const quota of raised) writeStatus(quota);
  }

  /** The quota with the object charged to it; undefined where it does not concern the object. */
  private charge(quota: Quota, kind: Kind, object: ApiObject, objects: ObjectReader): Quota | undefined {
    if (!matchesScopes(quota, kind, object)) return undefined;
    const hard = quota.status?.hard ?? quota.spec.hard ?? {};
    const limited = Object.keys(hard);
    const { name } = object.metadata;
    const missing = missingRequirements(kind, object, limited);
    if (missing.length > 0) throw forbidden(kind, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join("; ")}`);
    const requested = only(usageOf(kind, object), limited);
    if (Object.values(requested).every((amount) => parseQuantity(amount).sign === 0)) return undefined;
    const used = quota.status?.used ?? countedUsage(quota, objects);
    const after = addResourceLists(used, requested);
    const exceeded = exceedingResources(only(after, Object.keys(requested)), hard);
    if (exceeded.length > 0) {
      throw forbidden(
        kind,
        name,
        `exceeded quota: ${quota.metadata.name}, requested: ${pretty(only(requested, exceeded))}, used: ${pretty(only(used, exceeded))}, limited: ${pretty(only(hard, exceeded))}`,
      );
    }
    return { ...quota, status: { ...quota.status, hard, used: after } };
  }
}
