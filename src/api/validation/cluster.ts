/** Validation of nodes, tenancy, configuration, disruption, priority and permission kinds. Source: pkg/apis/{core,policy,scheduling,rbac,coordination,node}/validation. */
import { compareQuantities, parseQuantity } from "../quantity.js";
import type { ApiObject, QuantityText, ResourceList } from "../types/meta.js";
import type { Lease, Node, Taint } from "../types/node.js";
import type {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  LimitRange,
  LimitRangeItem,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
  Role,
  RoleBinding,
  RuntimeClass,
  Secret,
} from "../types/policy.js";
import { duplicate, forbidden, invalid, notSupported, required, tooLong, type FieldError } from "./field-error.js";
import { check, labelName, nonNegative, shownSelector, validateLabelSelector, validateObjectMeta } from "./metadata.js";
import { cidr, cidrFamily, configMapKey, dnsLabel, dnsSubdomain, labelValue, pathSegmentName, qualifiedName } from "./names.js";
import { validateQuotaResourceName, validateResourceList, validateResourceName } from "./resources.js";
import { TAINT_EFFECTS } from "./scheduling.js";
import { atMostWhole, intOrPercent } from "./workloads.js";

function validateTaints(field: string, taints: readonly Taint[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const path = `${field}[${index}]`;
    const { key, value = "", effect } = taint;
    errors.push(...labelName(`${path}.key`, key));
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(invalid(`${path}.value`, value, wrong.join(";")));
    if ((effect as string) === "") errors.push(required(`${path}.effect`));
    else if (!TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS));
    if (seen.has(`${key}:${effect}`)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: null };
      return [...errors, duplicate(path, shown, "taints must be unique by key and effect pair")];
    }
    seen.add(`${key}:${effect}`);
  }
  return errors;
}

export function validateNode(node: Node): FieldError[] {
  const { taints = [], podCIDRs = [] } = node.spec ?? {};
  const noNameRule = (): FieldError[] => [];
  const errors = [
    ...validateObjectMeta(node, false, dnsSubdomain),
    ...validateTaints("metadata.taints", taints),
    ...validateResourceList((name) => `status.capacity.${name}`, node.status?.capacity, noNameRule),
    ...validateResourceList((name) => `status.allocatable.${name}`, node.status?.allocatable, noNameRule),
    ...podCIDRs.flatMap((block, index) => check(`spec.podCIDRs[${index}]`, block, cidr)),
  ];
  const [first, second] = podCIDRs;
  if (podCIDRs.length > 2 || (second !== undefined && cidrFamily(first) === cidrFamily(second))) {
    errors.push(invalid("spec.podCIDRs", podCIDRs, "may specify no more than one CIDR for each IP family"));
  }
  return errors;
}

export function validateNamespace(object: Namespace): FieldError[] {
  return validateObjectMeta(object, false, dnsLabel);
}

/** 1 MiB of data (core.MaxSecretSize, and the same for config maps). */
const MAX_DATA_BYTES = 1024 * 1024;

function base64Bytes(text: string): number {
  return Buffer.from(text, "base64").length;
}

export function validateConfigMap(object: ConfigMap): FieldError[] {
  const { data = {}, binaryData = {} } = object;
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...check(`data[${key}]`, key, configMapKey));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...check(`binaryData[${key}]`, key, configMapKey));
    bytes += base64Bytes(value);
  }
  return bytes > MAX_DATA_BYTES ? [...errors, tooLong("", MAX_DATA_BYTES)] : errors;
}

/** Keys that a secret of a type has to have. */
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

export function validateSecret(object: Secret): FieldError[] {
  const { data = {}, type = "Opaque" } = object;
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...check(`data[${key}]`, key, configMapKey));
    bytes += base64Bytes(value);
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong("data", MAX_DATA_BYTES));
  const keys = Object.hasOwn(SECRET_KEYS, type) ? SECRET_KEYS[type] : [];
  for (const key of keys) if (data[key] === undefined) errors.push(required(`data[${key}]`));
  return errors;
}

export function validateNamed(object: ApiObject): FieldError[] {
  return validateObjectMeta(object, true, dnsSubdomain);
}

export function validateClusterNamed(object: ApiObject): FieldError[] {
  return validateObjectMeta(object, false, dnsSubdomain);
}

