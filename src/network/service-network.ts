/**
 * Connections: from a client through the rules of kube-proxy to a pod, with what they cost or how they fail.
 *
 * A connection is refused where the service has no usable endpoint (kube-proxy's REJECT) or nothing listens at the pod; it gets no
 * answer, so that the client times out, where packets are lost: a node without power or cut off, a node whose br_netfilter is
 * unloaded, an address that no pod has any more, a policy that drops.
 */
import { compileLabelSelector } from "../api/selector.js";
import type { LabelSelector } from "../api/types/meta.js";
import type { RandomStream } from "../engine/random.js";
import type { SimTime, Simulation } from "../engine/simulation.js";
import type { Host } from "./data-path.js";
import { HOST_TO_HOST } from "./path-costs.js";
import type { Attachment, PodNetwork } from "./pod-network.js";
import type { ProxyEndpoint } from "./proxy/endpoint.js";
import type { KubeProxy } from "./proxy/kube-proxy.js";
import { type BalancerState, type CacheState, pickUniformly } from "./proxy/proxy-mode.js";
import type { RulesHistory, RulesVersion } from "./proxy/rules-history.js";
import { servicePortName } from "./proxy/service-port.js";
import type { UsableEndpoints } from "./proxy/topology.js";
import { SessionAffinity } from "./session-affinity.js";

/** How a client addresses a Service. */
export type ServiceAddress = "clusterIP" | "nodePort" | "loadBalancer";

export interface ServiceTarget {
  readonly service: string;
  readonly namespace: string;
  /** Number or name of the service's port; absent: its first. */
  readonly port?: number | string;
  readonly via: ServiceAddress;
}

/** Where a connection comes from. */
export interface NetworkClient {
  /** Undefined outside the cluster. */
  readonly host: Host | undefined;
  /** Undefined for a host's own process and outside the cluster. */
  readonly pod: Attachment | undefined;
  readonly address: string;
}

export type ConnectionOutcome = "connected" | "refused" | "unanswered" | "dropped";

/** One connection; callers keep and reuse the object. */
export class Connection {
  outcome: ConnectionOutcome = "unanswered";
  server: Attachment | undefined;
  /** Microseconds that the first packet spends in the rules. */
  proxyDelay = 0;
  /** Microseconds there and back. */
  roundTrip = 0;
  bytesPerMicrosecond = 0;
  /** Host whose rules were read. */
  proxyHost: Host | undefined;
  endpoint: ProxyEndpoint | undefined;
  balancer: BalancerState | undefined;
  tracked = false;
  trackedGeneration = 0;
  client: NetworkClient | undefined;
}

/** A service port under one kind of address: what IPVS calls a virtual server. */
interface FrontEnd {
  readonly history: RulesHistory;
  readonly via: ServiceAddress;
  readonly balancers: BalancerState[];
  readonly affinity: SessionAffinity;
  /** Spreads the place of the service's rule over the list, differently on each node and at each sync. */
  readonly salt: number;
}

/** Where connections go. Follows the Service as it is created, changed and deleted. */
export class Destination {
  frontEnd: FrontEnd | undefined;
  resolvedFor: unknown;
  constructor(readonly target: ServiceTarget) {}
}

export interface ServiceNetworkOptions {
  readonly simulation: Simulation;
  readonly pods: PodNetwork;
  readonly proxy: KubeProxy;
  /** Default cold: connections are rare compared with all else that a node does. */
  readonly ruleCache?: CacheState;
  /** Round trip between a user outside and a node, microseconds; default that between two hosts. */
  readonly outsideRoundTrip?: SimTime;
  /** Whether policies let a client's packets through to a pod's port; default: all pass. */
  readonly allows?: (client: NetworkClient, server: Attachment, port: number) => boolean;
  /** Hosts among which a load balancer, or a user of node ports, chooses; default all known hosts. */
  readonly entryHosts?: () => readonly Host[];
}

