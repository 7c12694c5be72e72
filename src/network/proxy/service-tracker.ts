/** Services and EndpointSlices as they come from the API server, and the service ports that changed since the last sync. */
import type { EndpointSlice, Service } from "../../api/types/network.js";
import type { IpFamily } from "../address.js";
import { endpointsByPort, portKey, type ProxyEndpoint, SERVICE_NAME_LABEL } from "./endpoint.js";
import { type ServicePort, servicePorts } from "./service-port.js";

/** A service port with its endpoints, ready for rules. */
export interface TranslatedPort {
  readonly port: ServicePort;
  readonly endpoints: readonly ProxyEndpoint[];
}

const NO_ENDPOINTS: readonly ProxyEndpoint[] = [];

export class ServiceTracker {
  private readonly services = new Map<string, Service>();
  private readonly slices = new Map<string, Map<string, EndpointSlice>>();
  private changed = new Set<string>();

  constructor(readonly family: IpFamily) {}

  setService(service: Service): void {
    const key = `${service.metadata.namespace ?? "default"}/${service.metadata.name}`;
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
    this.changed.add(service);
  }

  removeSlice(slice: EndpointSlice): void {
    const service = serviceOf(slice);
    if (service === undefined) return;
    const slices = this.slices.get(service);
    if (slices?.delete(slice.metadata.name) !== true) return;
    if (slices.size === 0) this.slices.delete(service);
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

  /** The ports of a service with their endpoints; none where the service is gone or not proxied. */
  translate(key: string): TranslatedPort[] {
    const service = this.services.get(key);
    if (service === undefined) return [];
    const ports = servicePorts(service, this.family);
    if (ports.length === 0) return [];
    const endpoints = endpointsByPort(this.slices.get(key)?.values() ?? [], this.family);
    return ports.map((port) => ({ port, endpoints: endpoints.get(portKey(port.portName, port.protocol)) ?? NO_ENDPOINTS }));
  }
}

function serviceOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace ?? "default"}/${name}`;
}
