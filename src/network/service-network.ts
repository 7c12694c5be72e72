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
import { acceptsSource, allowedEndpoints, pickEndpoint } from "./back-end-choice.js";
import { Connection, type NetworkClient } from "./connection.js";
import type { Host } from "./data-path.js";
import { Destination, type FrontEnd, FrontEnds, type ServiceAddress, type ServiceTarget } from "./front-end.js";
import { INGRESS_PROXY_DELAY, type IngressProxies, type IngressTarget } from "./ingress-proxies.js";
import { LoadBalancerEntry, type LoadBalancerKind } from "./load-balancer-entry.js";
import { HOST_TO_HOST } from "./path-costs.js";
import type { Attachment, PodNetwork } from "./pod-network.js";
import type { ProxyEndpoint } from "./proxy/endpoint.js";
import type { KubeProxy } from "./proxy/kube-proxy.js";
import { type CacheState, CONNECT_WITHOUT_RULES, pickUniformly } from "./proxy/proxy-mode.js";
import type { RulesVersion } from "./proxy/rules-history.js";
import { scramble } from "./scramble.js";
import { hasSidecar, SIDECAR_DELAY } from "./service-mesh.js";

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
  /** Without proxies requests to an Ingress get no answer. */
  readonly ingressProxies?: IngressProxies;
  /** Default cloud. */
  readonly loadBalancer?: LoadBalancerKind;
}

export class ServiceNetwork {
  private readonly simulation: Simulation;
  private readonly pods: PodNetwork;
  private readonly proxy: KubeProxy;
  private readonly ruleCache: CacheState;
  private readonly outsideRoundTrip: SimTime;
  private readonly allows: ServiceNetworkOptions["allows"];
  private readonly loadBalancer: LoadBalancerEntry;
  private readonly hasIngressProxies: boolean;
  private readonly frontEnds: FrontEnds;

  constructor(options: ServiceNetworkOptions) {
    this.simulation = options.simulation;
    this.pods = options.pods;
    this.proxy = options.proxy;
    this.ruleCache = options.ruleCache ?? "cold";
    this.outsideRoundTrip = options.outsideRoundTrip ?? HOST_TO_HOST.roundTrip;
    this.allows = options.allows;
    this.hasIngressProxies = options.ingressProxies !== undefined;
    this.frontEnds = new FrontEnds(options.proxy, options.ingressProxies);
    this.loadBalancer = new LoadBalancerEntry(options.simulation, options.pods, options.proxy, options.loadBalancer ?? "cloud");
  }

  newConnection(): Connection {
    return new Connection();
  }

  destination(target: ServiceTarget | IngressTarget): Destination {
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
    connection.reset(client);
    const { host } = client;
    if (host?.powered === false) return;
    const { via } = destination;
    if (via === "clusterIP" && host !== undefined && this.connectHeadless(client, host, destination, random, connection)) return;
    const frontEnd = this.frontEnds.of(destination);
    const entry = via === "clusterIP" ? host : this.entryHost(host, via, frontEnd, random);
    // A cluster IP means nothing outside the cluster, and without a node there is nobody to answer.
    if (entry === undefined) return;
    connection.proxyHost = entry;
    if (entry !== host) {
      connection.roundTrip = host === undefined ? this.outsideRoundTrip : HOST_TO_HOST.roundTrip + this.pods.zoneDetour(host, entry);
      if (!this.pods.dataPath.reaches(host, entry)) return;
    }
    if (this.isBrokenFor(client.pod)) return;
    const rules = frontEnd === undefined ? undefined : this.proxy.rulesOn(frontEnd.history, entry.name);
    // Until a back end is found: what it takes to be told that there is none.
    connection.proxyDelay = CONNECT_WITHOUT_RULES[this.ruleCache];
    if (frontEnd === undefined || rules === undefined) {
      // A port that no rule knows is closed; an address that no rule knows leads nowhere.
      if (via === "nodePort") connection.outcome = "refused";
      if (via === "ingress" && this.hasIngressProxies) connection.outcome = "rejected";
      return;
    }
    const { port } = rules;
    if (via === "loadBalancer" && !acceptsSource(port, client.address)) return;
    const usable = rules.usable(entry);
    const endpoints = allowedEndpoints(usable, port, via, host !== undefined, this.proxy.mode);
    if (endpoints.length === 0) {
      // Without a local endpoint the packet is dropped; without any, the client is told.
      if (via === "ingress") connection.outcome = "rejected";
      else if (!usable.anywhere) connection.outcome = "refused";
      return;
    }
    if (!entry.conntrack.open(this.simulation.now)) {
      connection.outcome = "dropped";
      return;
    }
    connection.tracked = true;
    connection.trackedGeneration = entry.conntrack.generation;
    const index = pickEndpoint(frontEnd, port, endpoints, client, entry, this.proxy.mode, random, this.simulation.now, connection);
    connection.proxyDelay = 0;
    if (via === "ingress") connection.requestDelay = INGRESS_PROXY_DELAY;
    else connection.proxyDelay = this.ruleDelay(frontEnd, rules, entry, index, random);
    this.reach(client, entry, endpoints[index], port.namespace, connection);
  }

