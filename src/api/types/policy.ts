/** Tenancy, permissions, disruption, priority, scaling, configuration and events. Source: https://kubernetes.io/docs/reference/kubernetes-api/ */
import type { ApiObject, Condition, IntOrString, LabelSelector, ObjectReference, QuantityText, ResourceList, Timestamp } from "./meta.js";
import type { Toleration } from "./pod.js";

export interface Namespace extends ApiObject {
  readonly kind: "Namespace";
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: "Active" | "Terminating"; readonly conditions?: readonly Condition[] };
}

export interface ConfigMap extends ApiObject {
  readonly kind: "ConfigMap";
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface Secret extends ApiObject {
  readonly kind: "Secret";
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface ServiceAccount extends ApiObject {
  readonly kind: "ServiceAccount";
  readonly secrets?: readonly ObjectReference[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly automountServiceAccountToken?: boolean;
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface Role extends ApiObject {
  readonly kind: "Role";
  readonly rules?: readonly PolicyRule[];
}

export interface ClusterRole extends ApiObject {
  readonly kind: "ClusterRole";
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

export interface RbacSubject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
}

export interface RoleBinding extends ApiObject {
  readonly kind: "RoleBinding";
  readonly subjects?: readonly RbacSubject[];
  readonly roleRef: RoleRef;
}

export interface ClusterRoleBinding extends ApiObject {
  readonly kind: "ClusterRoleBinding";
  readonly subjects?: readonly RbacSubject[];
  readonly roleRef: RoleRef;
}

export interface ResourceQuota extends ApiObject {
  readonly kind: "ResourceQuota";
  readonly spec: {
    readonly hard?: ResourceList;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: {
      readonly matchExpressions?: readonly { readonly scopeName: string; readonly operator: string; readonly values?: readonly string[] }[];
    };
  };
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList };
}

export interface LimitRangeItem {
  readonly type: "Container" | "Pod" | "PersistentVolumeClaim";
  readonly max?: ResourceList;
  readonly min?: ResourceList;
  readonly default?: ResourceList;
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

export interface LimitRange extends ApiObject {
  readonly kind: "LimitRange";
  readonly spec: { readonly limits: readonly LimitRangeItem[] };
}

export interface PodDisruptionBudget extends ApiObject {
  readonly kind: "PodDisruptionBudget";
  readonly spec: {
    readonly minAvailable?: IntOrString;
    readonly maxUnavailable?: IntOrString;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: "IfHealthyBudget" | "AlwaysAllow";
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly disruptedPods?: Readonly<Record<string, Timestamp>>;
    readonly disruptionsAllowed: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly expectedPods: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface PriorityClass extends ApiObject {
  readonly kind: "PriorityClass";
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: "PreemptLowerPriority" | "Never";
}

export interface RuntimeClass extends ApiObject {
  readonly kind: "RuntimeClass";
  readonly handler: string;
  readonly overhead?: { readonly podFixed?: ResourceList };
  readonly scheduling?: { readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: readonly Toleration[] };
}

export interface MetricTarget {
  readonly type: "Utilization" | "Value" | "AverageValue";
  readonly value?: QuantityText;
  readonly averageValue?: QuantityText;
  readonly averageUtilization?: number;
}

export interface MetricSpec {
  readonly type: "Resource" | "ContainerResource" | "Pods" | "Object" | "External";
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly containerResource?: { readonly name: string; readonly container: string; readonly target: MetricTarget };
  readonly pods?: { readonly metric: { readonly name: string; readonly selector?: LabelSelector }; readonly target: MetricTarget };
  readonly object?: {
    readonly describedObject: ObjectReference;
    readonly metric: { readonly name: string; readonly selector?: LabelSelector };
    readonly target: MetricTarget;
  };
  readonly external?: { readonly metric: { readonly name: string; readonly selector?: LabelSelector }; readonly target: MetricTarget };
}

export interface HPAScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: "Max" | "Min" | "Disabled";
  readonly policies?: readonly { readonly type: "Pods" | "Percent"; readonly value: number; readonly periodSeconds: number }[];
  readonly tolerance?: QuantityText;
}

export interface HorizontalPodAutoscaler extends ApiObject {
  readonly kind: "HorizontalPodAutoscaler";
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: { readonly scaleUp?: HPAScalingRules; readonly scaleDown?: HPAScalingRules };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastScaleTime?: Timestamp;
    readonly currentReplicas?: number;
    readonly desiredReplicas: number;
    readonly currentMetrics?: readonly Readonly<Record<string, unknown>>[];
    readonly conditions?: readonly Condition[];
  };
}

/** A v1 Event. Repeats are counted in `count`, as the client's event correlator does. */
export interface Event extends ApiObject {
  readonly kind: "Event";
  readonly involvedObject: ObjectReference;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string; readonly host?: string };
  readonly firstTimestamp: Timestamp;
  readonly lastTimestamp: Timestamp;
  readonly count: number;
}
