/** The IPVS mode: a hash look-up in the kernel's table of virtual servers; each virtual server schedules its connections itself. */
import { MILLISECOND, type SimTime } from "../../../engine/simulation.js";
import { NFTABLES_CONNECT_SPREAD, nftablesConnectCost } from "../nftables/costs.js";
import type { ProxyMode, RuleLoad } from "../proxy-mode.js";
import type { ServicePort } from "../service-port.js";
import { ipvsBalancer } from "./scheduler.js";

/**
 * One netlink call for each real server that comes or goes. Source: "adding one rule takes ... 2 ms with IPVS", Huawei, "Scale
 * Kubernetes to support 50 000 services", 2017; the only published figure, see ../shared/reference/network-costs.md, section 5.
 */
const PER_CHANGE: SimTime = 2 * MILLISECOND;

/** A virtual server for each address of the port, with all its real servers in each. */
function countServers(port: ServicePort, endpoints: number): { readonly rules: number; readonly dispatch: number } {
  const virtualServers = 1 + port.externalIPs.length + port.loadBalancerVIPs.length + (port.nodePort === 0 ? 0 : 1);
  return { rules: virtualServers * (1 + endpoints), dispatch: 0 };
}

/** Loading everything at the start has no published figure: the measured cost of a rule in iptables-restore stands in for an entry's. */
const FULL_PER_ENTRY = 5.6;

function syncDuration(load: RuleLoad, full: boolean, changedServices: number, changedEndpoints: number): SimTime {
  return Math.round(full ? FULL_PER_ENTRY * load.rules : PER_CHANGE * (changedServices + changedEndpoints));
}

/** The mode with a scheduler. Throws UnknownIpvsScheduler. */
export function ipvsMode(scheduler = "rr"): ProxyMode {
  ipvsBalancer(scheduler);
  return {
    name: "ipvs",
    // Source: KubeProxyConfiguration ipvs.minSyncPeriod, default of kube-proxy's command line and file alike.
    minSyncPeriod: 0,
    usesNetfilter: true,
    shortCircuitsLocalPolicy: false,
    rulesOf: countServers,
    syncDuration,
    newBalancer: () => ipvsBalancer(scheduler),
    // A hash look-up: published as "the same as or slightly slower than nftables" (Kubernetes blog, 28 February 2025).
    connectSpread: NFTABLES_CONNECT_SPREAD,
    connectCost: (_dispatched, _chosen, cache) => nftablesConnectCost(cache),
  };
}