  /**
   * Connects straight to an endpoint where the Service is headless: its name stands for the ready endpoints' addresses, in an order that DNS
   * shuffles. Returns false where the Service is not headless.
   */
  private connectHeadless(
    client: NetworkClient,
    host: Host,
    { target, serviceKey }: Destination,
    random: RandomStream,
    connection: Connection,
  ): boolean {
    const service = serviceKey === undefined ? undefined : this.proxy.service(serviceKey);
    if (service?.spec.clusterIP !== "None" || !("via" in target)) return false;
    const { ports = [], publishNotReadyAddresses = false } = service.spec;
    const port =
      target.port === undefined ? ports[0] : ports.find(({ name, port: number }) => name === target.port || number === target.port);
    const all = this.proxy.endpointsOf(serviceKey!, port?.name ?? "", port?.protocol ?? "TCP");
    const endpoints = publishNotReadyAddresses ? all : all.filter(({ ready }) => ready);
    connection.proxyHost = host;
    if (endpoints.length > 0) this.reach(client, host, endpoints[pickUniformly(endpoints.length, random)], target.namespace, connection);
    // The name does not resolve.
    else connection.outcome = "rejected";
    connection.proxyDelay = endpoints.length > 0 ? 0 : CONNECT_WITHOUT_RULES[this.ruleCache];
    return true;
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
      if (pod.listening) clients.list.push(this.inPod(pod));
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

  /**
   * What the rules add to the handshake: the median by the cost formulas, spread as measured. Nobody is faster than the bare path.
   * kube-proxy writes KUBE-SERVICES in a new random order at each sync on each node, so one place of a service is as good as another.
   */
  private ruleDelay(frontEnd: FrontEnd, { sync }: RulesVersion, { id }: Host, chosen: number, random: RandomStream): number {
    const { mode, ruleLoad } = this.proxy;
    const dispatched = ruleLoad.dispatchRules === 0 ? 0 : 1 + (scramble(frontEnd.salt + sync, id) % ruleLoad.dispatchRules);
    const bare = CONNECT_WITHOUT_RULES[this.ruleCache];
    const connect = bare + mode.connectCost(dispatched, chosen + 1, this.ruleCache);
    return Math.max(0, connect * mode.connectSpread.sample(random) - bare);
  }

  private reach(client: NetworkClient, entry: Host, endpoint: ProxyEndpoint, namespace: string, connection: Connection): void {
    const server = this.attachmentOf(endpoint, namespace);
    if (server === undefined || this.isBrokenFor(server)) return;
    const { host } = server;
    const fromPod = client.pod !== undefined && !client.pod.hostNetwork;
    if (!this.pods.connects(entry, fromPod, host, !server.hostNetwork)) return;
    const path = this.pods.pathCost(entry, fromPod, host, !server.hostNetwork);
    if (client.host !== undefined || entry !== host) connection.roundTrip += path.roundTrip + this.pods.zoneDetour(entry, host);
    connection.bytesPerMicrosecond = path.bytesPerMicrosecond;
    if (this.allows !== undefined && !this.allows(client, server, endpoint.port)) return;
    if (client.pod !== undefined && hasSidecar(client.pod.pod)) connection.requestDelay += SIDECAR_DELAY;
    if (hasSidecar(server.pod)) connection.requestDelay += SIDECAR_DELAY;
    connection.server = server;
    connection.outcome = server.listening ? "connected" : "refused";
  }

  private attachmentOf(endpoint: ProxyEndpoint, namespace: string): Attachment | undefined {
    const attachment = this.pods.attachmentAt(endpoint.address);
    if (attachment !== undefined || endpoint.podName === undefined) return attachment;
    const ofPod = this.pods.attachmentOf(`${namespace}/${endpoint.podName}`);
    return ofPod?.hostNetwork === true && ofPod.addresses.includes(endpoint.address) ? ofPod : undefined;
  }

  /** Without br_netfilter, packets of bridged pods pass by the rules that would translate them there or back. */
  private isBrokenFor(pod: Attachment | undefined): boolean {
    return pod !== undefined && !pod.hostNetwork && !pod.host.bridgeNetfilter && this.proxy.mode.usesNetfilter;
  }

  /** The node on which a connection to an external address arrives. */
  private entryHost(host: Host | undefined, via: ServiceAddress, frontEnd: FrontEnd | undefined, random: RandomStream): Host | undefined {
    if (via === "loadBalancer") {
      if (frontEnd === undefined) return undefined;
      // A load balancer's address is translated by the client's own node; its host name leads out of the cluster and back in.
      if (host !== undefined && (frontEnd.history.current?.port.loadBalancerVIPs.length ?? 0) > 0) return host;
      return this.loadBalancer.nodeFor(frontEnd, random);
    }
    const { nodes } = this.pods;
    if (nodes.length === 0) return undefined;
    const first = random.integer(nodes.length);
    // A node port is asked for at some node's address; before the proxies of an ingress controller there is a balancer that knows who answers.
    if (via === "nodePort") return nodes[first];
    for (let step = 0; step < nodes.length; step++) {
      const node = nodes[(first + step) % nodes.length];
      if (this.pods.dataPath.reaches(undefined, node)) return node;
    }
    return undefined;
  }
}
