/** Services and EndpointSlices as they come from the API server, and the service ports that changed since the last sync. */
import { objectKey } from "../../api/kinds.js";
import type { EndpointSlice, Service } from "../../api/types/network.js";
import type { IpFamily } from "../address.js";
import { endpointsByPort, portKey, type ProxyEndpoint, SERVICE_NAME_LABEL } from "./endpoint.js";
import { type ServicePort, servicePorts } from "./service-port.js";

/** A service port with its endpoints, ready for rules. */
export interface TranslatedPort {
  readonly port: ServicePort;
  /** All endpoints, sorted by text. Worked out when first asked for: most rules are never read. */
  readonly endpoints: readonly ProxyEndpoint[];
}

const NO_ENDPOINTS: readonly ProxyEndpoint[] = [];
const NO_SLICES: readonly EndpointSlice[] = [];

/** What a Service's slices say at one time. */
class SliceSnapshot {
  private byPort: ReadonlyMap<string, readonly ProxyEndpoint[]> | undefined;

  constructor(
    private readonly slices: readonly EndpointSlice[],
    private readonly family: IpFamily,
  ) {}

  endpointsOf(port: { readonly portName: string; readonly protocol: string }): readonly ProxyEndpoint[] {
    this.byPort ??= endpointsByPort(this.slices, this.family);
    return this.byPort.get(portKey(port.portName, port.protocol)) ?? NO_ENDPOINTS;
  }

  /** Number of endpoints in all slices; one that is in two of them counts twice. */
  get size(): number {
    return this.slices.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  }
}

/** A service port that works its endpoints out when they are first asked for. */
class LazyPort implements TranslatedPort {
  constructor(
    readonly port: ServicePort,
    private readonly snapshot: SliceSnapshot,
  ) {}

  get endpoints(): readonly ProxyEndpoint[] {
    return this.snapshot.endpointsOf(this.port);
  }
}

/** A Service with its slices as they were at one time. */
export interface TranslatedService {
  readonly ports: readonly TranslatedPort[];
  /** Endpoints in all slices. */
  readonly endpointCount: number;
}

const NOTHING: TranslatedService = { ports: [], endpointCount: 0 };

export class ServiceTracker {
  private readonly services = new Map<string, Service>();
  private readonly slices = new Map<string, Map<string, EndpointSlice>>();
  private readonly portsByService = new WeakMap<Service, readonly ServicePort[]>();
  private readonly headless = new Map<string, SliceSnapshot>();
  private changed = new Set<string>();

  constructor(readonly family: IpFamily) {}

  setService(service: Service): void {
    const key = objectKey(service);
    this.services.set(key, service);
    this.changed.add(key);
  }

  removeService(key: string): void {
    if (this.services.delete(key)) this.changed.add(key);
  }

  setSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined || slice.addressType !== this.family) return;
    let slices = this.slices.get(service);
    if (slices === undefined) this.slices.set(service, (slices = new Map<string, EndpointSlice>()));
    slices.set(slice.metadata.name, slice);
    this.headless.delete(service);
    this.changed.add(service);
  }

  removeSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const slices = this.slices.get(service);
    if (slices?.delete(slice.metadata.name) !== true) return;
    if (slices.size === 0) this.slices.delete(service);
    this.headless.delete(service);
    this.changed.add(service);
  }

  get hasChanges(): boolean {
    return this.changed.size > 0;
  }

  /** Keys "namespace/service" of what changed since the last call. */
  takeChanges(): ReadonlySet<string> {
    const changed = this.changed;
    this.changed = new Set();
    return changed;
  }

  service(key: string): Service | undefined {
    return this.services.get(key);
  }

  /** In order of arrival. */
  keys(): Iterable<string> {
    return this.services.keys();
  }

  /** A service's ports with their endpoints; none where the service is gone or not proxied. */
  translate(key: string): TranslatedService {
    const service = this.services.get(key);
    if (service === undefined) return NOTHING;
    const ports = this.portsOf(service);
    if (ports.length === 0) return NOTHING;
    const snapshot = new SliceSnapshot([...(this.slices.get(key)?.values() ?? NO_SLICES)], this.family);
    return { ports: ports.map((port) => new LazyPort(port, snapshot)), endpointCount: snapshot.size };
  }

  /** Endpoints of a port as the slices have them now, for a Service without rules: DNS gives clients the addresses themselves. */
  endpointsOf(key: string, portName: string, protocol: string): readonly ProxyEndpoint[] {
    let snapshot = this.headless.get(key);
    if (snapshot === undefined) {
      snapshot = new SliceSnapshot([...(this.slices.get(key)?.values() ?? NO_SLICES)], this.family);
      this.headless.set(key, snapshot);
    }
    return snapshot.endpointsOf({ portName, protocol });
  }

  private portsOf(service: Service): readonly ServicePort[] {
    let ports = this.portsByService.get(service);
    if (ports === undefined) this.portsByService.set(service, (ports = servicePorts(service, this.family)));
    return ports;
  }
}

function serviceOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace ?? "default"}/${name}`;
}
