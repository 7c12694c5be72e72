/**
 * ResourceQuota: what is created in a namespace may not exceed its quotas.
 *
 * The check is made against the quota's status, which the request raises itself; the quota controller lowers it when objects go.
 * Where the controller has not filled in the status yet, what is stored is counted.
 *
 * Source: k8s.io/apiserver/pkg/admission/plugin/resourcequota.
 */
import type { Kind } from "../../../api/kinds.js";
import { parseQuantity, subtractQuantities } from "../../../api/quantity.js";
import { addResourceLists, exceedingResources } from "../../../api/resource-list.js";
import type { ApiObject, ResourceList, Timestamp } from "../../../api/types/meta.js";
import type { ResourceQuota as Quota } from "../../../api/types/policy.js";
import type { ObjectReader } from "../object-store.js";
import { forbidden } from "../status-errors.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";
import { growsByChange, isQuotaKind, matchesScopes, missingRequirements, QUOTA_KINDS, usageOf } from "./quota-usage.js";

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
function countedUsage(quota: Quota, objects: ObjectReader, now: Timestamp): ResourceList {
  const hard = quota.spec.hard ?? {};
  let used = zeros(hard);
  for (const kind of QUOTA_KINDS) {
    for (const object of objects.list(kind, quota.metadata.namespace ?? "")) {
      if (matchesScopes(quota, kind, object)) used = addResourceLists(used, only(usageOf(kind, object, now), Object.keys(hard)));
    }
  }
  return used;
}

function hardOf({ spec, status }: Quota): ResourceList {
  return status?.hard ?? spec.hard ?? {};
}

/** What of the first list is more than in the second. */
function increase(after: ResourceList, before: ResourceList): ResourceList {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, amount]) => [name, subtractQuantities(parseQuantity(amount), parseQuantity(before[name] ?? 0))] as const)
      .filter(([, more]) => more.sign > 0)
      .map(([name, more]) => [name, more.toString()]),
  );
}

export class ResourceQuota implements AdmissionPlugin {
  readonly name = "ResourceQuota";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "CREATE" ? isQuotaKind(kind) : operation === "UPDATE" && growsByChange(kind);
  }

  /** First every quota is asked whether the object says what it has to, then whether there is room for it. */
  validate(object: ApiObject, { kind, previous, now, writeStatus }: AdmissionRequest, objects: ObjectReader): void {
    if (objects.count("ResourceQuota") === 0) return;
    const concerned = [...objects.list("ResourceQuota", object.metadata.namespace ?? "")].filter((quota) =>
      matchesScopes(quota, kind, object),
    );
    const { name } = object.metadata;
    for (const quota of concerned) {
      const missing = missingRequirements(kind, object, Object.keys(hardOf(quota)));
      if (missing.length > 0) throw forbidden(kind, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join("; ")}`);
    }
    const usage = increase(usageOf(kind, object, now), previous === undefined ? {} : usageOf(kind, previous, now));
    const raised = concerned.flatMap((quota) => {
      const requested = only(usage, Object.keys(hardOf(quota)));
      return Object.keys(requested).length === 0
        ? []
        : [charged(quota, requested, { kind, name }, () => countedUsage(quota, objects, now))];
    });
    for (const quota of raised) writeStatus(quota);
  }
}

/** The quota with what is requested charged to it. @throws ApiStatusError 403 where there is no room */
function charged(
  quota: Quota,
  requested: ResourceList,
  { kind, name }: { readonly kind: Kind; readonly name: string },
  count: () => ResourceList,
): Quota {
  const hard = hardOf(quota);
  const used = quota.status?.used ?? count();
  const after = addResourceLists(used, requested);
  const exceeded = exceedingResources(only(after, Object.keys(requested)), hard);
  if (exceeded.length === 0) return { ...quota, status: { ...quota.status, hard, used: after } };
  const [more, before, bound] = [requested, used, hard].map((list) => pretty(only(list, exceeded)));
  throw forbidden(kind, name, `exceeded quota: ${quota.metadata.name}, requested: ${more}, used: ${before}, limited: ${bound}`);
}
