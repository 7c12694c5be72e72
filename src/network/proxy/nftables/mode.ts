/** The nftables mode: one look-up in a verdict map finds the service, one random number the back end. */
import { SECOND } from "../../../engine/simulation.js";
import type { ProxyMode } from "../proxy-mode.js";
import type { ServicePort } from "../service-port.js";
import { NFTABLES_CONNECT_SPREAD, nftablesConnectCost, nftablesSyncDuration } from "./costs.js";

/**
 * One rule a service, and two more for its external addresses (three with policy Local, on a node without endpoints of its own); with
 * session affinity a rule and a chain of two for each endpoint.
 */
function countRules(port: ServicePort, endpoints: number): { readonly rules: number; readonly dispatch: number } {
  if (endpoints === 0) return { rules: 0, dispatch: 0 };
  const external = port.nodePort !== 0 || port.externalIPs.length > 0 || port.loadBalancerVIPs.length > 0;
  const affinity = port.affinitySeconds > 0 ? 3 * endpoints : 0;
  return { rules: 1 + (external ? (port.externalPolicyLocal ? 3 : 2) : 0) + affinity, dispatch: 0 };
}

export const NFTABLES: ProxyMode = {
  name: "nftables",
  // Source: KubeProxyConfiguration nftables.minSyncPeriod.
  minSyncPeriod: SECOND,
  usesNetfilter: true,
  shortCircuitsLocalPolicy: true,
  rulesOf: countRules,
  syncDuration: (load, full) => nftablesSyncDuration(load, full),
  connectSpread: NFTABLES_CONNECT_SPREAD,
  connectCost: (_dispatched, _chosen, cache) => nftablesConnectCost(cache),
};
