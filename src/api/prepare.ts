/**
 * What the API server does to a new object between defaulting and validation: a fresh status, generation 1, generated selectors
 * and finalizers. The object is then stored and read back, which applies defaults once more.
 *
 * Source: the strategy.go (PrepareForCreate) of each kind under k8s.io/kubernetes/pkg/registry.
 */
import { withAppArmorProfiles } from "./app-armor.js";
import { normalizeDataSources } from "./data-source.js";
import type { Kind, ObjectsByKind } from "./kinds.js";
import { qosClassOf } from "./resources.js";
import type { ApiObject, Condition, Labels, LabelSelector, LabelSelectorRequirement, ObjectMeta, Timestamp } from "./types/meta.js";
import type { Service } from "./types/network.js";
import type { Pod, PodAffinity, PodAffinityTerm, PodSpec } from "./types/pod.js";
import type { Job, StatefulSet } from "./types/workloads.js";

export interface CreationContext {
  /** The uid that the new object gets. */
  readonly uid: string;
  /** The time of creation, where it is known. */
  readonly now?: Timestamp;
}

const NO_PRIVATE_LABELS: Labels = {};

function withKeys(
  selector: LabelSelector | undefined,
  labels: Labels,
  match: readonly string[] | undefined,
  mismatch: readonly string[] | undefined,
): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const requirement = (operator: "In" | "NotIn") => (key: string) =>
    ({ key, operator, values: [labels[key]] }) satisfies LabelSelectorRequirement;
  const isKnown = (key: string): boolean => Object.hasOwn(labels, key);
  const added = [...(match ?? []).filter(isKnown).map(requirement("In")), ...(mismatch ?? []).filter(isKnown).map(requirement("NotIn"))];
  return added.length === 0 ? selector : { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}

function mergeTerm(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  if (term.matchLabelKeys === undefined && term.mismatchLabelKeys === undefined) return term;
  const labelSelector = withKeys(term.labelSelector, labels, term.matchLabelKeys, term.mismatchLabelKeys);
  return labelSelector === term.labelSelector ? term : { ...term, labelSelector };
}

function mergeAffinity(affinity: PodAffinity | undefined, labels: Labels): PodAffinity | undefined {
  if (affinity === undefined) return undefined;
  const { requiredDuringSchedulingIgnoredDuringExecution: hard, preferredDuringSchedulingIgnoredDuringExecution: soft } = affinity;
  return {
    ...affinity,
    ...(hard === undefined ? {} : { requiredDuringSchedulingIgnoredDuringExecution: hard.map((term) => mergeTerm(term, labels)) }),
    ...(soft === undefined
      ? {}
      : {
          preferredDuringSchedulingIgnoredDuringExecution: soft.map((one) => ({
            ...one,
            podAffinityTerm: mergeTerm(one.podAffinityTerm, labels),
          })),
        }),
  };
}

function usesLabelKeys(spec: PodSpec): boolean {
  const affinities = [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity];
  const terms = affinities.flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
  return (
    terms.some((term) => term.matchLabelKeys !== undefined || term.mismatchLabelKeys !== undefined) ||
    (spec.topologySpreadConstraints ?? []).some((constraint) => constraint.matchLabelKeys !== undefined)
  );
}

/** Turns matchLabelKeys and mismatchLabelKeys into requirements of the selectors, with the values of the pod's own labels. */
export function mergeLabelKeys(spec: PodSpec, labels: Labels): PodSpec {
  if (!usesLabelKeys(spec)) return spec;
  const { affinity, topologySpreadConstraints } = spec;
  const podAffinity = mergeAffinity(affinity?.podAffinity, labels);
  const podAntiAffinity = mergeAffinity(affinity?.podAntiAffinity, labels);
  const merged =
    affinity === undefined
      ? {}
      : { affinity: { ...affinity, ...(podAffinity && { podAffinity }), ...(podAntiAffinity && { podAntiAffinity }) } };
  const constraints = topologySpreadConstraints?.map((constraint) => {
    const labelSelector = withKeys(constraint.labelSelector, labels, constraint.matchLabelKeys, undefined);
    return labelSelector === constraint.labelSelector ? constraint : { ...constraint, labelSelector };
  });
  return { ...spec, ...merged, ...(constraints && { topologySpreadConstraints: constraints }) };
}

interface PreparedSpec {
  readonly spec: PodSpec;
  readonly dependsOnLabels: boolean;
}

