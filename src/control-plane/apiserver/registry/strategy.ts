/**
 * What the API server itself writes into an object of each kind when it is created or changed.
 *
 * Source: the PrepareForCreate and PrepareForUpdate functions of kubernetes/pkg/registry.
 */
import type { Kind } from "../../../api/kinds.js";
import { type QosClass, qosClassOf } from "../../../api/resources.js";
import type { ApiObject, Timestamp } from "../../../api/types/meta.js";
import type { Pod, PodStatus } from "../../../api/types/pod.js";
import type { Namespace } from "../../../api/types/policy.js";
import { withoutField } from "./without-field.js";

/** Kinds whose metadata.generation counts changes of the spec. */
const COUNTS_GENERATIONS: ReadonlySet<Kind> = new Set<Kind>([
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "DaemonSet",
  "StatefulSet",
  "Job",
  "CronJob",
  "Ingress",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "EndpointSlice",
  "PriorityClass",
]);

/** Kinds whose status a client may set while creating the object. */
const KEEPS_STATUS_ON_CREATE: ReadonlySet<Kind> = new Set<Kind>(["Node", "Event"]);

/** Finalizer of a Namespace's spec: held until the namespace controller has emptied the namespace. */
const KUBERNETES_FINALIZER = "kubernetes";

export function countsGenerations(kind: Kind): boolean {
  return COUNTS_GENERATIONS.has(kind);
}

type WithStatus = ApiObject & { readonly status?: unknown; readonly spec?: unknown };

const PENDING: Readonly<Record<QosClass, PodStatus>> = {
  Guaranteed: Object.freeze({ phase: "Pending", qosClass: "Guaranteed" }),
  Burstable: Object.freeze({ phase: "Pending", qosClass: "Burstable" }),
  BestEffort: Object.freeze({ phase: "Pending", qosClass: "BestEffort" }),
};

function newPodStatus(pod: Pod, now: Timestamp): PodStatus {
  const pending = PENDING[qosClassOf(pod.spec)];
  if ((pod.spec.schedulingGates?.length ?? 0) === 0) return pending;
  return {
    ...pending,
    conditions: [
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
        lastTransitionTime: now,
      },
    ],
  };
}

/** @param now whole seconds */
export function prepareForCreate(kind: Kind, object: ApiObject, now: Timestamp): ApiObject {
  switch (kind) {
    case "Pod":
      return { ...object, status: newPodStatus(object as Pod, now) } as Pod;
    case "Namespace": {
      const namespace = object as Namespace;
      const finalizers = namespace.spec?.finalizers ?? [];
      const spec = finalizers.includes(KUBERNETES_FINALIZER) ? namespace.spec : { ...namespace.spec, finalizers: [...finalizers, KUBERNETES_FINALIZER] };
      const active: Namespace = { ...namespace, ...(spec !== undefined && { spec }), status: { phase: "Active" } };
      return active;
    }
    case "PersistentVolume":
    case "PersistentVolumeClaim":
      return { ...object, status: { phase: "Pending" } } as ApiObject;
    default: {
      if (KEEPS_STATUS_ON_CREATE.has(kind) || (object as WithStatus).status === undefined) return object;
      return withoutField(object as WithStatus, "status");
    }
  }
}

/** Whether a change touched what metadata.generation counts: all but metadata and status. */
export function changedBeyondMetadata(previous: ApiObject, next: ApiObject, same: (a: unknown, b: unknown) => boolean): boolean {
  const before = previous as unknown as Record<string, unknown>;
  const after = next as unknown as Record<string, unknown>;
  for (const field in after) if (field !== "metadata" && field !== "status" && !same(before[field], after[field])) return true;
  for (const field in before) if (field !== "metadata" && field !== "status" && before[field] !== undefined && after[field] === undefined) return true;
  return false;
}

/** A namespace that is being deleted goes when its spec holds no finalizer any more. */
export function isFinalized(kind: Kind, object: ApiObject): boolean {
  return kind !== "Namespace" || ((object as Namespace).spec?.finalizers?.length ?? 0) === 0;
}
