/**
 * What an object uses of the resources that quotas limit.
 *
 * Source: kubernetes/pkg/quota/v1/evaluator/core, and k8s.io/apiserver/pkg/quota/v1/generic for plain counts.
 */
import { type Kind, KINDS } from "../../../api/kinds.js";
import { hasEnded } from "../../../api/pod-phase.js";
import { compareQuantities, roundUpToWhole } from "../../../api/quantity.js";
import { hasPodLevelResources, podLimits, podQosClass, podRequests } from "../../../api/resources.js";
import { oncePerTemplate } from "../../../api/template-memo.js";
import type { ApiObject, QuantityText, ResourceList, Timestamp } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { Pod } from "../../../api/types/pod.js";
import type { ResourceQuota } from "../../../api/types/policy.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import { SECOND } from "../../../engine/simulation.js";
import { qualifiedResource } from "../status-errors.js";

/** Kinds that are counted by their plain name as well as by count/NAME. */
const PLAIN_COUNT: Partial<Readonly<Record<Kind, string>>> = {
  ConfigMap: "configmaps",
  Secret: "secrets",
  ReplicationController: "replicationcontrollers",
  ResourceQuota: "resourcequotas",
};

/** Kinds that are not counted: Events never, leases and endpoints because they are written without end and nobody limits them. */
const UNCOUNTED: ReadonlySet<Kind> = new Set<Kind>(["Event", "Lease", "Endpoints", "EndpointSlice", "CSIStorageCapacity"]);

/** Namespaced kinds whose creation quotas limit. */
export const QUOTA_KINDS: readonly Kind[] = KINDS.filter(({ kind, namespaced }) => namespaced && !UNCOUNTED.has(kind)).map(
  ({ kind }) => kind,
);
const QUOTA_KIND_SET: ReadonlySet<Kind> = new Set(QUOTA_KINDS);

export function isQuotaKind(kind: Kind): boolean {
  return QUOTA_KIND_SET.has(kind);
}

/** Kinds of which a change may use more as well. Source: Handles in kubernetes/pkg/quota/v1/evaluator/core. */
export function growsByChange(kind: Kind): boolean {
  return kind === "Service" || kind === "PersistentVolumeClaim";
}

/** Resources that quotas limit by their own name, as requests.NAME and as limits.NAME; huge pages have no limits that differ from requests. */
const COMPUTE: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

const podUsage = oncePerTemplate((spec): ResourceList => {
  const charged: Record<string, QuantityText> = { pods: 1, "count/pods": 1 };
  for (const [name, amount] of Object.entries(podRequests(spec))) {
    charged[`requests.${name}`] = amount;
    if (COMPUTE.includes(name) || name.startsWith("hugepages-")) charged[name] = amount;
  }
  for (const [name, amount] of Object.entries(podLimits(spec))) if (COMPUTE.includes(name)) charged[`limits.${name}`] = amount;
  return charged;
});

function serviceUsage({ spec }: Service): ResourceList {
  const usage: Record<string, QuantityText> = { services: 1, "count/services": 1, "services.nodeports": 0, "services.loadbalancers": 0 };
  const ports = spec.ports?.length ?? 0;
  if (spec.type === "NodePort") usage["services.nodeports"] = ports;
  if (spec.type === "LoadBalancer") {
    usage["services.loadbalancers"] = 1;
    usage["services.nodeports"] =
      spec.allocateLoadBalancerNodePorts === false ? (spec.ports?.filter(({ nodePort }) => nodePort !== undefined).length ?? 0) : ports;
  }
  return usage;
}

/** Older than the field, and stronger. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** In whole bytes, as quotas take no others. A claim that is being enlarged counts as large as it has been promised to be. */
function claimedStorage({ spec, status }: PersistentVolumeClaim): QuantityText | undefined {
  const asked = spec.resources?.requests?.storage;
  const { allocatedResources } = (status ?? {}) as { readonly allocatedResources?: ResourceList };
  const allocated = allocatedResources?.storage;
  if (asked === undefined) return undefined;
  return roundUpToWhole(allocated !== undefined && compareQuantities(allocated, asked) > 0 ? allocated : asked);
}

function claimUsage(claim: PersistentVolumeClaim): ResourceList {
  const storage = claimedStorage(claim);
  const usage: Record<string, QuantityText> = { persistentvolumeclaims: 1, "count/persistentvolumeclaims": 1 };
  if (storage !== undefined) usage["requests.storage"] = storage;
  const storageClass = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec.storageClassName ?? "";
  if (storageClass !== "") {
    usage[`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`] = 1;
    if (storage !== undefined) usage[`${storageClass}.storageclass.storage.k8s.io/requests.storage`] = storage;
  }
  return usage;
}

