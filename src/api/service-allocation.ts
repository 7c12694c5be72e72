/**
 * What the service registry checks when it gives out node ports and cluster addresses. The state of the allocators is passed in.
 *
 * Source: pkg/registry/core/service (portallocator, ipallocator, storage/alloc.go).
 */
import type { Service } from "./types/network.js";
import { invalid, type FieldError } from "./validation/field-error.js";

export interface NodePortRange {
  readonly least: number;
  readonly greatest: number;
}

/** The API server's default --service-node-port-range. */
export const DEFAULT_NODE_PORT_RANGE: NodePortRange = { least: 30_000, greatest: 32_767 };

/** Mistakes of the node ports that a service asks for by number. */
export function validateNodePorts(
  service: Service,
  range: NodePortRange,
  isTaken: (protocol: string, port: number) => boolean,
): FieldError[] {
  const { type, ports = [] } = service.spec;
  if (type !== "NodePort" && type !== "LoadBalancer") return [];
  for (const [index, { nodePort = 0, protocol = "TCP" }] of ports.entries()) {
    if (nodePort === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (nodePort < range.least || nodePort > range.greatest) {
      const detail = `provided port is not in the valid range. The range of valid ports is ${range.least}-${range.greatest}`;
      return [invalid(field, nodePort, detail)];
    }
    if (isTaken(protocol, nodePort)) return [invalid(field, nodePort, "provided port is already allocated")];
  }
  return [];
}

export interface ClusterAddressRange {
  /** The range as text, such as "10.96.0.0/16". */
  readonly cidr: string;
  contains(address: string): boolean;
  isTaken(address: string): boolean;
}

/** Mistakes of the cluster address that a service asks for, and of the families that the cluster does not have. */
export function validateClusterAddress(service: Service, range: ClusterAddressRange): FieldError[] {
  const { type, clusterIP = "", clusterIPs, ipFamilyPolicy, selector } = service.spec;
  if (type === "ExternalName") return [];
  const isHeadlessWithoutSelector = clusterIP === "None" && selector === undefined;
  if (ipFamilyPolicy === "RequireDualStack" && !isHeadlessWithoutSelector) {
    return [invalid("spec.ipFamilyPolicy", ipFamilyPolicy, "this cluster is not configured for dual-stack services")];
  }
  if (clusterIP === "" || clusterIP === "None") return [];
  const addresses = clusterIPs ?? [clusterIP];
  if (!range.contains(clusterIP)) {
    const detail = `failed to allocate IP ${clusterIP}: the provided IP (${clusterIP}) is not in the valid range. The range of valid IPs is ${range.cidr}`;
    return [invalid("spec.clusterIPs", addresses, detail)];
  }
  if (range.isTaken(clusterIP))
    return [invalid("spec.clusterIPs", addresses, `failed to allocate IP ${clusterIP}: provided IP is already allocated`)];
  return [];
}
