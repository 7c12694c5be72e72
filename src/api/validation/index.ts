/** Validation of objects as the API server does it, after defaulting and preparation. */
import { kindInfo, type Kind, type ObjectsByKind } from "../kinds.js";
import type { ApiObject } from "../types/meta.js";
import { validateHorizontalPodAutoscaler } from "./autoscaling.js";
import { validateCronJob, validateJob } from "./batch.js";
import { validatePriorityClass, validateRuntimeClass } from "./classes.js";
import { validateConfigMap, validateSecret } from "./configuration.js";
import { validateControllerRevision } from "./controller-revision.js";
import { validatePodDisruptionBudget } from "./disruption.js";
import { validateEndpointSlice } from "./endpoint-slice.js";
import type { FieldError } from "./field-error.js";
import { validateIngressClass } from "./ingress-class.js";
import { validateLease } from "./lease.js";
import { validateLimitRange } from "./limit-range.js";
import { type NameRule, validateObjectMeta, validateOwnObjectMeta, validateSpecFinalizers } from "./metadata.js";
import { dnsLabel, dnsSubdomain, pathSegmentName } from "./names.js";
import { validateIngress, validateNetworkPolicy, validateNewIngress } from "./network.js";
import { validateNode } from "./node.js";
import { validateBinding, validateRole } from "./permissions.js";
import { validatePod, validatePodTemplate } from "./pod.js";
import { validateResourceQuota } from "./quota.js";
import { validateService } from "./service.js";
import { validateStatefulSet } from "./stateful-set.js";
import {
  validateCSINode,
  validatePersistentVolume,
  validatePersistentVolumeClaim,
  validateStorageClass,
  validateVolumeAttachment,
} from "./storage.js";
import { validateChange } from "./update.js";
import { validateDaemonSet, validateDeployment, validateReplicaSet, validateReplicationController } from "./workloads.js";

export { invalidStatus, type FieldError } from "./field-error.js";
export { validateStatus } from "./status.js";

type Rules = { readonly [K in Kind]?: (object: ObjectsByKind[K]) => FieldError[] };

/** What has to hold beyond the metadata. */
const RULES: Rules = {
  Pod: validatePod,
  Node: validateNode,
  Lease: validateLease,
  PodTemplate: ({ template }) => validatePodTemplate("template", template),
  ReplicationController: validateReplicationController,
  ReplicaSet: validateReplicaSet,
  Deployment: validateDeployment,
  DaemonSet: validateDaemonSet,
  StatefulSet: validateStatefulSet,
  ControllerRevision: validateControllerRevision,
  Job: validateJob,
  CronJob: validateCronJob,
  Service: validateService,
  EndpointSlice: validateEndpointSlice,
  Ingress: validateIngress,
  IngressClass: validateIngressClass,
  NetworkPolicy: validateNetworkPolicy,
  PersistentVolumeClaim: validatePersistentVolumeClaim,
  PersistentVolume: validatePersistentVolume,
  StorageClass: validateStorageClass,
  CSINode: validateCSINode,
  VolumeAttachment: validateVolumeAttachment,
  Namespace: ({ spec }) => validateSpecFinalizers("spec.finalizers", spec?.finalizers ?? []),
  ConfigMap: validateConfigMap,
  Secret: validateSecret,
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

/** What has to hold for new objects beyond that, and not for changed ones. */
const RULES_OF_NEW: Rules = { Ingress: validateNewIngress };

/** Rules for names, where it is not that of DNS subdomains. Source: the Validate...Name functions of each group. */
const NAME_RULES: Partial<Readonly<Record<Kind, NameRule>>> = {
  Namespace: dnsLabel,
  Service: dnsLabel,
  StatefulSet: dnsLabel,
  Role: pathSegmentName,
  ClusterRole: pathSegmentName,
  RoleBinding: pathSegmentName,
  ClusterRoleBinding: pathSegmentName,
};

/** Kinds of which upstream's own rules leave the metadata to the registry, which looks at it when all else is right. */
const METADATA_LAST: ReadonlySet<string> = new Set<Kind>(["PodDisruptionBudget", "Event"]);

/** What is wrong beyond the metadata. */
function validateContent(object: ApiObject, rules: Rules = RULES): FieldError[] {
  const rule = rules[object.kind as Kind] as ((object: ApiObject) => FieldError[]) | undefined;
  return rule === undefined ? [] : rule(object);
}

function isNamespaced(object: ApiObject): boolean {
  return kindInfo(object.kind)?.namespaced === true;
}

/** Everything that is wrong with a new object, in the API server's order; empty where it is valid. */
export function validateCreate(object: ApiObject): FieldError[] {
  return [...validateWhole(object), ...validateContent(object, RULES_OF_NEW)];
}

function validateWhole(object: ApiObject): FieldError[] {
  if (kindInfo(object.kind) === undefined) return [];
  const errors = validateContent(object);
  if (METADATA_LAST.has(object.kind)) return errors.length > 0 ? errors : validateObjectMeta(object, isNamespaced(object), pathSegmentName);
  return [...validateOwnObjectMeta(object, isNamespaced(object), NAME_RULES[object.kind as Kind] ?? dnsSubdomain), ...errors];
}

/** Everything that is wrong with the change of `old` into `object`, in the API server's order; empty where it is allowed. */
export function validateUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  return validateChange(object, old, { whole: validateWhole, content: validateContent, isNamespaced: isNamespaced(object) });
}
