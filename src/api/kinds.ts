/**
 * The kinds that the simulated API server serves, and how they are addressed.
 *
 * Source of groups, plurals and short names: `kubectl api-resources` of Kubernetes 1.36.
 */
import type { ApiObject } from "./types/meta.js";
import type * as network from "./types/network.js";
import type * as node from "./types/node.js";
import type * as pod from "./types/pod.js";
import type * as policy from "./types/policy.js";
import type * as storage from "./types/storage.js";
import type * as workloads from "./types/workloads.js";

/** The object type of each kind. */
export interface ObjectsByKind {
  Pod: pod.Pod;
  Node: node.Node;
  Lease: node.Lease;
  PodTemplate: pod.PodTemplate;
  ReplicationController: workloads.ReplicationController;
  ReplicaSet: workloads.ReplicaSet;
  Deployment: workloads.Deployment;
  DaemonSet: workloads.DaemonSet;
  StatefulSet: workloads.StatefulSet;
  ControllerRevision: workloads.ControllerRevision;
  Job: workloads.Job;
  CronJob: workloads.CronJob;
  Service: network.Service;
  EndpointSlice: network.EndpointSlice;
  Endpoints: network.Endpoints;
  Ingress: network.Ingress;
  IngressClass: network.IngressClass;
  NetworkPolicy: network.NetworkPolicy;
  PersistentVolumeClaim: storage.PersistentVolumeClaim;
  PersistentVolume: storage.PersistentVolume;
  StorageClass: storage.StorageClass;
  CSINode: storage.CSINode;
  CSIDriver: storage.CSIDriver;
  CSIStorageCapacity: storage.CSIStorageCapacity;
  VolumeAttachment: storage.VolumeAttachment;
  Namespace: policy.Namespace;
  ConfigMap: policy.ConfigMap;
  Secret: policy.Secret;
  ServiceAccount: policy.ServiceAccount;
  Role: policy.Role;
  ClusterRole: policy.ClusterRole;
  RoleBinding: policy.RoleBinding;
  ClusterRoleBinding: policy.ClusterRoleBinding;
  ResourceQuota: policy.ResourceQuota;
  LimitRange: policy.LimitRange;
  PodDisruptionBudget: policy.PodDisruptionBudget;
  PriorityClass: policy.PriorityClass;
  RuntimeClass: policy.RuntimeClass;
  HorizontalPodAutoscaler: policy.HorizontalPodAutoscaler;
  Event: policy.Event;
}

export type Kind = keyof ObjectsByKind;

export interface KindInfo {
  readonly kind: Kind;
  /** Preferred apiVersion, such as "apps/v1". */
  readonly apiVersion: string;
  /** Lower-case plural, such as "deployments". */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

function namespaced(kind: Kind, apiVersion: string, resource: string, ...shortNames: string[]): KindInfo {
  return { kind, apiVersion, resource, singular: kind.toLowerCase(), shortNames, namespaced: true };
}

function clusterScoped(kind: Kind, apiVersion: string, resource: string, ...shortNames: string[]): KindInfo {
  return { kind, apiVersion, resource, singular: kind.toLowerCase(), shortNames, namespaced: false };
}

export const KINDS: readonly KindInfo[] = [
  namespaced("Pod", "v1", "pods", "po"),
  clusterScoped("Node", "v1", "nodes", "no"),
  namespaced("Lease", "coordination.k8s.io/v1", "leases"),
  namespaced("PodTemplate", "v1", "podtemplates"),
  namespaced("ReplicationController", "v1", "replicationcontrollers", "rc"),
  namespaced("ReplicaSet", "apps/v1", "replicasets", "rs"),
  namespaced("Deployment", "apps/v1", "deployments", "deploy"),
  namespaced("DaemonSet", "apps/v1", "daemonsets", "ds"),
  namespaced("StatefulSet", "apps/v1", "statefulsets", "sts"),
  namespaced("ControllerRevision", "apps/v1", "controllerrevisions"),
  namespaced("Job", "batch/v1", "jobs"),
  namespaced("CronJob", "batch/v1", "cronjobs", "cj"),
  namespaced("Service", "v1", "services", "svc"),
  namespaced("EndpointSlice", "discovery.k8s.io/v1", "endpointslices"),
  namespaced("Ingress", "networking.k8s.io/v1", "ingresses", "ing"),
  clusterScoped("IngressClass", "networking.k8s.io/v1", "ingressclasses"),
  namespaced("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies", "netpol"),
  namespaced("PersistentVolumeClaim", "v1", "persistentvolumeclaims", "pvc"),
  clusterScoped("PersistentVolume", "v1", "persistentvolumes", "pv"),
  clusterScoped("StorageClass", "storage.k8s.io/v1", "storageclasses", "sc"),
  clusterScoped("CSINode", "storage.k8s.io/v1", "csinodes"),
  clusterScoped("CSIDriver", "storage.k8s.io/v1", "csidrivers"),
  namespaced("CSIStorageCapacity", "storage.k8s.io/v1", "csistoragecapacities"),
  clusterScoped("VolumeAttachment", "storage.k8s.io/v1", "volumeattachments"),
  clusterScoped("Namespace", "v1", "namespaces", "ns"),
  namespaced("ConfigMap", "v1", "configmaps", "cm"),
  namespaced("Secret", "v1", "secrets"),
  namespaced("ServiceAccount", "v1", "serviceaccounts", "sa"),
  namespaced("Role", "rbac.authorization.k8s.io/v1", "roles"),
  clusterScoped("ClusterRole", "rbac.authorization.k8s.io/v1", "clusterroles"),
  namespaced("RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings"),
  clusterScoped("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", "clusterrolebindings"),
  namespaced("ResourceQuota", "v1", "resourcequotas", "quota"),
  namespaced("LimitRange", "v1", "limitranges", "limits"),
  namespaced("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets", "pdb"),
  clusterScoped("PriorityClass", "scheduling.k8s.io/v1", "priorityclasses", "pc"),
  clusterScoped("RuntimeClass", "node.k8s.io/v1", "runtimeclasses"),
  namespaced("HorizontalPodAutoscaler", "autoscaling/v2", "horizontalpodautoscalers", "hpa"),
  namespaced("Event", "v1", "events", "ev"),
  namespaced("Endpoints", "v1", "endpoints", "ep"),
];

/** Kinds that say where a pod with volumes can be. */
export const STORAGE_KINDS = [
  "PersistentVolume",
  "PersistentVolumeClaim",
  "StorageClass",
  "CSINode",
  "CSIDriver",
  "CSIStorageCapacity",
  "VolumeAttachment",
] as const satisfies readonly Kind[];

const BY_KIND: ReadonlyMap<string, KindInfo> = new Map(KINDS.map((info) => [info.kind, info]));

/** What is known of a kind, or undefined where the simulator does not serve it. */
export function kindInfo(kind: string): KindInfo | undefined {
  return BY_KIND.get(kind);
}

/** Finds a kind as kubectl does: by plural, singular, short name or kind, in any case. */
export function kindByResourceName(name: string): KindInfo | undefined {
  const wanted = name.toLowerCase();
  return KINDS.find((info) => info.resource === wanted || info.singular === wanted || info.shortNames.includes(wanted));
}

/** "namespace/name", or "name" for cluster-scoped objects: the key of an object within its kind, as client-go's cache keys. */
export function objectKey(object: ApiObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}
