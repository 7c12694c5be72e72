/**
 * What an object uses of the resources that quotas limit.
 *
 * Source: kubernetes/pkg/quota/v1/evaluator/core, and k8s.io/apiserver/pkg/quota/v1/generic for plain counts.
 */
import type { Kind } from "../../../api/kinds.js";
import { isSidecar, podLimits, podQosClass, podRequests } from "../../../api/resources.js";
import { oncePerTemplate } from "../../../api/template-memo.js";
import type { ApiObject, QuantityText, ResourceList } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { Pod } from "../../../api/types/pod.js";
import type { ResourceQuota } from "../../../api/types/policy.js";
import type { PersistentVolumeClaim } from "../../../api/types/storage.js";
import { qualifiedResource } from "../status-errors.js";

/** Kinds that are counted by their plain name as well as by count/NAME. */
const PLAIN_COUNT: Partial<Readonly<Record<Kind, string>>> = {
  ConfigMap: "configmaps",
  Secret: "secrets",
  ReplicationController: "replicationcontrollers",
  ResourceQuota: "resourcequotas",
};

/** Namespaced kinds whose creation quotas limit. */
export const QUOTA_KINDS: readonly Kind[] = [
  "Pod",
  "Service",
  "PersistentVolumeClaim",
  "ConfigMap",
  "Secret",
  "ReplicationController",
  "ResourceQuota",
  "ReplicaSet",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
  "Ingress",
  "HorizontalPodAutoscaler",
];
const QUOTA_KIND_SET: ReadonlySet<Kind> = new Set(QUOTA_KINDS);

export function isQuotaKind(kind: Kind): boolean {
  return QUOTA_KIND_SET.has(kind);
}

/** Resources that quotas limit by their own name and as requests.NAME and limits.NAME. */
const COMPUTE: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

function isCompute(resource: string): boolean {
  return COMPUTE.includes(resource) || resource.startsWith("hugepages-");
}

const podUsage = oncePerTemplate((spec): ResourceList => {
  const charged: Record<string, QuantityText> = { pods: 1, "count/pods": 1 };
  for (const [name, amount] of Object.entries(podRequests(spec))) {
    charged[`requests.${name}`] = amount;
    if (isCompute(name)) charged[name] = amount;
  }
  for (const [name, amount] of Object.entries(podLimits(spec))) if (isCompute(name)) charged[`limits.${name}`] = amount;
  return charged;
});

function serviceUsage({ spec }: Service): ResourceList {
  const usage: Record<string, QuantityText> = { services: 1, "count/services": 1 };
  const ports = spec.ports?.length ?? 0;
  if (spec.type === "NodePort") usage["services.nodeports"] = ports;
  if (spec.type === "LoadBalancer") {
    usage["services.loadbalancers"] = 1;
    usage["services.nodeports"] =
      spec.allocateLoadBalancerNodePorts === false ? (spec.ports?.filter(({ nodePort }) => nodePort !== undefined).length ?? 0) : ports;
  }
  return usage;
}

function claimUsage({ spec }: PersistentVolumeClaim): ResourceList {
  const storage = spec.resources?.requests?.storage;
  const usage: Record<string, QuantityText> = { persistentvolumeclaims: 1, "count/persistentvolumeclaims": 1 };
  if (storage !== undefined) usage["requests.storage"] = storage;
  const { storageClassName } = spec;
  if (storageClassName !== undefined && storageClassName !== "") {
    usage[`${storageClassName}.storageclass.storage.k8s.io/persistentvolumeclaims`] = 1;
    if (storage !== undefined) usage[`${storageClassName}.storageclass.storage.k8s.io/requests.storage`] = storage;
  }
  return usage;
}

const NO_USAGE: ResourceList = {};

/** What the object uses; a pod that has ended uses nothing. */
export function usageOf(kind: Kind, object: ApiObject): ResourceList {
  switch (kind) {
    case "Pod": {
      const pod = object as Pod;
      const ended = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
      return ended ? NO_USAGE : podUsage(pod.spec);
    }
    case "Service":
      return serviceUsage(object as Service);
    case "PersistentVolumeClaim":
      return claimUsage(object as PersistentVolumeClaim);
    default: {
      const plain = PLAIN_COUNT[kind];
      return { [`count/${qualifiedResource(kind)}`]: 1, ...(plain !== undefined && { [plain]: 1 }) };
    }
  }
}

/** Resources of a pod's containers that a quota on them makes obligatory. */
const OBLIGATORY: readonly string[] = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/** "requests.cpu for: c1,c2" for each resource that the quota limits and containers do not specify. */
export function missingRequirements(kind: Kind, object: ApiObject, limited: readonly string[]): string[] {
  if (kind !== "Pod") return [];
  const { spec } = object as Pod;
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter((container) => isSidecar(container) || container.resources !== undefined),
  ];
  const missing: string[] = [];
  for (const resource of OBLIGATORY) {
    if (!limited.includes(resource)) continue;
    const [side, name] = resource.startsWith("limits.")
      ? (["limits", resource.slice(7)] as const)
      : (["requests", resource.replace("requests.", "")] as const);
    if (spec.resources?.[side]?.[name] !== undefined) continue;
    const without = containers.filter((container) => container.resources?.[side]?.[name] === undefined).map((container) => container.name);
    if (without.length > 0) missing.push(`${resource} for: ${without.join(",")}`);
  }
  return missing;
}

function hasCrossNamespaceAffinity({ spec: { affinity } }: Pod): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
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
      const name = pod.spec.priorityClassName ?? "";
      if (operator === "Exists") return name !== "";
      if (operator === "DoesNotExist") return name === "";
      return operator === "NotIn" ? !values.includes(name) : values.includes(name);
    }
    default:
      return false;
  }
}

/** Whether the quota concerns the object; scopes select pods only. */
export function matchesScopes({ spec }: ResourceQuota, kind: Kind, object: ApiObject): boolean {
  const selectors = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists", values: [] })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (selectors.length === 0) return true;
  return kind === "Pod" && selectors.every(({ scopeName, operator, values = [] }) => inScope(object as Pod, scopeName, operator, values));
}