const preparedSpecs = new WeakMap<PodSpec, PreparedSpec>();
const mergedSpecs = new WeakMap<PodSpec, WeakMap<Labels, PodSpec>>();

/** The spec that pods of this spec get; pods that share spec (and labels, where these matter) share the result. */
function preparePodSpec(spec: PodSpec, labels: Labels): PodSpec {
  let prepared = preparedSpecs.get(spec);
  if (prepared === undefined) {
    const isNegative = spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0;
    prepared = { spec: isNegative ? { ...spec, terminationGracePeriodSeconds: 1 } : spec, dependsOnLabels: usesLabelKeys(spec) };
    preparedSpecs.set(spec, prepared);
  }
  if (!prepared.dependsOnLabels) return prepared.spec;
  let byLabels = mergedSpecs.get(spec);
  if (byLabels === undefined) {
    byLabels = new WeakMap();
    mergedSpecs.set(spec, byLabels);
  }
  let merged = byLabels.get(labels);
  if (merged === undefined) {
    merged = mergeLabelKeys(prepared.spec, labels);
    byLabels.set(labels, merged);
  }
  return merged;
}

function gatedCondition(spec: PodSpec, now: Timestamp | undefined): readonly Condition[] | undefined {
  if ((spec.schedulingGates ?? []).length === 0) return undefined;
  return [
    {
      type: "PodScheduled",
      status: "False",
      reason: "SchedulingGated",
      message: "Scheduling is blocked due to non-empty scheduling gates",
      ...(now !== undefined && { lastTransitionTime: now }),
    },
  ];
}

function preparePod(pod: Pod, { now }: CreationContext): Pod {
  const { labels = NO_PRIVATE_LABELS, annotations } = pod.metadata;
  const spec = withAppArmorProfiles(preparePodSpec(pod.spec, labels), annotations);
  const conditions = gatedCondition(spec, now);
  return {
    ...pod,
    metadata: { ...pod.metadata, generation: 1 },
    spec,
    status: { phase: "Pending", qosClass: qosClassOf(spec), ...(conditions && { conditions }) },
  };
}

/** Labels by which a job finds its pods, and their older names (batch.JobNameLabel, ControllerUidLabel). */
const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";
const LEGACY_JOB_NAME_LABEL = "job-name";
const CONTROLLER_UID_LABEL = "batch.kubernetes.io/controller-uid";
const LEGACY_CONTROLLER_UID_LABEL = "controller-uid";

function prepareJob(job: Job, { uid }: CreationContext): Job {
  const rest = withoutStatus(job);
  // Validation compares the labels with the uid.
  const metadata = { ...job.metadata, uid, generation: 1 };
  if (job.spec.manualSelector === true) return { ...rest, metadata };
  const template = job.spec.template ?? { spec: { containers: [] } };
  const given = template.metadata?.labels;
  const name = (job.metadata.name as string | undefined) ?? "";
  const labels: Labels = {
    [JOB_NAME_LABEL]: name,
    [LEGACY_JOB_NAME_LABEL]: name,
    [CONTROLLER_UID_LABEL]: uid,
    [LEGACY_CONTROLLER_UID_LABEL]: uid,
    ...given,
  };
  const matchLabels = { [CONTROLLER_UID_LABEL]: uid, ...job.spec.selector?.matchLabels };
  const selector = { ...job.spec.selector, matchLabels };
  // Upstream's job and template share one map of labels where defaulting made the job's from the template's.
  const sharesLabels = given !== undefined && given === job.metadata.labels;
  return {
    ...rest,
    metadata: sharesLabels ? { ...metadata, labels } : metadata,
    spec: { ...job.spec, selector, template: { ...template, metadata: { ...template.metadata, labels } } },
  };
}

/**
 * Brings clusterIP and clusterIPs of a service in step: users may set just the first (NormalizeClusterIPs of the service registry).
 *
 * @param old the service as it was, where it is changed and not created
 */
export function normalizeClusterIPs(service: Service, old?: Service): Service {
  const { clusterIP = "", clusterIPs = [] } = service.spec;
  if (old === undefined) {
    return clusterIP !== "" && clusterIPs.length === 0 ? { ...service, spec: { ...service.spec, clusterIPs: [clusterIP] } } : service;
  }
  const before = old.spec.clusterIPs ?? [];
  const isSameList = clusterIPs.length === before.length && clusterIPs.every((address, index) => address === before[index]);
  if (clusterIP === (old.spec.clusterIP ?? "") || !isSameList) return service;
  const spec = { ...service.spec, clusterIPs: clusterIP === "" ? [] : [clusterIP, ...clusterIPs.slice(1)] };
  return { ...service, spec };
}