const SCOPES: ReadonlySet<string> = new Set([
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
]);
const SCOPED_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "cpu",
  "memory",
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
]);
const CONFLICTING_SCOPES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

function scopeAllows(scope: string, resource: string): boolean {
  if (scope === "BestEffort") return resource === "pods";
  return SCOPED_RESOURCES.has(resource) || (scope === "CrossNamespacePodAffinity" ? resource === "pods" : false);
}

function validateScopes(spec: ResourceQuota["spec"]): FieldError[] {
  const { scopes = [], hard = {} } = spec as { scopes?: readonly string[]; hard?: ResourceList };
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) errors.push(invalid("spec.scopes", scopes, "unsupported scope"));
    for (const name of Object.keys(hard)) {
      const isStandard = validateQuotaResourceName("", name).length === 0 && !name.includes("/");
      if (isStandard && !scopeAllows(scope, name)) errors.push(invalid("spec.scopes", scopes, "unsupported scope applied to resource"));
    }
  }
  const conflicts = CONFLICTING_SCOPES.some(([a, b]) => scopes.includes(a) && scopes.includes(b));
  return conflicts ? [...errors, invalid("spec.scopes", scopes, "conflicting scopes")] : errors;
}

export function validateResourceQuota(object: ResourceQuota): FieldError[] {
  return [
    ...validateObjectMeta(object, true, dnsSubdomain),
    ...validateResourceList((name) => `spec.hard[${name}]`, object.spec.hard, validateQuotaResourceName),
    ...validateScopes(object.spec),
  ];
}

function shown(quantity: QuantityText): string {
  return parseQuantity(quantity).toString();
}

function validateLimit(field: string, item: LimitRangeItem): FieldError[] {
  const { min = {}, max = {}, default: limits = {}, defaultRequest = {} } = item;
  const errors: FieldError[] = [];
  const isPodType = item.type === "Pod";
  if (isPodType) {
    if (Object.keys(limits).length > 0) errors.push(forbidden(`${field}.default`, "may not be specified when `type` is 'Pod'"));
    if (Object.keys(defaultRequest).length > 0)
      errors.push(forbidden(`${field}.defaultRequest`, "may not be specified when `type` is 'Pod'"));
  }
  const names = new Set([max, min, limits, defaultRequest].flatMap((list) => Object.keys(list)));
  const atMost = (lower: [string, ResourceList], upper: [string, ResourceList], name: string): void => {
    const low = lower[1][name];
    const high = upper[1][name];
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return;
    errors.push(
      invalid(
        `${field}.${lower[0].replace("default request", "defaultRequest")}[${name}]`,
        shown(low),
        `${lower[0]} value ${shown(low)} is greater than ${upper[0]} value ${shown(high)}`,
      ),
    );
  };
  for (const name of names) {
    errors.push(...validateResourceName(`${field}.max[${name}]`, name));
    atMost(["min", min], ["max", max], name);
    atMost(["min", min], ["default request", defaultRequest], name);
    atMost(["min", min], ["default", limits], name);
    atMost(["default request", defaultRequest], ["max", max], name);
    atMost(["default request", defaultRequest], ["default limit", limits], name);
    atMost(["default", limits], ["max", max], name);
  }
  if (item.type === "PersistentVolumeClaim" && min.storage === undefined && max.storage === undefined) {
    errors.push(required(`${field}.limits`, "either minimum or maximum storage value is required, but neither was provided"));
  }
  return errors;
}

export function validateLimitRange(object: LimitRange): FieldError[] {
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  const seen = new Set<string>();
  for (const [index, item] of object.spec.limits.entries()) {
    const field = `spec.limits[${index}]`;
    errors.push(...check(`${field}.type`, item.type, qualifiedName));
    if (seen.has(item.type)) errors.push(duplicate(`${field}.type`, item.type));
    seen.add(item.type);
    errors.push(...validateLimit(field, item));
  }
  return errors;
}

const EVICTION_POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

export function validatePodDisruptionBudget(object: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = object.spec;
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: shownSelector(selector),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    errors.push(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"));
  }
  if (minAvailable !== undefined)
    errors.push(...intOrPercent("spec.minAvailable", minAvailable), ...atMostWhole("spec.minAvailable", minAvailable));
  if (maxUnavailable !== undefined)
    errors.push(...intOrPercent("spec.maxUnavailable", maxUnavailable), ...atMostWhole("spec.maxUnavailable", maxUnavailable));
  errors.push(...validateLabelSelector("spec.selector", selector));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy))
    errors.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, EVICTION_POLICIES));
  return errors;
}

