/** What tells the modes of kube-proxy apart while the simulation runs: what rules cost, and which back end a new connection gets. */
import type { Distribution } from "../../engine/distribution.js";
import { lognormal } from "../../engine/distribution-families.js";
import type { RandomStream } from "../../engine/random.js";
import type { SimTime } from "../../engine/simulation.js";
import type { ProxyEndpoint } from "./endpoint.js";
import type { ServicePort } from "./service-port.js";

export type ProxyModeName = "iptables" | "ipvs" | "nftables" | "ebpf";

/** Numbers of what a node's rules hold, as the cost formulas need them. */
export interface RuleLoad {
  /** Service ports. */
  readonly services: number;
  /** Rules or map elements that a new connection is compared with until it finds its service: KUBE-SERVICES in iptables. */
  readonly dispatchRules: number;
  /** All rules, or what corresponds to them. */
  readonly rules: number;
  readonly endpoints: number;
}

/**
 * Whether rules are in the caches of the processor that reads them. Cold is right where connections are rare, hot where a node does
 * nothing else. Source: ../shared/reference/network-costs.md, section 1.
 */
export type CacheState = "cold" | "hot";

/** The list of a service port's back ends as one node's rules hold it, and the node's choices from it so far. */
export interface BalancerState {
  /** Picks a back end for a new connection, by position in the list; the list is not empty. */
  pick(endpoints: readonly ProxyEndpoint[], clientAddress: string, random: RandomStream): number;
  /** A connection to the back end ended. */
  closed(endpoint: ProxyEndpoint): void;
}

export interface ProxyMode {
  readonly name: ProxyModeName;
  /** Least time between two syncs, microseconds. */
  readonly minSyncPeriod: SimTime;
  /** Whether rules translate addresses in netfilter: such modes need br_netfilter for the traffic of bridged pods. */
  readonly usesNetfilter: boolean;
  /** Whether pods and the node itself reach all endpoints by an external address in spite of external policy Local. */
  readonly shortCircuitsLocalPolicy: boolean;
  /** Number of rules that one service port with so many usable endpoints stands for, and how many of them dispatch. */
  rulesOf(port: ServicePort, endpoints: number): { readonly rules: number; readonly dispatch: number };
  /** From the start of a sync until its rules are in effect. */
  syncDuration(load: RuleLoad, full: boolean, changedServices: number, changedEndpoints: number): SimTime;
  /** Choices of one node for one address of a service port; undefined where a choice leaves no trace and all nodes share {@link pickUniformly}. */
  readonly newBalancer?: () => BalancerState;
  /** Factor by which connecting through the rules spreads around its median. */
  readonly connectSpread: Distribution;
  /** Median microseconds that the first packet of a connection waits for the rules. `dispatched`: rules read until the service's, `chosen`: endpoint rules read. */
  connectCost(dispatched: number, chosen: number, cache: CacheState): number;
}

/** Connecting without rules on one node, microseconds. Source: as above: 40.7 µs cold, 8.9 µs hot. */
export const CONNECT_WITHOUT_RULES: Readonly<Record<CacheState, number>> = { cold: 40.7, hot: 8.9 };

/** 99th percentile of the standard normal distribution. */
const NORMAL_P99 = 2.326;

/** A lognormal factor with median 1 that has the measured ratio of 99th percentile and median. */
export function spreadOf(medianConnect: number, p99Connect: number): Distribution {
  return lognormal(1, Math.log(p99Connect / medianConnect) / NORMAL_P99);
}

/** The choice of `statistic --mode random` rules and of `numgen random`: uniform and independent. */
export function pickUniformly(count: number, random: RandomStream): number {
  return count === 1 ? 0 : random.integer(count);
}
