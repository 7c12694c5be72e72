/** What must not change in an object. Source: the Validate...Update functions under pkg/apis/<group>/validation and pkg/registry. */
import type { Kind, ObjectsByKind } from "../kinds.js";
import type { ApiObject, LabelSelector } from "../types/meta.js";
import type { Pod, PodSpec } from "../types/pod.js";
import type { Job } from "../types/workloads.js";
import { internalForm } from "../internal-form.js";
import { unifiedDiff } from "../unified-diff.js";
import { forbidden, invalid, type FieldError } from "./field-error.js";
import { shownSelector, validateObjectMetaUpdate } from "./metadata.js";
import { inclusiveRange } from "./names.js";

/** Whether two values say the same, a missing and an empty list or map being alike. */
export function semanticallyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNothing(a) && isNothing(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => semanticallyEqual(one, b[index]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) || Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => semanticallyEqual(left[key], right[key]));
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === "object" && Object.keys(value).length === 0;
}

function immutable(field: string, value: unknown, old: unknown): FieldError[] {
  return semanticallyEqual(value, old) ? [] : [invalid(field, value, "field is immutable")];
}

function selectorUnchanged(selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] {
  return semanticallyEqual(selector, old) ? [] : [invalid("spec.selector", shownSelector(selector), "field is immutable")];
}

const POD_UPDATE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
const MAX_INT32 = 2 ** 31 - 1;

function withImages(
  containers: PodSpec["containers"] | undefined,
  old: PodSpec["containers"] | undefined,
): PodSpec["containers"] | undefined {
  return containers?.map((container, index) => ({ ...container, image: old?.[index]?.image }));
}

function validateDeadline(spec: PodSpec, old: PodSpec): FieldError[] {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: next } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (next === undefined) return before === undefined ? [] : [invalid(field, null, "must not update from a positive integer to nil value")];
  if (next < 0 || next > MAX_INT32) return [invalid(field, next, inclusiveRange(0, MAX_INT32))];
  return before !== undefined && before < next ? [invalid(field, next, "must be less than or equal to previous value")] : [];
}

function shownSpec(spec: PodSpec): string {
  return JSON.stringify(internalForm("PodSpec", spec), null, 1);
}

