/**
 * Addresses and ports of Services: given out when a Service is stored, given back when it goes or no longer needs them.
 *
 * Source: kubernetes/pkg/registry/core/service/storage (alloc.go).
 */
import type { Service, ServiceSpec } from "../../../api/types/network.js";
import type { Simulation } from "../../../engine/simulation.js";
import { type ApiStatusError, internalError, invalid } from "../status-errors.js";
import { isHeadless, withFamilies } from "./ip-families.js";
import { DEFAULT_NODE_PORT_RANGE, NodePortRange } from "./node-port-range.js";
import { hasHealthCheckPort, hasNodePorts } from "./service-change.js";
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

function needsNodePorts(spec: ServiceSpec): boolean {
  return hasNodePorts(spec) && !(spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts === false);
}

function exhausted(what: string): ApiStatusError {
  return internalError(`failed to allocate a ${what}: range is full`);
}

/** A service with its addresses and ports, and how to give back what was taken for it. */
export interface Allocation {
  readonly service: Service;
  readonly revert: () => void;
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
  allocate(service: Service, previous?: Service): Allocation {
    const undo: (() => void)[] = [];
    const revert = (): void => {
      for (const action of undo) action();
    };
    try {
      const addressed = this.withAddresses(service, previous, undo);
      return { service: this.withPorts(addressed, previous, undo), revert };
    } catch (error) {
      revert();
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
    const available = this.addresses.map(({ family }) => family);
    const complete = withFamilies(service, previous, available);
    const { spec } = complete;
    if (spec.type === "ExternalName") return complete;
    if (isHeadless(complete)) return { ...complete, spec: { ...spec, clusterIPs: [HEADLESS] } };
    const held = new Set(previous?.spec.clusterIPs ?? []);
    const asked = spec.clusterIPs ?? (spec.clusterIP === undefined || spec.clusterIP === "" ? [] : [spec.clusterIP]);
    const clusterIPs = (spec.ipFamilies ?? []).map((family, index) => {
      const wanted = asked[index];
      if (wanted !== undefined && held.has(wanted)) return wanted;
      // An address once set never changes: that is said when the change is validated.
      if (wanted !== undefined && previous?.spec.clusterIPs?.[index] !== undefined && previous.spec.clusterIPs[0] !== HEADLESS)
        return wanted;
      const range = this.addresses.find((candidate) => candidate.family === family)!;
      const address = wanted === undefined ? range.next() : this.reserved(service, range, wanted, asked);
      if (address === undefined) throw exhausted("serviceIP");
      undo.push(() => range.release(address));
      return address;
    });
    return { ...complete, spec: { ...spec, clusterIP: clusterIPs[0], clusterIPs } };
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

  private withPorts(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { spec } = service;
    const ported = hasNodePorts(spec) ? this.withNodePorts(service, previous, undo) : service;
    return hasHealthCheckPort(spec) ? this.withHealthCheckPort(ported, previous, undo) : ported;
  }

  private withNodePorts(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { spec } = service;
    const held = new Set((previous?.spec.ports ?? []).map(({ nodePort }) => nodePort));
    const needed = needsNodePorts(spec);
    // One number may serve several protocols of one port of a service.
    const shared = new Map<number, number>();
    const requested = new Map(
      (spec.ports ?? []).filter(({ nodePort }) => nodePort !== undefined).map(({ port, nodePort }) => [port, nodePort!]),
    );
    const ports = spec.ports?.map((port, index) => {
      if (port.nodePort === undefined && !needed) return port;
      const wanted = port.nodePort ?? (previous === undefined ? (shared.get(port.port) ?? requested.get(port.port)) : undefined);
      const chosen = wanted ?? this.nextPort(undo);
      if (wanted !== undefined && !held.has(chosen) && ![...shared.values()].includes(chosen))
        this.reservePort(service, chosen, `spec.ports[${index}].nodePort`, undo);
      shared.set(port.port, chosen);
      return port.nodePort === chosen ? port : { ...port, nodePort: chosen };
    });
    const changed = ports !== undefined && ports.some((port, index) => port !== spec.ports![index]);
    return changed ? { ...service, spec: { ...spec, ports } } : service;
  }

  private withHealthCheckPort(service: Service, previous: Service | undefined, undo: (() => void)[]): Service {
    const { healthCheckNodePort } = service.spec;
    const old = previous !== undefined && hasHealthCheckPort(previous.spec) ? previous.spec.healthCheckNodePort : undefined;
    if (healthCheckNodePort === undefined)
      return { ...service, spec: { ...service.spec, healthCheckNodePort: old ?? this.nextPort(undo) } };
    // A change of the number is refused when the change is validated.
    if (old !== undefined) return service;
    const why = this.reserve(healthCheckNodePort, undo);
    if (why !== undefined) throw internalError(`failed to allocate requested HealthCheck NodePort ${healthCheckNodePort}: ${why}`);
    return service;
  }

  private nextPort(undo: (() => void)[]): number {
    const port = this.ports.next();
    if (port === undefined) throw exhausted("nodePort");
    undo.push(() => this.ports.release(port));
    return port;
  }

  private reservePort({ metadata: { name } }: Service, port: number, field: string, undo: (() => void)[]): void {
    const why = this.reserve(port, undo);
    if (why === undefined) return;
    throw invalid("Service", name, [{ type: "FieldValueInvalid", field, message: `Invalid value: ${port}: ${why}` }]);
  }

  /** Why the port cannot be had; undefined where it is taken now. */
  private reserve(port: number, undo: (() => void)[]): string | undefined {
    const outcome = this.ports.reserve(port);
    if (outcome === "reserved") {
      undo.push(() => this.ports.release(port));
      return undefined;
    }
    return outcome === "taken"
      ? "provided port is already allocated"
      : `provided port is not in the valid range. The range of valid ports is ${this.ports.text}`;
  }
}