export class ServiceNetwork {
  private readonly simulation: Simulation;
  private readonly pods: PodNetwork;
  private readonly proxy: KubeProxy;
  private readonly ruleCache: CacheState;
  private readonly outsideRoundTrip: SimTime;
  private readonly allows: ServiceNetworkOptions["allows"];
  private readonly entryHosts: () => readonly Host[];
  private readonly frontEnds = new Map<string, FrontEnd>();

  constructor(options: ServiceNetworkOptions) {
    this.simulation = options.simulation;
    this.pods = options.pods;
    this.proxy = options.proxy;
    this.ruleCache = options.ruleCache ?? "cold";
    this.outsideRoundTrip = options.outsideRoundTrip ?? HOST_TO_HOST.roundTrip;
    this.allows = options.allows;
    this.entryHosts = options.entryHosts ?? (() => this.pods.dataPath.hosts);
  }

  newConnection(): Connection {
    return new Connection();
  }

  destination(target: ServiceTarget): Destination {
    return new Destination(target);
  }

  outside(address: string): NetworkClient {
    return { host: undefined, pod: undefined, address };
  }

  onHost(node: string): NetworkClient {
    const host = this.pods.dataPath.host(node);
    return { host, pod: undefined, address: host.addresses[0] ?? node };
  }

  inPod(pod: Attachment): NetworkClient {
    return { host: pod.host, pod, address: pod.addresses[0] };
  }

  /** Opens a connection and fills in how it went. */
  connect(client: NetworkClient, destination: Destination, random: RandomStream, connection: Connection): void {
    reset(connection);
    connection.client = client;
    const { host } = client;
    if (host?.powered === false) return;
    const frontEnd = this.frontEndOf(destination);
    const entry = destination.target.via === "clusterIP" ? host : this.entryHost(host, destination.target.via, frontEnd, random);
    // A cluster IP means nothing outside the cluster, and without a node there is nobody to answer.
    if (entry === undefined) return;
    connection.proxyHost = entry;
    if (entry !== host) {
      connection.roundTrip = host === undefined ? this.outsideRoundTrip : HOST_TO_HOST.roundTrip + this.pods.zoneDetour(host, entry);
      if (!this.pods.dataPath.reaches(host, entry)) return;
    }
    if (this.isBrokenFor(client.pod)) return;
    const rules = frontEnd === undefined ? undefined : this.proxy.rulesOn(frontEnd.history, entry.name);
    if (frontEnd === undefined || rules === undefined) {
      // A port that no rule knows is closed; an address that no rule knows leads nowhere.
      if (destination.target.via === "nodePort") connection.outcome = "refused";
      return;
    }
    const endpoints = this.choose(rules.usable(entry), rules, frontEnd.via, host !== undefined, connection);
    if (endpoints === undefined) return;
    if (!entry.conntrack.open(this.simulation.now)) {
      connection.outcome = "dropped";
      return;
    }
    connection.tracked = true;
    connection.trackedGeneration = entry.conntrack.generation;
    const index = this.pick(frontEnd, rules, endpoints, client, entry, random, connection);
    const { dispatchRules } = this.proxy.ruleLoad;
    const dispatched = dispatchRules === 0 ? 0 : 1 + (scramble(frontEnd.salt + rules.sync, entry.id) % dispatchRules);
    connection.proxyDelay = this.proxy.mode.connectCost(dispatched, index + 1, this.ruleCache);
    this.reach(client, entry, endpoints[index], rules, connection);
  }

  /** Ends a connection that {@link connect} opened, however it went. */
  disconnect(connection: Connection): void {
    if (!connection.tracked) return;
    connection.tracked = false;
    connection.proxyHost!.conntrack.close(this.simulation.now, connection.trackedGeneration);
    connection.balancer?.closed(connection.endpoint!);
  }

  /** Whether packets of an open connection still arrive, both ways. */
  delivers({ client, proxyHost, server }: Connection): boolean {
    if (server === undefined || proxyHost === undefined) return false;
    const { dataPath } = this.pods;
    if (this.isBrokenFor(server) || this.isBrokenFor(client?.pod)) return false;
    return dataPath.reaches(proxyHost, server.host) && dataPath.reaches(client?.host, proxyHost);
  }

