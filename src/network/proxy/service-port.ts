/** One port of one Service as kube-proxy sees it. Source: kube-proxy's `BaseServicePortInfo` (pkg/proxy/serviceport.go). */
import type { Service } from "../../api/types/network.js";
import { familyOf, familyOfCidr, type IpFamily } from "../address.js";

/** Protocol in kube-proxy's spelling for rules. */
export type Protocol = "tcp" | "udp" | "sctp";

export interface ServicePort {
  readonly namespace: string;
  readonly service: string;
  /** "" for the only, unnamed port. */
  readonly portName: string;
  /** "namespace/service" or "namespace/service:port": how kube-proxy writes the port in comments and hashes. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly family: IpFamily;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 where there is none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  /** Seconds for which a client sticks to its back end; 0 without session affinity. */
  readonly affinitySeconds: number;
  readonly internalPolicyLocal: boolean;
  readonly externalPolicyLocal: boolean;
  /** 0 where there is none. */
  readonly healthCheckNodePort: number;
}

/** Default of sessionAffinityConfig.clientIP.timeoutSeconds. Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity */
export const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Whether kube-proxy ignores the Service: headless ones and ExternalName have no address of their own (pkg/proxy/util, `ShouldSkipService`). */
export function isProxied({ spec }: Service): boolean {
  return spec.type !== "ExternalName" && spec.clusterIP !== "None" && spec.clusterIP !== undefined && spec.clusterIP !== "";
}

/** The ports of a Service in one address family; none where the Service has no address of that family. */
export function servicePorts(service: Service, family: IpFamily): ServicePort[] {
  if (!isProxied(service)) return [];
  const { spec, metadata } = service;
  const clusterIP = (spec.clusterIPs ?? [spec.clusterIP!]).find((address) => familyOf(address) === family);
  if (clusterIP === undefined) return [];

  const namespace = metadata.namespace ?? "default";
  const external = spec.type === "NodePort" || spec.type === "LoadBalancer" || (spec.externalIPs?.length ?? 0) > 0;
  const shared = {
    namespace,
    service: metadata.name,
    family,
    clusterIP,
    externalIPs: (spec.externalIPs ?? []).filter((address) => familyOf(address) === family),
    loadBalancerVIPs: (service.status?.loadBalancer?.ingress ?? [])
      .filter(({ ip, ipMode }) => ip !== undefined && ip !== "" && ipMode !== "Proxy" && familyOf(ip) === family)
      .map(({ ip }) => ip!),
    loadBalancerSourceRanges: (spec.loadBalancerSourceRanges ?? [])
      .map((range) => range.trim())
      .filter((range) => familyOfCidr(range) === family),
    affinitySeconds:
      spec.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : 0,
    internalPolicyLocal: spec.internalTrafficPolicy === "Local",
    externalPolicyLocal: external && spec.externalTrafficPolicy === "Local",
    healthCheckNodePort: spec.healthCheckNodePort ?? 0,
  };
  return (spec.ports ?? []).map((port) => ({
    ...shared,
    portName: port.name ?? "",
    name: servicePortName(namespace, metadata.name, port.name ?? ""),
    protocol: (port.protocol ?? "TCP").toLowerCase() as Protocol,
    port: port.port,
    nodePort: port.nodePort ?? 0,
  }));
}

/** "namespace/service", with ":port" where the port has a name (upstream `ServicePortName.String`). */
export function servicePortName(namespace: string, service: string, portName: string): string {
  return portName === "" ? `${namespace}/${service}` : `${namespace}/${service}:${portName}`;
}

/** Whether connections from outside the cluster reach the port by an address of its own. */
export function isExternallyAccessible(port: ServicePort): boolean {
  return port.nodePort !== 0 || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;
}

/**
 * Whether some traffic to the port may go to any usable endpoint of the cluster. So with external policy Local as well: pods and the
 * node itself that use the external address are led to all endpoints (the short circuit).
 */
export function usesClusterEndpoints(port: ServicePort): boolean {
  return !port.internalPolicyLocal || isExternallyAccessible(port);
}

/** Whether some traffic to the port goes to endpoints of the receiving node alone. */
export function usesLocalEndpoints(port: ServicePort): boolean {
  return port.internalPolicyLocal || (isExternallyAccessible(port) && port.externalPolicyLocal);
}
