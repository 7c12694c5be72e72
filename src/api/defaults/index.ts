/** Defaulting: what the API server fills in when it decodes an object. */
import type { Kind, ObjectsByKind } from "../kinds.js";
import type { ApiObject } from "../types/meta.js";
import {
  defaultBinding,
  defaultEndpoints,
  defaultEndpointSlice,
  defaultIngressClass,
  defaultLimitRange,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultNode,
  defaultPriorityClass,
  defaultSecret,
  defaultService,
} from "./cluster.js";
import { change } from "./fill.js";
import { defaultPodSpec, defaultPodTemplate } from "./pod.js";
import { defaultCSIDriver, defaultPersistentVolume, defaultPersistentVolumeClaim, defaultStorageClass } from "./storage.js";
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultHorizontalPodAutoscaler,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from "./workloads.js";

type Defaults = { readonly [K in Kind]?: (object: ObjectsByKind[K]) => ObjectsByKind[K] };

const DEFAULTS: Defaults = {
  Pod: (pod) => {
    const spec = defaultPodSpec(pod.spec);
    return spec === pod.spec ? pod : { ...pod, spec };
  },
  Node: defaultNode,
  Namespace: defaultNamespace,
  PodTemplate: (object) => change(object, "template", defaultPodTemplate),
  ReplicationController: defaultReplicationController,
  ReplicaSet: defaultReplicaSet,
  Deployment: defaultDeployment,
  DaemonSet: defaultDaemonSet,
  StatefulSet: defaultStatefulSet,
  Job: defaultJob,
  CronJob: defaultCronJob,
  Service: defaultService,
  EndpointSlice: defaultEndpointSlice,
  Endpoints: defaultEndpoints,
  IngressClass: defaultIngressClass,
  NetworkPolicy: defaultNetworkPolicy,
  PersistentVolume: defaultPersistentVolume,
  PersistentVolumeClaim: defaultPersistentVolumeClaim,
  StorageClass: defaultStorageClass,
  CSIDriver: defaultCSIDriver,
  Secret: defaultSecret,
  LimitRange: defaultLimitRange,
  PriorityClass: defaultPriorityClass,
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  HorizontalPodAutoscaler: defaultHorizontalPodAutoscaler,
};

/** Specs that defaulting gave or found complete. An object whose spec is among them needs none, whatever its status. */
const completeSpecs = new WeakSet<object>();
/** Kinds of which defaulting looks at more than the spec, or has no spec to know them by. */
const BEYOND_SPEC: ReadonlySet<string> = new Set<Kind>([
  "ReplicationController",
  "Job",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PersistentVolumeClaim",
]);

function specOf(object: ApiObject): object | undefined {
  const { spec } = object as ApiObject & { readonly spec?: object };
  return BEYOND_SPEC.has(object.kind) ? undefined : spec;
}

/** The object with everything filled in that the API server fills in, admission apart; applying it again gives the same object. */
export function applyDefaults<T extends ApiObject>(object: T): T {
  const apply = DEFAULTS[object.kind as Kind] as ((object: ApiObject) => ApiObject) | undefined;
  const given = specOf(object);
  if (apply === undefined || (given !== undefined && completeSpecs.has(given))) return object;
  const complete = apply(object);
  const spec = specOf(complete);
  if (spec !== undefined) completeSpecs.add(spec);
  return complete as T;
}