/** What of a pod that has ended, or should have, is still counted. */
const ENDED_POD: ResourceList = { "count/pods": 1 };

/**
 * Whether a pod uses resources: it has not ended, nor is it over so long as its grace period again that nobody waits for it any more, as
 * on a lost node. Source: QuotaV1Pod in kubernetes/pkg/quota/v1/evaluator/core/pods.go.
 */
function usesResources({ metadata, status }: Pod, now: Timestamp | undefined): boolean {
  if (hasEnded({ status })) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (now === undefined || deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= deletionTimestamp + deletionGracePeriodSeconds * SECOND;
}

/**
 * What the object uses.
 *
 * @param now tells pods that should be gone from others; without it none is
 */
export function usageOf(kind: Kind, object: ApiObject, now?: Timestamp): ResourceList {
  switch (kind) {
    case "Pod":
      return usesResources(object as Pod, now) ? podUsage((object as Pod).spec) : ENDED_POD;
    case "Service":
      return serviceUsage(object as Service);
    case "PersistentVolumeClaim":
      return claimUsage(object as PersistentVolumeClaim);
    default:
      return plainUsage(kind);
  }
}

const plainUsages = new Map<Kind, ResourceList>();

function plainUsage(kind: Kind): ResourceList {
  let usage = plainUsages.get(kind);
  if (usage === undefined) {
    const plain = PLAIN_COUNT[kind];
    plainUsages.set(kind, (usage = { [`count/${qualifiedResource(kind)}`]: 1, ...(plain !== undefined && { [plain]: 1 }) }));
  }
  return usage;
}

/** Resources of a pod's containers that a quota on them makes obligatory. */
const OBLIGATORY: readonly string[] = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** "requests.cpu for: c1,c2" for each resource that the quota limits and containers do not specify; where the pod does as a whole, none has to. */
export function missingRequirements(kind: Kind, object: ApiObject, limited: readonly string[]): string[] {
  if (kind !== "Pod") return [];
  const { spec } = object as Pod;
  if (hasPodLevelResources(spec)) return [];
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return OBLIGATORY.filter((resource) => limited.includes(resource)).flatMap((resource) => {
    const [side, name] = resource.startsWith("limits.")
      ? (["limits", resource.slice(7)] as const)
      : (["requests", resource.replace("requests.", "")] as const);
    const without = containers.filter((container) => container.resources?.[side]?.[name] === undefined).map((container) => container.name);
    return without.length === 0 ? [] : [`${resource} for: ${[...new Set(without)].sort().join(",")}`];
  });
}

function hasCrossNamespaceAffinity({ spec: { affinity } }: Pod): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
}

/** Whether one of the names satisfies the selector; having none satisfies what excludes names. */
function namedIn(names: readonly string[], operator: string, values: readonly string[]): boolean {
  if (operator === "Exists") return names.length > 0;
  if (operator === "DoesNotExist") return names.length === 0;
  if (names.length === 0) return operator === "NotIn";
  return names.some((name) => values.includes(name) === (operator === "In"));
}

/** The attributes classes of a claim: the one it asks for and the one its volume has. Source: pvcMatchesScopeFunc in the evaluator of claims. */
function attributesClasses({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const { currentVolumeAttributesClassName: current } = (status ?? {}) as { readonly currentVolumeAttributesClassName?: string };
  return [...new Set([spec.volumeAttributesClassName, current])].filter((name): name is string => name !== undefined && name !== "");
}

function inScope(pod: Pod, scope: string, operator: string, values: readonly string[]): boolean {
  switch (scope) {
    case "Terminating":
      return pod.spec.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return pod.spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return podQosClass(pod) === "BestEffort";
    case "NotBestEffort":
      return podQosClass(pod) !== "BestEffort";
    case "CrossNamespacePodAffinity":
      return hasCrossNamespaceAffinity(pod);
    case "PriorityClass": {
      const { priorityClassName = "" } = pod.spec;
      return namedIn(priorityClassName === "" ? [] : [priorityClassName], operator, values);
    }
    default:
      return false;
  }
}

/** Whether the quota concerns the object; scopes select pods, and one of them claims. */
export function matchesScopes({ spec }: ResourceQuota, kind: Kind, object: ApiObject): boolean {
  const selectors = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists", values: [] })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (selectors.length === 0) return true;
  if (kind === "PersistentVolumeClaim") {
    const names = attributesClasses(object as PersistentVolumeClaim);
    return selectors.every(
      ({ scopeName, operator, values = [] }) => scopeName === "VolumeAttributesClass" && namedIn(names, operator, values),
    );
  }
  return kind === "Pod" && selectors.every(({ scopeName, operator, values = [] }) => inScope(object as Pod, scopeName, operator, values));
}
