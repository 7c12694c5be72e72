/**
 * Addresses and ports of Services: given out when a Service is stored, given back when it goes or no longer needs them.
 *
 * Source: kubernetes/pkg/registry/core/service/storage (alloc.go).
 */
import type { Service, ServicePort, ServiceSpec } from "../../../api/types/network.js";
import type { Simulation } from "../../../engine/simulation.js";
import { ApiStatusError, invalid } from "../status-errors.js";
import { DEFAULT_NODE_PORT_RANGE, NodePortRange } from "./node-port-range.js";
import { ServiceIpRange } from "./service-ip-range.js";

/** Source: kubeadm's networking.serviceSubnet. */
const DEFAULT_SERVICE_CIDRS: readonly string[] = ["10.96.0.0/12"];
const HEADLESS = "None";

export interface ServiceAllocationsOptions {
  readonly simulation: Simulation;
  /** One range, or one of each address family. */
  readonly serviceCIDRs?: readonly string[];
  readonly nodePortRange?: string;
}

type PortKey = (port: ServicePort) => string;
const portKey: PortKey = ({ protocol = "TCP", port }) => `${protocol} ${port}`;

function needsNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
}

function needsHealthCheckPort({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

function exhausted(what: string): ApiStatusError {
  return new ApiStatusError({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: failed to allocate a ${what}: range is full`,
  });
}

/**
 * Brings clusterIPs in step where a client changed clusterIP alone. Source: NormalizeClusterIPs in
 * kubernetes/pkg/registry/core/service/strategy.go.
 */
export function withNormalizedClusterIPs(service: Service, previous: Service): Service {
  const { clusterIP, clusterIPs } = service.spec;
  const old = previous.spec;
  const [first, ...others] = clusterIPs ?? [];
  if (clusterIP === old.clusterIP || first !== old.clusterIPs?.[0]) return service;
  const normalized = clusterIP === undefined || clusterIP === "" ? [] : [clusterIP, ...others];
  return { ...service, spec: { ...service.spec, clusterIPs: normalized } };
}

export class ServiceAllocations {
  private readonly addresses: readonly ServiceIpRange[];
  private readonly ports: NodePortRange;

  /** @throws ServiceRangeError */
  constructor({ simulation, serviceCIDRs = DEFAULT_SERVICE_CIDRS, nodePortRange = DEFAULT_NODE_PORT_RANGE }: ServiceAllocationsOptions) {
    this.addresses = serviceCIDRs.map((cidr) => new ServiceIpRange(cidr, simulation.stream(`kube-apiserver/service-ips/${cidr}`)));
    this.ports = new NodePortRange(nodePortRange, simulation.stream("kube-apiserver/node-ports"));
  }

  /** Address of the Service "kubernetes". */
  get firstAddress(): string {
    return this.addresses[0].first;
  }

  /** The service with all that it needs; what it names itself is taken for it. @throws ApiStatusError 422 or 500 */
  allocate(service: Service, previous?: Service): Service {
    const undo: (() => void)[] = [];
    try {
      const addressed = this.withAddresses(service, previous, undo);
      return this.withPorts(addressed, previous, undo);
    } catch (error) {
      for (const action of undo) action();
      throw error;
    }
  }

  /** Gives back what the service had and the next one does not have; all of it where there is no next one. */
  release({ spec }: Service, next?: Service): void {
    for (const address of spec.clusterIPs ?? []) {
      if (next?.spec.clusterIPs?.includes(address) !== true) for (const range of this.addresses) range.release(address);
    }
    const kept = new Set((next?.spec.ports ?? []).map(({ nodePort }) => nodePort));
    for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined && !kept.has(nodePort)) this.ports.release(nodePort);
    const { healthCheckNodePort } = spec;
    if (healthCheckNodePort !== undefined && next?.spec.healthCheckNodePort !== healthCheckNodePort)
      this.ports.release(healthCheckNodePort);
  }

  private withAddresses(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { spec } = service;
    if (spec.type === "ExternalName") return service;
    const families = this.familiesOf(service);
    if (spec.clusterIP === HEADLESS) return { ...service, spec: { ...spec, clusterIPs: [HEADLESS], ...families } };
    const old = previous?.spec.clusterIPs ?? [];
    if (old.length > 0 && old[0] !== HEADLESS) {
      return { ...service, spec: { ...spec, clusterIP: old[0], clusterIPs: old, ...families } };
    }
    const asked = spec.clusterIPs ?? (spec.clusterIP === undefined || spec.clusterIP === "" ? [] : [spec.clusterIP]);
    const clusterIPs = families.ipFamilies.map((family, index) => {
      const range = this.addresses.find((candidate) => candidate.family === family)!;
      const address = asked[index] === undefined ? range.next() : this.reserved(service, range, asked[index], asked);
      if (address === undefined) throw exhausted("serviceIP");
      undo.push(() => range.release(address));
      return address;
    });
    return { ...service, spec: { ...spec, clusterIP: clusterIPs[0], clusterIPs, ...families } };
  }

  private reserved({ metadata: { name } }: Service, range: ServiceIpRange, address: string, asked: readonly string[]): string {
    const outcome = range.reserve(address);
    if (outcome === "reserved") return address;
    const why =
      outcome === "taken"
        ? "provided IP is already allocated"
        : `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range.cidr}`;
    const message = `Invalid value: ${JSON.stringify(asked)}: failed to allocate IP ${address}: ${why}`;
    throw invalid("Service", name, [{ type: "FieldValueInvalid", field: "spec.clusterIPs", message }]);
  }

  private familiesOf({ metadata: { name }, spec }: Service): { readonly ipFamilies: readonly string[]; readonly ipFamilyPolicy: string } {
    const all = this.addresses.map(({ family }) => family);
    const isDual = all.length > 1;
    if (spec.clusterIP === HEADLESS && Object.keys(spec.selector ?? {}).length === 0) {
      // Its endpoints are whatever the user writes, of either family.
      const ipFamilies = spec.ipFamilies ?? (all[0] === "IPv6" ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"]);
      return { ipFamilies, ipFamilyPolicy: spec.ipFamilyPolicy ?? "RequireDualStack" };
    }
    const ipFamilyPolicy = spec.ipFamilyPolicy ?? ((spec.ipFamilies?.length ?? 0) > 1 ? "RequireDualStack" : "SingleStack");
    if (ipFamilyPolicy === "RequireDualStack" && !isDual) {
      const message = `Invalid value: ${JSON.stringify(ipFamilyPolicy)}: this cluster is not configured for dual-stack services`;
      throw invalid("Service", name, [{ type: "FieldValueInvalid", field: "spec.ipFamilyPolicy", message }]);
    }
    const first = spec.ipFamilies?.[0] ?? all[0];
    if (!all.some((family) => family === first)) {
      const message = `Invalid value: ${JSON.stringify(first)}: not configured on this cluster`;
      throw invalid("Service", name, [{ type: "FieldValueInvalid", field: "spec.ipFamilies[0]", message }]);
    }
    const ipFamilies = ipFamilyPolicy === "SingleStack" ? [first] : [first, ...all.filter((family) => family !== first)];
    return { ipFamilies, ipFamilyPolicy };
  }

  private withPorts(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { spec } = service;
    const held = new Set((previous?.spec.ports ?? []).map(({ nodePort }) => nodePort));
    const before = new Map((previous?.spec.ports ?? []).map((port) => [portKey(port), port.nodePort]));
    const needed = needsNodePorts(spec);
    const shared = new Map<number, number>();
    const ports = spec.ports?.map((port, index) => {
      const { nodePort } = port;
      if (nodePort !== undefined) {
        // One number may serve several protocols of one service.
        if (!held.has(nodePort) && shared.get(nodePort) !== port.port)
          this.reservePort(service, nodePort, `spec.ports[${index}].nodePort`, undo);
        shared.set(nodePort, port.port);
        return port;
      }
      if (!needed) return port;
      const chosen = before.get(portKey(port)) ?? this.nextPort(undo);
      return { ...port, nodePort: chosen };
    });
    const changed = ports !== undefined && ports.some((port, index) => port !== spec.ports![index]);
    const ported = changed ? { ...service, spec: { ...spec, ports } } : service;
    return needsHealthCheckPort(spec) ? this.withHealthCheckPort(ported, previous, undo) : ported;
  }

  private withHealthCheckPort(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { healthCheckNodePort } = service.spec;
    const old = previous?.spec.healthCheckNodePort;
    if (healthCheckNodePort === undefined)
      return { ...service, spec: { ...service.spec, healthCheckNodePort: old ?? this.nextPort(undo) } };
    if (healthCheckNodePort !== old) this.reservePort(service, healthCheckNodePort, "spec.healthCheckNodePort", undo);
    return service;
  }

  private nextPort(undo: (() => void)[]): number {
    const port = this.ports.next();
    if (port === undefined) throw exhausted("nodePort");
    undo.push(() => this.ports.release(port));
    return port;
  }

  private reservePort({ metadata: { name } }: Service, port: number, field: string, undo: (() => void)[]): void {
    const outcome = this.ports.reserve(port);
    if (outcome === "reserved") {
      undo.push(() => this.ports.release(port));
      return;
    }
    const why =
      outcome === "taken"
        ? "provided port is already allocated"
        : `provided port is not in the valid range. The range of valid ports is ${this.ports.text}`;
    throw invalid("Service", name, [{ type: "FieldValueInvalid", field, message: `Invalid value: ${port}: ${why}` }]);
  }
}
