/** Defaults of services, network, node, tenancy and permission kinds. Source: the defaults.go of their groups under k8s.io/kubernetes/pkg/apis. */
import type { ResourceList } from "../types/meta.js";
import type { Endpoints, EndpointSlice, IngressClass, NetworkPolicy, Service } from "../types/network.js";
import type { Node, NodeSpec } from "../types/node.js";
import type {
  ClusterRoleBinding,
  LimitRange,
  LimitRangeItem,
  Namespace,
  PriorityClass,
  RbacSubject,
  RoleBinding,
  Secret,
} from "../types/policy.js";
import { change, fill, mapShared } from "./fill.js";

/** Three hours (corev1.DefaultClientIPServiceAffinitySeconds). */
const CLIENT_IP_AFFINITY_SECONDS = 10_800;
/** Label that every namespace has (corev1.LabelMetadataName). */
const NAME_LABEL = "kubernetes.io/metadata.name";
const RBAC_GROUP = "rbac.authorization.k8s.io";

export function defaultService(object: Service): Service {
  let spec = fill(object.spec, { sessionAffinity: "None", type: "ClusterIP" });
  if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig !== undefined) {
    spec = { ...spec };
    delete (spec as { sessionAffinityConfig?: unknown }).sessionAffinityConfig;
  }
  if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec = { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: CLIENT_IP_AFFINITY_SECONDS } } };
  }
  spec = change(spec, "ports", (ports) =>
    mapShared(ports, (port) => {
      const targeted = port.targetPort === 0 || port.targetPort === "" ? { ...port, targetPort: port.port } : port;
      return fill(targeted, { protocol: "TCP", targetPort: port.port });
    }),
  );
  const isExternallyReachable =
    spec.type === "NodePort" || spec.type === "LoadBalancer" || (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
  if (isExternallyReachable) spec = fill(spec, { externalTrafficPolicy: "Cluster" });
  if (spec.type === "NodePort" || spec.type === "LoadBalancer" || spec.type === "ClusterIP")
    spec = fill(spec, { internalTrafficPolicy: "Cluster" });
  if (spec.type === "LoadBalancer") spec = fill(spec, { allocateLoadBalancerNodePorts: true });
  return spec === object.spec ? object : { ...object, spec };
}

export function defaultEndpointSlice(object: EndpointSlice): EndpointSlice {
  return change(object, "ports", (ports) => mapShared(ports, (port) => fill(port, { name: "", protocol: "TCP" })));
}

export function defaultEndpoints(object: Endpoints): Endpoints {
  return change(object, "subsets", (subsets) =>
    mapShared(subsets, (subset) => change(subset, "ports", (ports) => mapShared(ports, (port) => fill(port, { protocol: "TCP" })))),
  );
}

export function defaultIngressClass(object: IngressClass): IngressClass {
  return change(object, "spec", (spec) => change(spec, "parameters", (parameters) => fill(parameters, { scope: "Cluster" })));
}

export function defaultNetworkPolicy(object: NetworkPolicy): NetworkPolicy {
  let { spec } = object;
  const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
  const isMissing = rules.some((rule) => rule.ports?.some((port) => port.protocol === undefined));
  if (isMissing) {
    const withProtocol = <R extends { readonly ports?: readonly { readonly protocol?: string }[] }>(rule: R): R =>
      rule.ports === undefined ? rule : { ...rule, ports: rule.ports.map((port) => fill(port, { protocol: "TCP" })) };
    spec = { ...spec, ingress: spec.ingress?.map(withProtocol), egress: spec.egress?.map(withProtocol) };
  }
  if ((spec.policyTypes ?? []).length === 0) {
    spec = { ...spec, policyTypes: (spec.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"] };
  }
  return spec === object.spec ? object : { ...object, spec };
}

/** The first of a node's address blocks stands in a field of its own as well, which counts where both differ (conversion.go). */
function withBothCIDRs(spec: NodeSpec): NodeSpec {
  const { podCIDR, podCIDRs = [] } = spec;
  const first = podCIDRs.at(0);
  if (podCIDR === first) return spec;
  return podCIDR === undefined ? { ...spec, podCIDR: first } : { ...spec, podCIDRs: [podCIDR] };
}

export function defaultNode(object: Node): Node {
  const complete = change(object, "spec", withBothCIDRs);
  const { status } = complete;
  return status?.capacity === undefined || status.allocatable !== undefined
    ? complete
    : { ...complete, status: { ...status, allocatable: status.capacity } };
}

export function defaultNamespace(object: Namespace): Namespace {
  const { name, labels } = object.metadata;
  const isLabelled = name === "" || name === undefined || labels?.[NAME_LABEL] === name;
  const labelled = isLabelled ? object : { ...object, metadata: { ...object.metadata, labels: { ...labels, [NAME_LABEL]: name } } };
  return labelled.status?.phase === undefined ? { ...labelled, status: { ...labelled.status, phase: "Active" } } : labelled;
}

function encodeBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** The API server never returns stringData: it goes into data on the way in. */
export function defaultSecret(object: Secret): Secret {
  const { stringData, ...rest } = object;
  const typed = fill(rest as Secret, { type: "Opaque" });
  if (stringData === undefined) return typed === rest ? object : typed;
  const written = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, encodeBase64(value)]));
  return { ...typed, data: { ...object.data, ...written } };
}

function defaultLimits(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== "Container") return item;
  const limits: ResourceList = { ...item.max, ...item.default };
  return { ...item, default: limits, defaultRequest: { ...item.min, ...limits, ...item.defaultRequest } };
}

export function defaultLimitRange(object: LimitRange): LimitRange {
  return { ...object, spec: { ...object.spec, limits: object.spec.limits.map(defaultLimits) } };
}

export function defaultPriorityClass(object: PriorityClass): PriorityClass {
  return fill(object, { preemptionPolicy: "PreemptLowerPriority" });
}

function defaultSubject(subject: RbacSubject): RbacSubject {
  return subject.kind === "User" || subject.kind === "Group" ? fill(subject, { apiGroup: RBAC_GROUP }) : subject;
}

export function defaultBinding<T extends RoleBinding | ClusterRoleBinding>(object: T): T {
  const roleRef =
    object.roleRef.apiGroup === "" ? { ...object.roleRef, apiGroup: RBAC_GROUP } : fill(object.roleRef, { apiGroup: RBAC_GROUP });
  return { ...object, roleRef, ...(object.subjects === undefined ? {} : { subjects: object.subjects.map(defaultSubject) }) };
}
