/**
 * The rules of one service port on one node: the dispatch rules that lead to it, and its own chains.
 *
 * Source of what each rule is for: https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-iptables; the rules agree with those
 * that kube-proxy 1.36 writes, which the golden cases hold.
 */
import { Cidr } from "../../address.js";
import type { ProxyEndpoint } from "../endpoint.js";
import { loopbackRange, type ProxyConfig } from "../proxy-config.js";
import { isExternallyAccessible, type ServicePort, usesClusterEndpoints, usesLocalEndpoints } from "../service-port.js";
import type { UsableEndpoints } from "../topology.js";
import { endpointChainName, serviceChainNames } from "./chain-names.js";
import type { IptablesRule } from "./rule.js";

/** Chains of the fixed part to which each service port adds dispatch rules. */
export interface DispatchRules {
  readonly natServices: IptablesRule[];
  readonly natNodePorts: IptablesRule[];
  readonly filterServices: IptablesRule[];
  readonly filterExternalServices: IptablesRule[];
  readonly filterNodePorts: IptablesRule[];
  readonly filterProxyFirewall: IptablesRule[];
}

/** Counter of connections that used a node port on the loopback address. */
const LOCALHOST_NODE_PORTS_COUNTER = "localhost_nps_accepted_pkts";

/** Adds the dispatch rules of a service port: they are written anew at every sync, whatever changed. */
export function addDispatchRules(port: ServicePort, usable: UsableEndpoints, config: ProxyConfig, rules: DispatchRules): void {
  const names = serviceChainNames(port);
  const { protocol, name } = port;
  const { anywhere } = usable;
  const hasInternal = anywhere && !(port.internalPolicyLocal && usable.local.length === 0);
  const hasExternal = anywhere && !(port.externalPolicyLocal && usable.local.length === 0);
  // Without any endpoint clients shall know at once; without a local one the packet is not this node's business.
  const refusal = anywhere
    ? { comment: `${name} has no local endpoints`, target: "DROP" }
    : { comment: `${name} has no endpoints`, target: "REJECT" };
  const to = (address: string): IptablesRule => ({ protocol, destination: address, destinationPort: port.port });

  if (hasInternal) {
    const target = port.internalPolicyLocal ? names.local : names.cluster;
    rules.natServices.push({ comment: `${name} cluster IP`, ...to(port.clusterIP), target });
  } else {
    rules.filterServices.push({ ...to(port.clusterIP), ...refusal });
  }
  for (const address of port.externalIPs) {
    if (anywhere) rules.natServices.push({ comment: `${name} external IP`, ...to(address), target: names.external });
    if (!hasExternal) rules.filterExternalServices.push({ ...to(address), ...refusal });
  }
  const hasFirewall = anywhere && port.loadBalancerSourceRanges.length > 0;
  for (const address of port.loadBalancerVIPs) {
    if (anywhere) {
      rules.natServices.push({ comment: `${name} loadbalancer IP`, ...to(address), target: hasFirewall ? names.firewall : names.external });
    }
    if (hasFirewall) {
      rules.filterProxyFirewall.push({ comment: `${name} traffic not accepted by ${names.firewall}`, ...to(address), target: "DROP" });
    }
    if (!hasExternal) rules.filterExternalServices.push({ ...to(address), ...refusal });
  }
  if (port.nodePort !== 0) {
    const toNodePort: IptablesRule = { protocol, destinationPort: port.nodePort };
    if (anywhere) {
      if (answersOnLoopback(config)) {
        const counted = { destination: loopbackRange("IPv4"), counter: LOCALHOST_NODE_PORTS_COUNTER };
        rules.natNodePorts.push({ comment: name, ...toNodePort, ...counted, target: names.external });
      }
      rules.natNodePorts.push({ comment: name, ...toNodePort, target: names.external });
    }
    if (!hasExternal) rules.filterExternalServices.push({ destinationIsLocal: true, ...toNodePort, ...refusal });
  }
  if (port.healthCheckNodePort !== 0) {
    const comment = `${name} health check node port`;
    rules.filterNodePorts.push({ comment, protocol: "tcp", destinationPort: port.healthCheckNodePort, target: "ACCEPT" });
  }
}

/** Whether node ports answer at 127.0.0.1: needs the kernel setting route_localnet, which IPv6 has not. */
export function answersOnLoopback(config: ProxyConfig): boolean {
  if (config.family === "IPv6" || !config.localhostNodePorts) return false;
  const { nodePortAddresses } = config;
  return nodePortAddresses.length === 0 || nodePortAddresses.some((range) => Cidr.parse(range).contains("127.0.0.1"));
}

