/** Validation of objects as the API server does it, after defaulting and preparation. */
import type { Kind, ObjectsByKind } from "../kinds.js";
import type { ApiObject } from "../types/meta.js";
import { validateHorizontalPodAutoscaler } from "./autoscaling.js";
import { validateCronJob, validateJob } from "./batch.js";
import {
  validateBinding,
  validateClusterNamed,
  validateConfigMap,
  validateLease,
  validateLimitRange,
  validateNamed,
  validateNamespace,
  validateNode,
  validatePodDisruptionBudget,
  validatePriorityClass,
  validateResourceQuota,
  validateRole,
  validateRuntimeClass,
  validateSecret,
} from "./cluster.js";
import type { FieldError } from "./field-error.js";
import { validateEndpointSlice, validateIngress, validateNetworkPolicy } from "./network.js";
import { validatePod } from "./pod.js";
import { validateService } from "./service.js";
import {
  validateCSINode,
  validatePersistentVolume,
  validatePersistentVolumeClaim,
  validateStorageClass,
  validateVolumeAttachment,
} from "./storage.js";
import { validateChange } from "./update.js";
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateStatefulSet,
} from "./workloads.js";

export { invalidStatus, type FieldError } from "./field-error.js";

type Rules = { readonly [K in Kind]?: (object: ObjectsByKind[K]) => FieldError[] };

const RULES: Rules = {
  Pod: validatePod,
  Node: validateNode,
  Lease: validateLease,
  ReplicationController: validateReplicationController,
  ReplicaSet: validateReplicaSet,
  Deployment: validateDeployment,
  DaemonSet: validateDaemonSet,
  StatefulSet: validateStatefulSet,
  ControllerRevision: validateNamed,
  Job: validateJob,
  CronJob: validateCronJob,
  Service: validateService,
  EndpointSlice: validateEndpointSlice,
  Ingress: validateIngress,
  NetworkPolicy: validateNetworkPolicy,
  PersistentVolumeClaim: validatePersistentVolumeClaim,
  PersistentVolume: validatePersistentVolume,
  StorageClass: validateStorageClass,
  CSINode: validateCSINode,
  CSIDriver: validateClusterNamed,
  CSIStorageCapacity: validateNamed,
  Endpoints: validateNamed,
  VolumeAttachment: validateVolumeAttachment,
  Namespace: validateNamespace,
  ConfigMap: validateConfigMap,
  Secret: validateSecret,
  ServiceAccount: validateNamed,
  Role: validateRole,
  ClusterRole: validateRole,
  RoleBinding: validateBinding,
  ClusterRoleBinding: validateBinding,
  ResourceQuota: validateResourceQuota,
  LimitRange: validateLimitRange,
  PodDisruptionBudget: validatePodDisruptionBudget,
  PriorityClass: validatePriorityClass,
  RuntimeClass: validateRuntimeClass,
  HorizontalPodAutoscaler: validateHorizontalPodAutoscaler,
};

/** Everything that is wrong with a new object, in the API server's order; empty where it is valid. */
export function validateCreate(object: ApiObject): FieldError[] {
  const rule = RULES[object.kind as Kind] as ((object: ApiObject) => FieldError[]) | undefined;
  return rule === undefined ? [] : rule(object);
}

/** Everything that is wrong with the change of `old` into `object`, in the API server's order; empty where it is allowed. */
export function validateUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  return validateChange(object, old, validateCreate);
}