type Prepare = { readonly [K in Kind]?: (object: ObjectsByKind[K], context: CreationContext) => ObjectsByKind[K] };

/** Annotation in which apps/v1 keeps the count of templates that a DaemonSet has had, a field of older versions. */
export const TEMPLATE_GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";

/** The feature gate MaxUnavailableStatefulSet is off by default in 1.36: the field is dropped before anybody looks at it. */
export function withoutMaxUnavailable(object: StatefulSet): StatefulSet {
  const { updateStrategy } = object.spec;
  if (updateStrategy?.rollingUpdate?.maxUnavailable === undefined) return object;
  const { partition } = updateStrategy.rollingUpdate;
  const rollingUpdate = partition === undefined ? {} : { partition };
  return { ...object, spec: { ...object.spec, updateStrategy: { ...updateStrategy, rollingUpdate } } };
}

/** Finalizer that every namespace has. */
const NAMESPACE_FINALIZER = "kubernetes";

function first<T extends ApiObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, generation: 1 } };
}

function withoutStatus<T extends ApiObject>(object: T): T {
  const { status, ...rest } = object as T & { readonly status?: unknown };
  return status === undefined ? object : (rest as unknown as T);
}

const PREPARE: Prepare = {
  Pod: preparePod,
  Job: prepareJob,
  ReplicationController: (object) => ({ ...first(object), status: { replicas: 0 } }),
  ReplicaSet: (object) => ({ ...first(object), status: { replicas: 0 } }),
  Deployment: (object) => ({ ...first(object), status: {} }),
  StatefulSet: (object) => ({ ...first(withoutMaxUnavailable(object)), status: { replicas: 0, availableReplicas: 0 } }),
  DaemonSet: (object) => ({
    ...first(object),
    metadata: { ...object.metadata, generation: 1, annotations: { ...object.metadata.annotations, [TEMPLATE_GENERATION_ANNOTATION]: "1" } },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
  CronJob: (object) => ({ ...first(object), status: {} }),
  PodDisruptionBudget: (object) => ({
    ...first(object),
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
  HorizontalPodAutoscaler: (object) => ({ ...object, status: { desiredReplicas: 0 } }),
  PriorityClass: first,
  Ingress: (object) => first(withoutStatus(object)),
  IngressClass: first,
  PodTemplate: first,
  NetworkPolicy: first,
  EndpointSlice: first,
  Service: withoutStatus,
  ResourceQuota: withoutStatus,
  PersistentVolumeClaim: (object) => withoutStatus({ ...object, spec: normalizeDataSources(object.spec) }),
  VolumeAttachment: withoutStatus,
  PersistentVolume: (object, { now }) => ({
    ...object,
    status: { phase: "Pending", ...(now === undefined ? {} : { lastPhaseTransitionTime: now }) },
  }),
  Namespace: (object) => {
    const finalizers = object.spec?.finalizers ?? [];
    return {
      ...object,
      spec: { ...object.spec, finalizers: finalizers.includes(NAMESPACE_FINALIZER) ? finalizers : [...finalizers, NAMESPACE_FINALIZER] },
      status: { phase: "Active" },
    };
  },
};

/** What no client says of a new object. Source: WipeObjectMetaSystemFields in k8s.io/apiserver/pkg/registry/rest/meta.go. */
const SYSTEM_FIELDS: readonly string[] = ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

function withoutSystemFields(object: ApiObject): ApiObject {
  const { metadata } = object;
  if (SYSTEM_FIELDS.every((field) => !(field in metadata))) return object;
  const kept = Object.entries(metadata).filter(([field]) => !SYSTEM_FIELDS.includes(field));
  return { ...object, metadata: Object.fromEntries(kept) as unknown as ObjectMeta };
}

/** A new object as the API server stores it, admission and validation apart. */
export function prepareForCreate<T extends ApiObject>(object: T, context: CreationContext): T {
  const prepare = PREPARE[object.kind as Kind] as ((object: ApiObject, context: CreationContext) => ApiObject) | undefined;
  const own = withoutSystemFields(object);
  return (prepare === undefined ? own : prepare(own, context)) as T;
}