/** Only images, the deadline, additional tolerations and, while the pod is gated, its place may change. */
function validatePodChange(pod: Pod, oldPod: Pod): FieldError[] {
  if (pod.spec === oldPod.spec) return [];
  const { spec } = pod;
  const old = oldPod.spec;
  for (const name of ["containers", "initContainers"] as const) {
    if ((spec[name] ?? []).length !== (old[name] ?? []).length) {
      return [forbidden(`spec.${name}`, "pod updates may not add or remove containers")];
    }
  }
  const errors = validateDeadline(spec, old);
  const lost = (old.tolerations ?? []).some(
    (one) => !(spec.tolerations ?? []).some((other) => semanticallyEqual({ ...one, tolerationSeconds: other.tolerationSeconds }, other)),
  );
  if (lost) errors.push(forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
  const isGated = (old.schedulingGates ?? []).length > 0;
  const gates = (spec.schedulingGates ?? []).filter((gate) => !(old.schedulingGates ?? []).some((one) => one.name === gate.name));
  for (const gate of gates) {
    const index = (spec.schedulingGates ?? []).indexOf(gate);
    errors.push(forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`));
  }
  const munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, old.containers) ?? [],
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(isGated ? { nodeSelector: old.nodeSelector, affinity: old.affinity } : {}),
  };
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    Object.assign(munged, { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds });
  }
  if (!semanticallyEqual(munged, old)) errors.push(forbidden("spec", `${POD_UPDATE}\n${unifiedDiff(shownSpec(old), shownSpec(munged))}`));
  return errors;
}

/** While a job is suspended and has not started, what steers its pods' place may change. */
function validateTemplateChange(job: Job, old: Job): FieldError[] {
  const { template } = job.spec;
  if (template === old.spec.template) return [];
  const mayMove = old.spec.suspend === true && old.status?.startTime === undefined;
  const { nodeSelector, tolerations, schedulingGates, affinity } = template.spec;
  const oldSpec = old.spec.template.spec;
  const nodeAffinity = affinity?.nodeAffinity;
  const movedAffinity = nodeAffinity === undefined ? oldSpec.affinity : { ...oldSpec.affinity, nodeAffinity };
  const expected = mayMove ? { ...oldSpec, nodeSelector, tolerations, schedulingGates, affinity: movedAffinity } : oldSpec;
  if (!semanticallyEqual(template.spec, expected)) {
    return [invalid("spec.template.spec", internalForm("PodSpec", template.spec), "field is immutable")];
  }
  if (mayMove || semanticallyEqual(template.metadata, old.spec.template.metadata)) return [];
  const shown = { ...template.metadata, Spec: internalForm("PodSpec", template.spec) };
  return [invalid("spec.template", shown, "field is immutable")];
}

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

function without(spec: object, names: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !names.has(name)));
}

type ChangeRules = { readonly [K in Kind]?: (object: ObjectsByKind[K], old: ObjectsByKind[K]) => FieldError[] };

const CHANGE_RULES: ChangeRules = {
  ReplicaSet: (object, old) => selectorUnchanged(object.spec.selector, old.spec.selector),
  Deployment: (object, old) => selectorUnchanged(object.spec.selector, old.spec.selector),
  DaemonSet: (object, old) => selectorUnchanged(object.spec.selector, old.spec.selector),
  StatefulSet: (object, old) => {
    const isSame = semanticallyEqual(without(object.spec, MUTABLE_STATEFUL_SET_FIELDS), without(old.spec, MUTABLE_STATEFUL_SET_FIELDS));
    return isSame ? [] : [forbidden("spec", STATEFUL_SET_UPDATE)];
  },
  Job: (object, old) => {
    const { spec } = object;
    // An indexed job may be resized, if its parallelism goes with it.
    const isElastic = spec.completionMode === "Indexed" && spec.completions === spec.parallelism && spec.completions !== undefined;
    return [
      ...(isElastic ? [] : immutable("spec.completions", spec.completions, old.spec.completions)),
      ...selectorUnchanged(spec.selector, old.spec.selector),
      ...validateTemplateChange(object, old),
      ...immutable("spec.completionMode", spec.completionMode, old.spec.completionMode),
      ...immutable("spec.podFailurePolicy", spec.podFailurePolicy, old.spec.podFailurePolicy),
      ...immutable("spec.backoffLimitPerIndex", spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex),
      ...immutable("spec.successPolicy", spec.successPolicy, old.spec.successPolicy),
    ];
  },
  Service: (object, old) => {
    const addresses = object.spec.clusterIPs ?? [];
    const before = old.spec.clusterIPs ?? [];
    const errors: FieldError[] = [];
    if (object.spec.type === "ExternalName" || old.spec.type === "ExternalName" || before.length === 0) return errors;
    if (addresses[0] !== before[0]) errors.push(invalid("spec.clusterIPs[0]", addresses, "may not change once set"));
    return errors;
  },
  PriorityClass: (object, old) => [
    ...(object.value === old.value ? [] : [forbidden("value", "may not be changed in an update.")]),
    ...(object.preemptionPolicy === old.preemptionPolicy ? [] : [forbidden("preemptionPolicy", "may not be changed in an update.")]),
  ],
  StorageClass: (object, old) =>
    (["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] as const).flatMap((name) =>
      semanticallyEqual(object[name], old[name]) ? [] : [forbidden(name, "updates to " + name + " are forbidden.")],
    ),
  PersistentVolumeClaim: (object, old) => {
    const mutable = new Set(["resources", "volumeName", "volumeAttributesClassName"]);
    const isSame = semanticallyEqual(without(object.spec, mutable), without(old.spec, mutable));
    return isSame
      ? []
      : [forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")];
  },
  RoleBinding: (object, old) =>
    semanticallyEqual(object.roleRef, old.roleRef) ? [] : [invalid("roleRef", object.roleRef, "cannot change roleRef")],
  ClusterRoleBinding: (object, old) =>
    semanticallyEqual(object.roleRef, old.roleRef) ? [] : [invalid("roleRef", object.roleRef, "cannot change roleRef")],
};

/** Kinds of which an update is held to the rules of a new object as well. */
const VALIDATED_AS_NEW: ReadonlySet<string> = new Set<Kind>([
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
  "Service",
  "Ingress",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "HorizontalPodAutoscaler",
  "ResourceQuota",
  "LimitRange",
  "ConfigMap",
  "Secret",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "EndpointSlice",
  "Lease",
  "Node",
]);

/** Whether nothing but the status differs, so that no rule of the spec can be broken. */
function hasSameSpec(object: ApiObject, old: ApiObject): boolean {
  const next = object as ApiObject & { readonly spec?: unknown };
  return (
    next.spec !== undefined &&
    next.spec === (old as ApiObject & { readonly spec?: unknown }).spec &&
    object.metadata.labels === old.metadata.labels
  );
}

/** @param validateNew the rules of a new object */
export function validateChange(object: ApiObject, old: ApiObject, validateNew: (object: ApiObject) => FieldError[]): FieldError[] {
  const errors = validateObjectMetaUpdate(object, old);
  if (hasSameSpec(object, old)) return errors;
  if (object.kind === "Pod") return [...errors, ...validatePodChange(object as Pod, old as Pod)];
  if (VALIDATED_AS_NEW.has(object.kind)) errors.push(...validateNew(object));
  const rule = CHANGE_RULES[object.kind as Kind] as ((object: ApiObject, old: ApiObject) => FieldError[]) | undefined;
  return rule === undefined ? errors : [...errors, ...rule(object, old)];
}
