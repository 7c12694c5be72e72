/**
 * Metadata that every API object carries.
 *
 * Objects are immutable values: nobody changes an object after the API server stored it; an update is a new object that shares
 * all unchanged parts with the old one. So watchers and caches can hold references without copying, and object identity of a
 * part (`a.spec === b.spec`) means that it did not change.
 *
 * Source of names and meanings: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */

/** Integer microseconds since the Unix epoch. Fields that are `metav1.Time` upstream hold whole seconds, `MicroTime` ones do not. */
export type Timestamp = number;

/** A Kubernetes quantity in its text form, such as "100m" or "1Gi"; numbers are allowed as YAML has them. */
export type QuantityText = string | number;

/** Resource name (cpu, memory, nvidia.com/gpu, ...) to quantity. */
export type ResourceList = Readonly<Record<string, QuantityText>>;

export type Labels = Readonly<Record<string, string>>;

/** A port or a count given as a number or as a name or percentage. */
export type IntOrString = number | string;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  /** Absent only before the API server created the object. */
  readonly uid?: string;
  /** Decimal text, as upstream: compare for equality only, outside the API server. */
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: Timestamp;
  readonly deletionTimestamp?: Timestamp;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** Absent selects nothing, the empty selector selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: Timestamp;
  readonly lastProbeTime?: Timestamp;
  readonly lastHeartbeatTime?: Timestamp;
  readonly lastUpdateTime?: Timestamp;
  readonly observedGeneration?: number;
}

/** Identifies an object without holding it. */
export interface ObjectReference {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly apiVersion?: string;
  readonly fieldPath?: string;
  readonly resourceVersion?: string;
}