/** Highest priority that users may give (scheduling.HighestUserDefinablePriority). */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
/** The classes that every cluster has, and their values (scheduling.SystemPriorityClasses). */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];

function systemClassMistake({ metadata, value, globalDefault }: PriorityClass): string | undefined {
  const { name } = metadata;
  if (!Object.hasOwn(SYSTEM_CLASSES, name)) return `${name} is not a known system priority class`;
  if (value !== SYSTEM_CLASSES[name]) return `value of ${name} PriorityClass must be ${SYSTEM_CLASSES[name]}`;
  return globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClass(object: PriorityClass): FieldError[] {
  const errors = validateObjectMeta(object, false, dnsSubdomain);
  const { value, preemptionPolicy } = object;
  if ((object.metadata.name ?? "").startsWith("system-")) {
    const mistake = systemClassMistake(object);
    if (mistake !== undefined) {
      errors.push(
        forbidden("metadata.name", `priority class names with 'system-' prefix are reserved for system use only. error: ${mistake}`),
      );
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(forbidden("value", `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  if (preemptionPolicy !== undefined && !PREEMPTION_POLICIES.includes(preemptionPolicy)) {
    errors.push(notSupported("preemptionPolicy", preemptionPolicy, PREEMPTION_POLICIES));
  }
  return errors;
}

export function validateRuntimeClass(object: RuntimeClass): FieldError[] {
  const { handler } = object;
  const errors = validateObjectMeta(object, false, dnsSubdomain);
  return [...errors, ...(handler === "" ? [required("handler")] : check("handler", handler, dnsLabel))];
}

export function validateLease(object: Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = object.spec;
  const errors = validateObjectMeta(object, true, dnsSubdomain);
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0"));
  }
  return [...errors, ...nonNegative("spec.leaseTransitions", leaseTransitions)];
}

function noRule(name: string): string[] {
  return pathSegmentName(name);
}

export function validateRole(object: Role | ClusterRole): FieldError[] {
  const isNamespaced = object.kind === "Role";
  const errors = validateObjectMeta(object, isNamespaced, noRule);
  for (const [index, rule] of (object.rules ?? []).entries()) {
    const field = `rules[${index}]`;
    const { verbs, nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
    if (verbs.length === 0) errors.push(required(`${field}.verbs`, "verbs must contain at least one value"));
    if (nonResourceURLs.length > 0) {
      if (isNamespaced)
        errors.push(invalid(`${field}.nonResourceURLs`, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
      if (apiGroups.length + resources.length + resourceNames.length > 0) {
        errors.push(
          invalid(`${field}.nonResourceURLs`, nonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"),
        );
      }
      continue;
    }
    if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
    if (resources.length === 0) errors.push(required(`${field}.resources`, "resource rules must supply at least one resource"));
  }
  return errors;
}

const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];
const RBAC_GROUP = "rbac.authorization.k8s.io";

export function validateBinding(object: RoleBinding | ClusterRoleBinding): FieldError[] {
  const isNamespaced = object.kind === "RoleBinding";
  const errors = validateObjectMeta(object, isNamespaced, noRule);
  const { roleRef, subjects = [] } = object;
  if (roleRef.apiGroup !== RBAC_GROUP) errors.push(notSupported("roleRef.apiGroup", roleRef.apiGroup ?? "", [RBAC_GROUP]));
  const kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported("roleRef.kind", roleRef.kind ?? "", kinds));
  if ((roleRef.name ?? "") === "") errors.push(required("roleRef.name"));
  for (const [index, subject] of subjects.entries()) {
    const field = `subjects[${index}]`;
    if ((subject.name ?? "") === "") errors.push(required(`${field}.name`));
    if (!SUBJECT_KINDS.includes(subject.kind)) errors.push(notSupported(`${field}.kind`, subject.kind ?? "", SUBJECT_KINDS));
    if (subject.kind === "ServiceAccount" && !isNamespaced && (subject.namespace ?? "") === "") errors.push(required(`${field}.namespace`));
  }
  return errors;
}
