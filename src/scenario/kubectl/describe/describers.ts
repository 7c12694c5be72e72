/** The description of each kind. */
import type { Kind, ObjectsByKind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import { roleBindingDescriber, roleDescriber, serviceAccountDescriber } from "./access.js";
import { anyKindDescriber } from "./any-kind.js";
import { configMapDescriber, secretDescriber } from "./configuration.js";
import type { Describer } from "./describer.js";
import { horizontalPodAutoscalerDescriber } from "./horizontal-pod-autoscaler.js";
import { cronJobDescriber, jobDescriber } from "./jobs.js";
import { endpointSliceDescriber, ingressDescriber, serviceDescriber } from "./network.js";
import { nodeDescriber } from "./node.js";
import { podDescriber } from "./pod.js";
import {
  limitRangeDescriber,
  namespaceDescriber,
  podDisruptionBudgetDescriber,
  priorityClassDescriber,
  resourceQuotaDescriber,
} from "./policy.js";
import { persistentVolumeClaimDescriber, persistentVolumeDescriber, storageClassDescriber } from "./storage.js";
import {
  daemonSetDescriber,
  deploymentDescriber,
  replicaSetDescriber,
  replicationControllerDescriber,
  statefulSetDescriber,
} from "./workloads.js";

const DESCRIBERS: { readonly [K in Kind]?: Describer<ObjectsByKind[K]> } = {
  Pod: podDescriber,
  Node: nodeDescriber,
  Deployment: deploymentDescriber,
  ReplicaSet: replicaSetDescriber,
  ReplicationController: replicationControllerDescriber,
  StatefulSet: statefulSetDescriber,
  DaemonSet: daemonSetDescriber,
  Job: jobDescriber,
  CronJob: cronJobDescriber,
  Service: serviceDescriber,
  EndpointSlice: endpointSliceDescriber,
  Ingress: ingressDescriber,
  PersistentVolume: persistentVolumeDescriber,
  PersistentVolumeClaim: persistentVolumeClaimDescriber,
  StorageClass: storageClassDescriber,
  HorizontalPodAutoscaler: horizontalPodAutoscalerDescriber,
  PodDisruptionBudget: podDisruptionBudgetDescriber,
  Namespace: namespaceDescriber,
  ResourceQuota: resourceQuotaDescriber,
  LimitRange: limitRangeDescriber,
  PriorityClass: priorityClassDescriber,
  ConfigMap: configMapDescriber,
  Secret: secretDescriber,
  ServiceAccount: serviceAccountDescriber,
  Role: roleDescriber,
  ClusterRole: roleDescriber,
  RoleBinding: roleBindingDescriber,
  ClusterRoleBinding: roleBindingDescriber,
};

export function describerOf(kind: Kind): Describer<ApiObject> {
  return DESCRIBERS[kind] ?? anyKindDescriber;
}
