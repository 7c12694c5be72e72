/** Addresses of Services: how clients name them, and the service port behind each. */
import type { IngressProxies, IngressTarget } from "./ingress-proxies.js";
import type { KubeProxy } from "./proxy/kube-proxy.js";
import type { BalancerState } from "./proxy/proxy-mode.js";
import type { RulesHistory } from "./proxy/rules-history.js";
import { servicePortName } from "./proxy/service-port.js";
import { SessionAffinity } from "./session-affinity.js";

/** How a client addresses a Service; "ingress": through the proxies of an ingress controller. */
export type ServiceAddress = "clusterIP" | "nodePort" | "loadBalancer" | "ingress";

export interface ServiceTarget {
  readonly service: string;
  readonly namespace: string;
  /** Number or name of the service's port; absent: its first. */
  readonly port?: number | string;
  readonly via: "clusterIP" | "nodePort" | "loadBalancer";
}

/** A service port under one kind of address: what IPVS calls a virtual server. */
export interface FrontEnd {
  readonly history: RulesHistory;
  readonly via: ServiceAddress;
  /** By host id; made when a host first picks. */
  readonly balancers: BalancerState[];
  readonly affinity: SessionAffinity;
  /** Spreads the place of the service's rule over the list, differently on each node and at each sync. */
  readonly salt: number;
}

/** Where connections go. Follows the Service as it is created, changed and deleted. */
export class Destination {
  /** What it stood for when the Service was last looked at. */
  frontEnd: FrontEnd | undefined;
  resolvedFor: unknown;
  resolvedPort: number | string | undefined;
  /** "namespace/service" of a target that names its Service itself. */
  readonly serviceKey: string | undefined;

  constructor(readonly target: ServiceTarget | IngressTarget) {
    this.serviceKey = "via" in target ? `${target.namespace}/${target.service}` : undefined;
  }

  get via(): ServiceAddress {
    return "via" in this.target ? this.target.via : "ingress";
  }
}

export class FrontEnds {
  private readonly byKey = new Map<string, FrontEnd>();

  constructor(
    private readonly proxy: KubeProxy,
    private readonly ingressProxies: IngressProxies | undefined,
  ) {}

  /** The front end of a destination; undefined while there is no such Service or port, and no rule of an Ingress that leads to one. */
  of(destination: Destination): FrontEnd | undefined {
    const { target } = destination;
    const wanted = "via" in target ? target : this.ingressProxies?.route(target);
    if (wanted === undefined) return undefined;
    const service = this.proxy.service(destination.serviceKey ?? `${target.namespace}/${wanted.service}`);
    // A deleted Service keeps its front end: nodes may hold its rules for a while.
    if (service === undefined || (service === destination.resolvedFor && wanted.port === destination.resolvedPort))
      return destination.frontEnd;
    destination.resolvedFor = service;
    destination.resolvedPort = wanted.port;
    const ports = service.spec.ports ?? [];
    const port =
      wanted.port === undefined ? ports[0] : ports.find(({ name, port: number }) => name === wanted.port || number === wanted.port);
    const name = port === undefined ? undefined : servicePortName(target.namespace, wanted.service, port.name ?? "");
    destination.frontEnd = name === undefined ? undefined : this.frontEnd(name, destination.via);
    return destination.frontEnd;
  }

  private frontEnd(name: string, via: ServiceAddress): FrontEnd {
    const key = `${via} ${name}`;
    let frontEnd = this.byKey.get(key);
    if (frontEnd === undefined) {
      frontEnd = { history: this.proxy.rules(name), via, balancers: [], affinity: new SessionAffinity(), salt: this.byKey.size };
      this.byKey.set(key, frontEnd);
    }
    return frontEnd;
  }
}
