/** What one service port adds to the table in nftables mode: chains of its own, and elements of the shared sets and maps. */
import { Cidr } from "../../address.js";
import type { ProxyEndpoint } from "../endpoint.js";
import { MASQUERADE_MARK, type ProxyConfig } from "../proxy-config.js";
import { isExternallyAccessible, type ServicePort, usesClusterEndpoints, usesLocalEndpoints } from "../service-port.js";
import type { UsableEndpoints } from "../topology.js";
import { nftEndpointNames, nftServiceNames } from "./names.js";

/** Sets and maps that all services share. */
export const SHARED_SETS = [
  "cluster-ips",
  "service-ips",
  "service-nodeports",
  "no-endpoint-services",
  "no-endpoint-nodeports",
  "firewall-ips",
  "hairpin-connections",
] as const;

export type SharedSet = (typeof SHARED_SETS)[number];

/** Marks a packet whose source is to be rewritten. */
const MARK_MASQUERADE = `mark set mark or ${MASQUERADE_MARK}`;

/** Adds the elements of a service port: key, and what it is mapped to where the set is a map. */
export function addElements(
  port: ServicePort,
  usable: UsableEndpoints,
  config: ProxyConfig,
  add: (set: SharedSet, key: string, value?: string) => void,
): void {
  const names = nftServiceNames(port);
  const { protocol, name } = port;
  const { anywhere } = usable;
  const hasInternal = anywhere && !(port.internalPolicyLocal && usable.local.length === 0);
  const hasExternal = anywhere && !(port.externalPolicyLocal && usable.local.length === 0);
  const refusal = anywhere ? "drop" : "goto reject-chain";
  const comment = ` comment "${name}"`;
  const at = (address: string): string => `${address} . ${protocol} . ${port.port}`;

  add("cluster-ips", port.clusterIP);
  if (hasInternal) add("service-ips", at(port.clusterIP), `goto ${port.internalPolicyLocal ? names.local : names.cluster}`);
  else add("no-endpoint-services", at(port.clusterIP) + comment, refusal);
  for (const address of [...port.externalIPs, ...port.loadBalancerVIPs]) {
    if (anywhere) add("service-ips", at(address), `goto ${names.external}`);
    if (!hasExternal) add("no-endpoint-services", at(address) + comment, refusal);
  }
  if (anywhere && port.loadBalancerSourceRanges.length > 0) {
    for (const address of port.loadBalancerVIPs) add("firewall-ips", at(address), `goto ${names.firewall}`);
  }
  if (port.nodePort !== 0) {
    const nodePort = `${protocol} . ${port.nodePort}`;
    if (anywhere) add("service-nodeports", nodePort, `goto ${names.external}`);
    if (!hasExternal) add("no-endpoint-nodeports", nodePort + comment, refusal);
  }
  for (const { address, port: number, nodeName } of usable.reachable) {
    if (nodeName === config.node.name) add("hairpin-connections", `${address} . ${address} . ${protocol} . ${number}`);
  }
}

/** The chains of a service port and, with session affinity, of its endpoints; and the sets of clients that these need. */
export function nftServiceChains(
  port: ServicePort,
  usable: UsableEndpoints,
  config: ProxyConfig,
): { readonly chains: ReadonlyMap<string, readonly string[]>; readonly affinitySets: readonly string[] } {
  const chains = new Map<string, readonly string[]>();
  const affinitySets: string[] = [];
  if (!usable.anywhere) return { chains, affinitySets };
  const names = nftServiceNames(port);
  const ip = config.family === "IPv6" ? "ip6" : "ip";
  if (isExternallyAccessible(port)) chains.set(names.external, externalRules(port, usable, config, ip));
  if (port.loadBalancerVIPs.length > 0 && port.loadBalancerSourceRanges.length > 0) {
    chains.set(names.firewall, [`${ip} saddr != { ${allowedSources(port, config).join(" , ")} } drop`]);
  }
  if (usesClusterEndpoints(port) && usable.cluster.length > 0) chains.set(names.cluster, choiceRules(port, usable.cluster, ip));
  if (usesLocalEndpoints(port) && usable.local.length > 0) chains.set(names.local, choiceRules(port, usable.local, ip));
  if (port.affinitySeconds > 0) {
    for (const endpoint of usable.reachable) {
      const { chain, affinity } = nftEndpointNames(port, endpoint);
      chains.set(chain, [`update @${affinity} { ${ip} saddr }`, `meta l4proto ${port.protocol} dnat to ${endpoint.text}`]);
      affinitySets.push(affinity);
    }
  }
  return { chains, affinitySets };
}

function externalRules(port: ServicePort, usable: UsableEndpoints, config: ProxyConfig, ip: string): string[] {
  const names = nftServiceNames(port);
  if (!port.externalPolicyLocal) return [`${MARK_MASQUERADE} comment "masquerade"`, `goto ${names.cluster}`];
  const rules: string[] = [];
  if (config.localCIDR !== undefined)
    rules.push(`${ip} saddr ${config.localCIDR} goto ${names.cluster} comment "short-circuit pod traffic"`);
  rules.push(`fib saddr type local ${MARK_MASQUERADE} comment "masquerade local traffic"`);
  rules.push(`fib saddr type local goto ${names.cluster} comment "short-circuit local traffic"`);
  if (usable.local.length > 0) rules.push(`goto ${names.local}`);
  return rules;
}

/** Source ranges that may use the load balancer; the node's own traffic to the address has that address as its source. */
function allowedSources(port: ServicePort, { nodeAddresses }: ProxyConfig): string[] {
  const ranges = [...port.loadBalancerSourceRanges];
  if (ranges.some((range) => Cidr.parse(range).contains(nodeAddresses[0]))) ranges.push(...port.loadBalancerVIPs);
  return ranges;
}

/** One random number picks the back end; with session affinity the one that the client had before goes first. */
function choiceRules(port: ServicePort, endpoints: readonly ProxyEndpoint[], ip: string): string[] {
  if (port.affinitySeconds === 0) {
    const choices = endpoints.map(({ address, port: number }, index) => `${index} : ${address} . ${number}`);
    return [`meta l4proto ${port.protocol} dnat ${ip} addr . port to numgen random mod ${endpoints.length} map { ${choices.join(" , ")} }`];
  }
  const names = endpoints.map((endpoint) => nftEndpointNames(port, endpoint));
  const choices = names.map(({ chain }, index) => `${index} : goto ${chain}`);
  return [
    ...names.map(({ chain, affinity }) => `${ip} saddr @${affinity} goto ${chain}`),
    `numgen random mod ${endpoints.length} vmap { ${choices.join(" , ")} }`,
  ];
}

/** Masquerades cluster IP traffic of others than the node's pods, where the configuration tells them apart. */
export function clusterIpMasqueradeRules(config: ProxyConfig): string[] {
  const ip = config.family === "IPv6" ? "ip6" : "ip";
  if (config.masqueradeAll) return [`${ip} daddr @cluster-ips ${MARK_MASQUERADE} comment "masquerade clusterIP traffic"`];
  if (config.localCIDR === undefined) return [];
  return [
    `${ip} daddr @cluster-ips ${ip} saddr != ${config.localCIDR} ${MARK_MASQUERADE} comment "masquerade clusterIP traffic from outside cluster"`,
  ];
}