/** The chains of a service port and of its endpoints. `comments`: whether rules about endpoints have one; large clusters leave them out. */
export function serviceChains(
  port: ServicePort,
  usable: UsableEndpoints,
  config: ProxyConfig,
  comments: boolean,
): Map<string, IptablesRule[]> {
  const chains = new Map<string, IptablesRule[]>();
  if (!usable.anywhere) return chains;
  const names = serviceChainNames(port);
  const note = (comment: string): IptablesRule => (comments ? { comment } : {});
  const add = (chain: string, ...rules: IptablesRule[]): void => {
    chains.set(chain, [...(chains.get(chain) ?? []), ...rules]);
  };

  const internal = port.internalPolicyLocal ? names.local : names.cluster;
  if (!(port.internalPolicyLocal && usable.local.length === 0)) {
    const clusterIP: IptablesRule = { protocol: port.protocol, destination: port.clusterIP, destinationPort: port.port };
    const masquerade = { comment: `${port.name} cluster IP`, ...clusterIP, target: "KUBE-MARK-MASQ" };
    if (config.masqueradeAll) add(internal, masquerade);
    else if (config.localCIDR !== undefined) add(internal, { ...masquerade, notSource: config.localCIDR });
  }
  if (isExternallyAccessible(port)) add(names.external, ...externalRules(port, usable, config));
  if (port.loadBalancerVIPs.length > 0 && port.loadBalancerSourceRanges.length > 0) {
    add(names.firewall, ...firewallRules(port, config));
  }
  if (usesClusterEndpoints(port) && usable.cluster.length > 0) add(names.cluster, ...choiceRules(port, usable.cluster, note));
  if (usesLocalEndpoints(port) && usable.local.length > 0) add(names.local, ...choiceRules(port, usable.local, note));
  for (const endpoint of usable.reachable) add(endpointChainName(port, endpoint), ...endpointRules(port, endpoint, note));
  return chains;
}

type Note = (comment: string) => IptablesRule;

/** What becomes of traffic to external addresses before a back end is chosen. */
function externalRules(port: ServicePort, usable: UsableEndpoints, config: ProxyConfig): IptablesRule[] {
  const names = serviceChainNames(port);
  if (!port.externalPolicyLocal) {
    return [{ comment: `masquerade traffic for ${port.name} external destinations`, target: "KUBE-MARK-MASQ" }, { target: names.cluster }];
  }
  // With policy Local pods and the node itself still reach all endpoints: the short circuit.
  const rules: IptablesRule[] = [];
  if (config.localCIDR !== undefined) {
    rules.push({ comment: `pod traffic for ${port.name} external destinations`, source: config.localCIDR, target: names.cluster });
  }
  const fromNode = { sourceIsLocal: true } as const;
  rules.push({ comment: `masquerade LOCAL traffic for ${port.name} external destinations`, ...fromNode, target: "KUBE-MARK-MASQ" });
  rules.push({ comment: `route LOCAL traffic for ${port.name} external destinations`, ...fromNode, target: names.cluster });
  if (usable.local.length > 0) rules.push({ target: names.local });
  return rules;
}

/** Source ranges that may use the load balancer's addresses. */
function firewallRules(port: ServicePort, config: ProxyConfig): IptablesRule[] {
  const names = serviceChainNames(port);
  const comment = `${port.name} loadbalancer IP`;
  const sources = [...port.loadBalancerSourceRanges];
  // The node's own traffic to the address loops back with that address as its source.
  const allowsNode = sources.some((range) => Cidr.parse(range).contains(config.nodeAddresses[0]));
  if (allowsNode) sources.push(...port.loadBalancerVIPs);
  return [
    ...sources.map((source) => ({ comment, source, target: names.external })),
    // A rule without a target, for whoever reads the rules.
    { comment: `other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL` },
  ];
}

/** A back end by chance, each with equal probability; with session affinity first the one that the client had before. */
function choiceRules(port: ServicePort, endpoints: readonly ProxyEndpoint[], note: Note): IptablesRule[] {
  const rules: IptablesRule[] = [];
  const names = endpoints.map((endpoint) => endpointChainName(port, endpoint));
  const comments = endpoints.map((endpoint) => note(`${port.name} -> ${endpoint.text}`));
  if (port.affinitySeconds > 0) {
    for (const [index, name] of names.entries()) {
      rules.push({ ...comments[index], recent: { name, seconds: port.affinitySeconds }, target: name });
    }
  }
  for (const [index, name] of names.entries()) {
    const left = endpoints.length - index;
    rules.push({ ...comments[index], ...(left > 1 ? { probability: (1 / left).toFixed(10) } : {}), target: name });
  }
  return rules;
}

/** The translation to one endpoint. A packet from the endpoint to itself needs another source, or the answer would not come back here. */
function endpointRules(port: ServicePort, endpoint: ProxyEndpoint, note: Note): IptablesRule[] {
  const recent = port.affinitySeconds > 0 ? { recent: { name: endpointChainName(port, endpoint), set: true } as const } : {};
  return [
    { ...note(port.name), source: endpoint.address, target: "KUBE-MARK-MASQ" },
    { ...note(port.name), ...recent, protocol: port.protocol, target: "DNAT", toDestination: endpoint.text },
  ];
}
