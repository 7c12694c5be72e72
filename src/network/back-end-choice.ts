/** The back end of a new connection: which endpoints the rules allow, and which of them the proxy's mode picks. */
import type { RandomStream } from "../engine/random.js";
import type { SimTime } from "../engine/simulation.js";
import { Cidr } from "./address.js";
import type { Connection, NetworkClient } from "./connection.js";
import type { Host } from "./data-path.js";
import type { FrontEnd, ServiceAddress } from "./front-end.js";
import type { ProxyEndpoint } from "./proxy/endpoint.js";
import { ipvsBalancer } from "./proxy/ipvs/scheduler.js";
import { type BalancerState, pickUniformly, type ProxyMode } from "./proxy/proxy-mode.js";
import type { ServicePort } from "./proxy/service-port.js";
import type { UsableEndpoints } from "./proxy/topology.js";

/**
 * The endpoints to which traffic for an address may go; empty where it is refused or dropped.
 *
 * @param inside whether it comes from a pod or a node: with external policy Local the modes but IPVS lead such traffic to all
 * endpoints, while IPVS gives an external address the local endpoints only, and all of them where there is none.
 */
export function allowedEndpoints(
  { cluster, local }: UsableEndpoints,
  port: ServicePort,
  via: ServiceAddress,
  inside: boolean,
  mode: ProxyMode,
): readonly ProxyEndpoint[] {
  switch (via) {
    case "ingress":
      // The proxies go by the endpoints themselves; traffic policies are kube-proxy's.
      return cluster.length > 0 ? cluster : local;
    case "clusterIP":
      return port.internalPolicyLocal ? local : cluster;
    default:
      if (!port.externalPolicyLocal) return cluster;
      if (mode.shortCircuitsLocalPolicy) return inside ? cluster : local;
      return local.length > 0 ? local : cluster;
  }
}

const sourceRanges = new WeakMap<ServicePort, readonly Cidr[]>();

/** Whether loadBalancerSourceRanges let a client use the load balancer's address. */
export function acceptsSource(port: ServicePort, address: string): boolean {
  if (port.loadBalancerSourceRanges.length === 0) return true;
  let ranges = sourceRanges.get(port);
  if (ranges === undefined) sourceRanges.set(port, (ranges = port.loadBalancerSourceRanges.map((range) => Cidr.parse(range))));
  return ranges.some((range) => range.contains(address));
}

const takeTurns = (): BalancerState => ipvsBalancer("rr");

/** Picks one of the endpoints, of which there is at least one, by position; the connection remembers what it must give back. */
export function pickEndpoint(
  frontEnd: FrontEnd,
  port: ServicePort,
  endpoints: readonly ProxyEndpoint[],
  client: NetworkClient,
  host: Host,
  mode: ProxyMode,
  random: RandomStream,
  now: SimTime,
  connection: Connection,
): number {
  const viaIngress = frontEnd.via === "ingress";
  const affinitySeconds = viaIngress ? 0 : port.affinitySeconds;
  if (affinitySeconds > 0) {
    const sticky = frontEnd.affinity.find(host.id, client.address, endpoints, affinitySeconds, now);
    if (sticky >= 0) return sticky;
  }
  // The proxies of an ingress controller take endpoints in turn, each by its own count.
  const newBalancer = viaIngress ? takeTurns : mode.newBalancer;
  let index: number;
  if (newBalancer === undefined) index = pickUniformly(endpoints.length, random);
  else {
    const balancer = (frontEnd.balancers[host.id] ??= newBalancer());
    index = balancer.pick(endpoints, client.address, random);
    connection.balancer = balancer;
    connection.endpoint = endpoints[index];
  }
  if (affinitySeconds > 0) frontEnd.affinity.remember(host.id, client.address, endpoints[index], now);
  return index;
}
