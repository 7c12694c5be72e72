/**
 * What a change of a Service keeps that its client did not name, and what it loses with its type.
 *
 * Source: patchAllocatedValues in kubernetes/pkg/registry/core/service/storage/storage.go, dropTypeDependentFields in
 * kubernetes/pkg/registry/core/service/strategy.go.
 */
import type { Service, ServiceSpec } from "../../../api/types/network.js";

type NodePort = number | undefined;

function hasAddress({ type }: ServiceSpec): boolean {
  return type !== "ExternalName";
}

export function hasNodePorts({ type }: ServiceSpec): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

export function hasHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

function isReachableFromOutside({ type, externalIPs = [] }: ServiceSpec): boolean {
  return type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && externalIPs.length > 0);
}

/** Node ports by the names of their ports, where the client left them out and no other port has taken them. */
function withNodePorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  if (spec.ports?.some(({ nodePort }) => nodePort === undefined) !== true) return spec;
  const before = new Map((old.ports ?? []).map(({ name = "", nodePort }) => [name, nodePort]));
  const used = new Set<NodePort>(spec.ports.map(({ nodePort }) => nodePort));
  const ports = spec.ports.map((port) => {
    const known = before.get(port.name ?? "");
    if (port.nodePort !== undefined || known === undefined || used.has(known)) return port;
    used.add(known);
    return { ...port, nodePort: known };
  });
  return { ...spec, ports };
}

/** The changed service with the addresses and ports that it had, where the client does not name them. */
export function withAllocatedValues(service: Service, { spec: old }: Service): Service {
  let { spec } = service;
  if (hasAddress(old) && hasAddress(spec)) {
    const isUnset = spec.clusterIP === undefined || spec.clusterIP === "";
    if (isUnset && old.clusterIP !== undefined) spec = { ...spec, clusterIP: old.clusterIP };
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs !== undefined)
      spec = { ...spec, clusterIPs: old.clusterIPs };
  }
  if (hasNodePorts(old) && hasNodePorts(spec)) spec = withNodePorts(spec, old);
  if (
    hasHealthCheckPort(old) &&
    hasHealthCheckPort(spec) &&
    spec.healthCheckNodePort === undefined &&
    old.healthCheckNodePort !== undefined
  )
    spec = { ...spec, healthCheckNodePort: old.healthCheckNodePort };
  return spec === service.spec ? service : { ...service, spec };
}

function without(spec: ServiceSpec, ...fields: readonly (keyof ServiceSpec)[]): ServiceSpec {
  const kept = Object.fromEntries(Object.entries(spec).filter(([name]) => !fields.includes(name as keyof ServiceSpec)));
  return kept;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function nodePortsOf({ ports = [] }: ServiceSpec): readonly NodePort[] {
  return ports.map(({ nodePort }) => nodePort).filter((port) => port !== undefined);
}

/** The changed service without fields that its new type does not have and its client did not touch. */
export function withoutFieldsOfOldType(service: Service, { spec: old }: Service): Service {
  let { spec } = service;
  if (hasAddress(old) && !hasAddress(spec)) {
    if (same(spec.clusterIP, old.clusterIP) && same(spec.clusterIPs, old.clusterIPs)) spec = without(spec, "clusterIP", "clusterIPs");
    if (same(spec.ipFamilies, old.ipFamilies)) spec = without(spec, "ipFamilies");
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) spec = without(spec, "ipFamilyPolicy");
  }
  if (hasNodePorts(old) && !hasNodePorts(spec) && same(nodePortsOf(spec), nodePortsOf(old)))
    spec = { ...spec, ports: spec.ports?.map(({ nodePort, ...port }) => (nodePort === undefined ? port : port)) };
  if (hasHealthCheckPort(old) && !hasHealthCheckPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    spec = without(spec, "healthCheckNodePort");
  if (old.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    spec = without(spec, "allocateLoadBalancerNodePorts");
    if (spec.loadBalancerClass === old.loadBalancerClass) spec = without(spec, "loadBalancerClass");
  }
  if (isReachableFromOutside(old) && !isReachableFromOutside(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy)
    spec = without(spec, "externalTrafficPolicy");
  return spec === service.spec ? service : { ...service, spec };
}
