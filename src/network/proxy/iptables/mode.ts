/** The iptables mode: a list of rules read from the top, a back end by a chain of random rules. */
import { SECOND } from "../../../engine/simulation.js";
import type { ProxyMode } from "../proxy-mode.js";
import type { ServicePort } from "../service-port.js";
import { IPTABLES_CONNECT_SPREAD, iptablesConnectCost, iptablesSyncDuration } from "./costs.js";

/** Rules of a node without any service: 8 in nat and 15 in filter. Source: counted from kube-proxy 1.36 with an empty cluster. */
export const FIXED_RULES = 23;

export const IPTABLES: ProxyMode = {
  name: "iptables",
  // Source: KubeProxyConfiguration iptables.minSyncPeriod.
  minSyncPeriod: SECOND,
  usesNetfilter: true,
  shortCircuitsLocalPolicy: true,
  rulesOf: countRules,
  syncDuration: iptablesSyncDuration,
  connectSpread: IPTABLES_CONNECT_SPREAD,
  connectCost: iptablesConnectCost,
};

/**
 * Number of rules of one service port, counted on a node without endpoints of its own. Each endpoint has a jump and two rules of its
 * own chain (three jumps with session affinity's), each address one dispatch rule, external access a chain of two rules.
 */
function countRules(port: ServicePort, endpoints: number): { readonly rules: number; readonly dispatch: number } {
  const addresses = 1 + port.externalIPs.length + port.loadBalancerVIPs.length;
  const nodePorts = port.nodePort === 0 ? 0 : 2;
  if (endpoints === 0) return { rules: addresses + (port.nodePort === 0 ? 0 : 1), dispatch: 0 };
  const external = nodePorts > 0 || addresses > 1;
  const perEndpoint = port.affinitySeconds > 0 ? 4 : 3;
  // With policy Local the external chain has one rule more, and each external address a rule that drops what comes from outside.
  const chain = external ? (port.externalPolicyLocal ? 3 + (addresses - 1) + (port.nodePort === 0 ? 0 : 1) : 2) : 0;
  const firewall = port.loadBalancerSourceRanges.length > 0 ? (port.loadBalancerSourceRanges.length + 2) * port.loadBalancerVIPs.length : 0;
  return { rules: addresses + nodePorts + 1 + perEndpoint * endpoints + chain + firewall, dispatch: addresses };
}