  /** Clients in the pods of a namespace that the selector matches and whose processes run; kept up to date. */
  clientsIn(namespace: string, selector: LabelSelector): { readonly list: readonly NetworkClient[] } {
    const clients = { list: [] as NetworkClient[] };
    const matches = compileLabelSelector(selector);
    const leave = (pod: Attachment): void => {
      clients.list = clients.list.filter((client) => client.pod !== pod);
    };
    const listeningChanged = (pod: Attachment): void => {
      if ((pod.pod.metadata.namespace ?? "default") !== namespace || !matches(pod.pod.metadata.labels)) return;
      if (pod.listening) clients.list = [...clients.list, this.inPod(pod)];
      else leave(pod);
    };
    this.pods.onAttachment({ attached: listeningChanged, listeningChanged, detached: leave });
    return clients;
  }

  /**
   * Told when a server ends: its processes stopped, so that the kernel resets open connections, or its machine lost power, so that
   * nobody answers any more.
   */
  onServerLost(listener: (server: Attachment, answer: "reset" | "silence") => void): void {
    const lost = (server: Attachment): void => listener(server, server.host.powered ? "reset" : "silence");
    this.pods.onAttachment({
      listeningChanged: (server) => {
        if (!server.listening) lost(server);
      },
      detached: lost,
    });
  }

  /** The endpoints for this kind of address, or undefined where the rules refuse or drop. */
  private choose(
    usable: UsableEndpoints,
    { port }: RulesVersion,
    via: ServiceAddress,
    inside: boolean,
    connection: Connection,
  ): readonly ProxyEndpoint[] | undefined {
    const { cluster, local } = usable;
    let endpoints: readonly ProxyEndpoint[];
    if (via === "clusterIP") endpoints = port.internalPolicyLocal ? local : cluster;
    else if (!port.externalPolicyLocal) endpoints = cluster;
    else if (this.proxy.mode.shortCircuitsLocalPolicy) endpoints = inside ? cluster : local;
    else endpoints = local.length > 0 ? local : cluster;
    if (endpoints.length > 0) return endpoints;
    if (!usable.anywhere) connection.outcome = "refused";
    return undefined;
  }

  private pick(
    frontEnd: FrontEnd,
    rules: RulesVersion,
    endpoints: readonly ProxyEndpoint[],
    client: NetworkClient,
    entry: Host,
    random: RandomStream,
    connection: Connection,
  ): number {
    const { affinitySeconds } = rules.port;
    if (affinitySeconds > 0) {
      const sticky = frontEnd.affinity.find(entry.id, client.address, endpoints, affinitySeconds, this.simulation.now);
      if (sticky >= 0) return sticky;
    }
    let index: number;
    if (this.proxy.mode.newBalancer === undefined) index = pickUniformly(endpoints.length, random);
    else {
      const balancer = (frontEnd.balancers[entry.id] ??= this.proxy.mode.newBalancer());
      index = balancer.pick(endpoints, client.address, random);
      connection.balancer = balancer;
      connection.endpoint = endpoints[index];
    }
    if (affinitySeconds > 0) frontEnd.affinity.remember(entry.id, client.address, endpoints[index], this.simulation.now);
    return index;
  }

  private reach(client: NetworkClient, entry: Host, endpoint: ProxyEndpoint, rules: RulesVersion, connection: Connection): void {
    const server = this.attachmentOf(endpoint, rules);
    if (server === undefined || this.isBrokenFor(server)) return;
    const { host } = server;
    const fromPod = client.pod !== undefined && !client.pod.hostNetwork;
    if (!this.pods.connects(entry, fromPod, host, !server.hostNetwork)) return;
    const path = this.pods.pathCost(entry, fromPod, host, !server.hostNetwork);
    if (client.host !== undefined || entry !== host) connection.roundTrip += path.roundTrip + this.pods.zoneDetour(entry, host);
    connection.bytesPerMicrosecond = path.bytesPerMicrosecond;
    if (this.allows !== undefined && !this.allows(client, server, endpoint.port)) return;
    connection.server = server;
    connection.outcome = server.listening ? "connected" : "refused";
  }

