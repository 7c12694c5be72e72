/**
 * What must not change in an object. The registry looks at the metadata of each kind first, and then asks the kind, whose own rules
 * mostly look at it again: a mistake there is told as often, in a list of causes that has it several times.
 *
 * Source: the Validate...Update functions under pkg/apis/<group>/validation, the strategies under pkg/registry, and
 * k8s.io/apiserver/pkg/registry/rest/update.go.
 */
import type { Kind, ObjectsByKind } from "../kinds.js";
import type { ApiObject, LabelSelector } from "../types/meta.js";
import { validateCronJobSpec } from "./batch.js";
import { validatePriorityClassChange, validateRuntimeClassChange } from "./classes.js";
import { validateConfigMapChange, validateSecretChange } from "./configuration.js";
import { validateControllerRevisionChange } from "./controller-revision.js";
import { forbidden, type FieldError } from "./field-error.js";
import { validateIngressClassChange } from "./ingress-class.js";
import { validateJobChange } from "./job-update.js";
import { validateObjectMeta, validateObjectMetaUpdate, validateOwnObjectMeta, validateOwnObjectMetaUpdate } from "./metadata.js";
import { dnsSubdomain, pathSegmentName } from "./names.js";
import { validateNodeChange } from "./node.js";
import { validateBindingChange } from "./permissions.js";
import { validatePodChange } from "./pod-update.js";
import { validateResourceQuotaChange } from "./quota.js";
import { immutable, semanticallyEqual } from "./sameness.js";
import { shownSelector } from "./selectors.js";
import { validateServiceChange } from "./service-update.js";
import { validateStatefulSetSpec } from "./stateful-set.js";
import {
  validateCSINodeChange,
  validatePersistentVolumeChange,
  validatePersistentVolumeClaimChange,
  validateStorageClassChange,
  validateVolumeAttachmentChange,
} from "./storage-update.js";

/** The rules of new objects, which changed ones are held to as well. */
export interface CreationRules {
  /** Metadata and all else. */
  readonly whole: (object: ApiObject) => FieldError[];
  /** All but the metadata. */
  readonly content: (object: ApiObject) => FieldError[];
  readonly isNamespaced: boolean;
}

type Step<T extends ApiObject = ApiObject> = (object: T, old: T, rules: CreationRules) => FieldError[];

const metadata: Step = (object, old) => validateOwnObjectMetaUpdate(object, old);
const whole: Step = (object, _old, rules) => rules.whole(object);
const content: Step = (object, _old, rules) => rules.content(object);

const selector: Step = (object, old) => {
  const [next, before] = [object, old].map(
    (one) => (one as ApiObject & { readonly spec: { readonly selector?: LabelSelector } }).spec.selector,
  );
  return immutable("spec.selector", next, before, shownSelector(next));
};

const STATEFUL_SET_UPDATE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const MUTABLE_STATEFUL_SET_FIELDS: ReadonlySet<string> = new Set([
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
]);

function fixedPart(spec: object): object {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !MUTABLE_STATEFUL_SET_FIELDS.has(name)));
}

type Steps = { readonly [K in Kind]?: readonly Step<ObjectsByKind[K]>[] };

/** What each kind looks at, in its order. */
const STEPS: Steps = {
  Pod: [metadata, (pod, old) => [...validateOwnObjectMeta(pod, true, dnsSubdomain), ...validatePodChange(pod, old)]],
  Node: [whole, metadata, validateNodeChange],
  PodTemplate: [whole, metadata, content],
  ReplicationController: [whole, metadata, content],
  ReplicaSet: [whole, metadata, content, selector],
  Deployment: [metadata, content, selector],
  DaemonSet: [whole, metadata, content, selector],
  StatefulSet: [
    metadata,
    (object, old) => validateStatefulSetSpec(object, old),
    (object, old) => (semanticallyEqual(fixedPart(object.spec), fixedPart(old.spec)) ? [] : [forbidden("spec", STATEFUL_SET_UPDATE)]),
  ],
  ControllerRevision: [metadata, whole, validateControllerRevisionChange],
  Job: [metadata, validateJobChange],
  CronJob: [metadata, (object, old) => validateCronJobSpec(object, old)],
  Service: [metadata, validateServiceChange, whole],
  EndpointSlice: [whole, (object, old) => immutable("addressType", object.addressType, old.addressType)],
  Ingress: [metadata, whole],
  IngressClass: [metadata, validateIngressClassChange, whole],
  NetworkPolicy: [metadata, content],
  PersistentVolumeClaim: [whole, metadata, whole, validatePersistentVolumeClaimChange],
  PersistentVolume: [whole, whole, validatePersistentVolumeChange],
  StorageClass: [whole, metadata, validateStorageClassChange],
  CSINode: [whole, whole, validateCSINodeChange],
  VolumeAttachment: [whole, whole, validateVolumeAttachmentChange],
  Namespace: [whole, metadata],
  ConfigMap: [metadata, validateConfigMapChange, whole],
  Secret: [metadata, validateSecretChange, whole],
  ServiceAccount: [metadata, whole],
  Role: [whole, whole, metadata],
  ClusterRole: [whole, whole, metadata],
  RoleBinding: [whole, whole, metadata, validateBindingChange],
  ClusterRoleBinding: [whole, whole, metadata, validateBindingChange],
  ResourceQuota: [metadata, content, validateResourceQuotaChange],
  LimitRange: [whole],
  PodDisruptionBudget: [content],
  PriorityClass: [metadata, validatePriorityClassChange],
  RuntimeClass: [metadata, validateRuntimeClassChange],
  HorizontalPodAutoscaler: [metadata, content],
  Lease: [metadata, content],
  Event: [],
};

/** What is looked at in the kinds of which nothing is fixed. */
const OTHER_KINDS: readonly Step[] = [metadata, whole];

type WithSpec = ApiObject & { readonly spec?: unknown };

/** Whether nothing differs that a rule is about, as with all writes of a status. */
function isUntouched(object: ApiObject, old: ApiObject): boolean {
  const { spec } = object as WithSpec;
  if (spec === undefined || spec !== (old as WithSpec).spec) return false;
  const [next, before] = [object.metadata, old.metadata];
  return (
    next === before ||
    (next.labels === before.labels &&
      next.annotations === before.annotations &&
      next.finalizers === before.finalizers &&
      next.ownerReferences === before.ownerReferences)
  );
}

/** @param rules those of a new object of this kind */
export function validateChange(object: ApiObject, old: ApiObject, rules: CreationRules): FieldError[] {
  if (isUntouched(object, old)) return [];
  const steps = (STEPS[object.kind as Kind] as readonly Step[] | undefined) ?? OTHER_KINDS;
  return [
    ...validateObjectMeta(object, rules.isNamespaced, pathSegmentName),
    ...validateObjectMetaUpdate(object, old),
    ...steps.flatMap((step) => step(object, old, rules)),
  ];
}
