/**
 * Cilium's kube-proxy replacement: services are entries of eBPF maps; the address is translated at connect() in the socket, so that
 * packets carry the back end's address from the start. Source: https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/
 */
import { MILLISECOND, type SimTime } from "../../../engine/simulation.js";
import { NFTABLES_CONNECT_SPREAD, nftablesConnectCost } from "../nftables/costs.js";
import type { ProxyMode, RuleLoad } from "../proxy-mode.js";
import type { ServicePort } from "../service-port.js";

/**
 * One map update a changed service and a changed back end. No published figure; taken as the netlink call of IPVS, an upper bound for
 * what is one system call.
 */
const PER_CHANGE: SimTime = 2 * MILLISECOND;

/** Loading everything at the start: no published figure either; as for IPVS the cost of a rule in iptables-restore stands in. */
const FULL_PER_ENTRY = 5.6;

function countEntries(port: ServicePort, endpoints: number): { readonly rules: number; readonly dispatch: number } {
  const frontEnds = 1 + port.externalIPs.length + port.loadBalancerVIPs.length + (port.nodePort === 0 ? 0 : 1);
  return { rules: frontEnds * (1 + endpoints), dispatch: 0 };
}

export const EBPF: ProxyMode = {
  name: "ebpf",
  minSyncPeriod: 0,
  usesNetfilter: false,
  shortCircuitsLocalPolicy: true,
  rulesOf: countEntries,
  syncDuration: (load: RuleLoad, full: boolean, changedServices: number, changedEndpoints: number) =>
    Math.round(full ? FULL_PER_ENTRY * load.rules : PER_CHANGE * (changedServices + changedEndpoints)),
  // "at 1000 requests/s p99 is equal" to iptables with few services (imroc.cc, "Cilium Network Performance Benchmark"): a hash look-up.
  connectSpread: NFTABLES_CONNECT_SPREAD,
  connectCost: (_dispatched, _chosen, cache) => nftablesConnectCost(cache),
};