  private attachmentOf(endpoint: ProxyEndpoint, { port }: RulesVersion): Attachment | undefined {
    const attachment = this.pods.attachmentAt(endpoint.address);
    if (attachment !== undefined || endpoint.podName === undefined) return attachment;
    const ofPod = this.pods.attachmentOf(`${port.namespace}/${endpoint.podName}`);
    return ofPod?.hostNetwork === true && ofPod.addresses.includes(endpoint.address) ? ofPod : undefined;
  }

  /** Without br_netfilter, packets of bridged pods pass by the rules that would translate them there or back. */
  private isBrokenFor(pod: Attachment | undefined): boolean {
    return pod !== undefined && !pod.hostNetwork && !pod.host.bridgeNetfilter && this.proxy.mode.usesNetfilter;
  }

  /** The node on which a connection to an external address arrives. */
  private entryHost(host: Host | undefined, via: ServiceAddress, frontEnd: FrontEnd | undefined, random: RandomStream): Host | undefined {
    // The address of a load balancer is translated by the client's own node; a node port is asked for at some node's address.
    if (via === "loadBalancer" && host !== undefined) return host;
    const hosts = this.entryHosts();
    if (hosts.length === 0) return undefined;
    const first = random.integer(hosts.length);
    if (via === "nodePort") return hosts[first];
    for (let step = 0; step < hosts.length; step++) {
      const candidate = hosts[(first + step) % hosts.length];
      if (this.isHealthyEntry(candidate, frontEnd)) return candidate;
    }
    return undefined;
  }

  /** A load balancer's health check: the node answers, and with external policy Local has an endpoint of its own. */
  private isHealthyEntry(host: Host, frontEnd: FrontEnd | undefined): boolean {
    if (!this.pods.dataPath.reaches(undefined, host)) return false;
    const rules = frontEnd === undefined ? undefined : this.proxy.rulesOn(frontEnd.history, host.name);
    return rules === undefined || !rules.port.externalPolicyLocal || rules.usable(host).local.length > 0;
  }

  private frontEndOf(destination: Destination): FrontEnd | undefined {
    const { target } = destination;
    const service = this.proxy.service(`${target.namespace}/${target.service}`);
    if (service !== destination.resolvedFor) {
      destination.resolvedFor = service;
      const ports = service?.spec.ports ?? [];
      const port =
        target.port === undefined ? ports[0] : ports.find(({ name, port: number }) => name === target.port || number === target.port);
      if (port !== undefined)
        destination.frontEnd = this.frontEnd(servicePortName(target.namespace, target.service, port.name ?? ""), target.via);
      else if (service !== undefined) destination.frontEnd = undefined;
    }
    return destination.frontEnd;
  }

  private frontEnd(name: string, via: ServiceAddress): FrontEnd {
    const key = `${via} ${name}`;
    let frontEnd = this.frontEnds.get(key);
    if (frontEnd === undefined) {
      frontEnd = { history: this.proxy.rules(name), via, balancers: [], affinity: new SessionAffinity(), salt: this.frontEnds.size };
      this.frontEnds.set(key, frontEnd);
    }
    return frontEnd;
  }
}

function reset(connection: Connection): void {
  connection.outcome = "unanswered";
  connection.server = undefined;
  connection.proxyDelay = 0;
  connection.roundTrip = 0;
  connection.bytesPerMicrosecond = 0;
  connection.proxyHost = undefined;
  connection.endpoint = undefined;
  connection.balancer = undefined;
  connection.tracked = false;
}

/**
 * kube-proxy writes KUBE-SERVICES in a new random order at each sync on each node, so a service's place is as good as any: a hash of
 * sync and node. Finalizer of MurmurHash3, https://github.com/aappleby/smhasher
 */
function scramble(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
