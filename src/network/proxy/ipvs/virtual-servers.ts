/** The virtual servers of one node in IPVS mode. Source: kube-proxy 1.36, `syncService` and `syncEndpoint` (pkg/proxy/ipvs). */
import { Cidr } from "../../address.js";
import type { ProxyEndpoint } from "../endpoint.js";
import type { ProxyConfig } from "../proxy-config.js";
import type { Protocol, ServicePort } from "../service-port.js";
import type { TranslatedPort } from "../service-tracker.js";
import { type UsableEndpoints, usableEndpoints } from "../topology.js";

export interface VirtualServer {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly scheduler: string;
  /** Seconds for which a client stays with its real server; 0 without session affinity. */
  readonly persistenceSeconds: number;
  /** In the order of their text; all have weight 1. */
  readonly realServers: readonly ProxyEndpoint[];
}

/** All virtual servers of a node: one for each address of each service port. */
export function virtualServers(ports: readonly TranslatedPort[], config: ProxyConfig): VirtualServer[] {
  const servers: VirtualServer[] = [];
  const nodeAddresses = nodePortAddresses(config);
  for (const { port, endpoints } of ports) {
    const usable = usableEndpoints(port, endpoints, config.node);
    const add = (address: string, number: number, realServers: readonly ProxyEndpoint[]): void => {
      const { protocol, affinitySeconds } = port;
      servers.push({ address, port: number, protocol, scheduler: config.ipvsScheduler, persistenceSeconds: affinitySeconds, realServers });
    };
    add(port.clusterIP, port.port, port.internalPolicyLocal ? usable.local : usable.cluster);
    const external = externalServers(port, usable);
    for (const address of [...port.externalIPs, ...port.loadBalancerVIPs]) add(address, port.port, external);
    if (port.nodePort !== 0) for (const address of nodeAddresses) add(address, port.nodePort, external);
  }
  return servers;
}

/** With policy Local the local endpoints; where there is none the cluster's stay, so that the node's own pods get through. */
function externalServers(port: ServicePort, { cluster, local }: UsableEndpoints): readonly ProxyEndpoint[] {
  return port.externalPolicyLocal && local.length > 0 ? local : cluster;
}

/** Addresses of the node that answer node ports. */
export function nodePortAddresses({ nodeAddresses, nodePortAddresses: chosen, family }: ProxyConfig): readonly string[] {
  if (chosen.length === 0) return nodeAddresses;
  const ranges = chosen.map((range) => Cidr.parse(range)).filter((range) => range.family === family);
  return nodeAddresses.filter((address) => ranges.some((range) => range.contains(address)));
}
