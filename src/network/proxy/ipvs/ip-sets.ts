/**
 * The sets of addresses and ports by which the constant iptables rules of IPVS mode tell kinds of traffic apart.
 * Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/proxy/ipvs/README.md
 */
import { Cidr } from "../../address.js";
import type { ProxyConfig } from "../proxy-config.js";
import type { ServicePort } from "../service-port.js";
import type { TranslatedPort } from "../service-tracker.js";
import { nodePortAddresses } from "./virtual-servers.js";

/** Entries of each set that has any, by its name without the prefix KUBE- or KUBE-6-. */
export type IpSets = ReadonlyMap<string, ReadonlySet<string>>;

/** A set's name as ipset knows it. */
export function ipSetName(name: string, { family }: ProxyConfig): string {
  return family === "IPv6" ? `KUBE-6-${name}` : `KUBE-${name}`;
}

export function ipSets(ports: readonly TranslatedPort[], config: ProxyConfig): IpSets {
  const sets = new Map<string, Set<string>>();
  const add = (set: string, entry: string): void => {
    let entries = sets.get(set);
    if (entries === undefined) sets.set(set, (entries = new Set<string>()));
    entries.add(entry);
  };
  for (const { port, endpoints } of ports) {
    const at = (address: string): string => `${address},${port.protocol}:${port.port}`;
    for (const address of [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs]) add("IPVS-IPS", address);
    add("CLUSTER-IP", at(port.clusterIP));
    for (const address of port.externalIPs) add(port.externalPolicyLocal ? "EXTERNAL-IP-LOCAL" : "EXTERNAL-IP", at(address));
    for (const address of port.loadBalancerVIPs) {
      add("LOAD-BALANCER", at(address));
      if (port.externalPolicyLocal) add("LOAD-BALANCER-LOCAL", at(address));
      if (port.loadBalancerSourceRanges.length === 0) continue;
      add("LOAD-BALANCER-FW", at(address));
      for (const range of port.loadBalancerSourceRanges) add("LOAD-BALANCER-SOURCE-CIDR", `${at(address)},${range}`);
      // The node's own traffic to the address loops back with that address as its source.
      if (allowsNode(port, config)) add("LOAD-BALANCER-SOURCE-IP", `${at(address)},${address}`);
    }
    if (port.nodePort !== 0) addNodePort(port, config, add);
    if (port.healthCheckNodePort !== 0) add("HEALTH-CHECK-NODE-PORT", String(port.healthCheckNodePort));
    // A pod that reaches itself through its service: the answer has to come back through the node.
    for (const { address, port: number, nodeName } of endpoints) {
      if (nodeName === config.node.name) add("LOOP-BACK", `${address},${port.protocol}:${number},${address}`);
    }
  }
  return sets;
}

/** Whether the node itself is in a source range of the load balancer. */
export function allowsNode({ loadBalancerSourceRanges }: ServicePort, { nodeAddresses }: ProxyConfig): boolean {
  return loadBalancerSourceRanges.some((range) => Cidr.parse(range).contains(nodeAddresses[0]));
}

/** Sets of port numbers serve TCP and UDP; SCTP has sets of addresses and ports. */
function addNodePort(port: ServicePort, config: ProxyConfig, add: (set: string, entry: string) => void): void {
  const sets = port.externalPolicyLocal ? ["NODE-PORT", "NODE-PORT-LOCAL"] : ["NODE-PORT"];
  for (const set of sets) {
    const name = `${set}-${port.protocol.toUpperCase()}`;
    if (port.protocol !== "sctp") add(name, String(port.nodePort));
    else for (const address of nodePortAddresses(config)) add(`${name}-HASH`, `${address},sctp:${port.nodePort}`);
  }
}
