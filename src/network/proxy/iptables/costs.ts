/**
 * What iptables rules cost. Source: this project's reference measurements, ../shared/reference/network-costs.md, sections 1 and 2
 * (legacy tables; connect latency through r dispatch rules, less that without rules: 40.7 µs cold, 8.9 µs hot).
 */
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { type CacheState, CONNECT_WITHOUT_RULES, type RuleLoad, spreadOf } from "../proxy-mode.js";

/** Section 1, "iptables (legacy tables)" cold: 53.6 µs + 19.6 ns × r; hot: 11.6 µs + 4.4 ns × r; each less no rules. */
const FIXED: Readonly<Record<CacheState, number>> = {
  cold: 53.6 - CONNECT_WITHOUT_RULES.cold,
  hot: 11.6 - CONNECT_WITHOUT_RULES.hot,
};
const PER_DISPATCH_RULE: Readonly<Record<CacheState, number>> = { cold: 0.0196, hot: 0.0044 };

/** Section 1, "choice of endpoint, iptables": 54 ns cold, 58 ns hot for each endpoint rule read. */
const PER_ENDPOINT_RULE: Readonly<Record<CacheState, number>> = { cold: 0.054, hot: 0.058 };

/** Section 1, cold: median 53.6 µs, 99th percentile 137 µs; the ratio is much the same for any number of rules. */
export const IPTABLES_CONNECT_SPREAD = spreadOf(53.6, 137);

/** Section 1: beyond about 5000 rules the list leaves the second-level cache, and a hot rule costs as much as a cold one. */
const RULES_IN_CACHE = 5000;

/** Section 2: full load of R rules: 5.6 µs × R + 3.0e-11 s × R². */
const FULL_PER_RULE = 5.6;
const FULL_PER_RULE_SQUARED = 3.0e-11 * SECOND;

/** Section 2: kube-proxy's own work of a full sync: 0.84 s at 5000 services, 1.5 s at 10 000, 2.8 s at 20 000. */
const FULL_PER_SERVICE = 145;

/** Section 2: incremental load: 3 ms + 0.109 ms × S. */
const INCREMENTAL_FIXED = 3_000;
const INCREMENTAL_PER_SERVICE = 109;

/** Microseconds that the first packet of a connection spends in the rules. */
export function iptablesConnectCost(dispatched: number, chosen: number, cache: CacheState): number {
  const perRule = cache === "hot" && dispatched > RULES_IN_CACHE ? PER_DISPATCH_RULE.cold : PER_DISPATCH_RULE[cache];
  return FIXED[cache] + perRule * dispatched + PER_ENDPOINT_RULE[cache] * chosen;
}

/** From the start of a sync until iptables-restore has committed it. */
export function iptablesSyncDuration(load: RuleLoad, full: boolean): SimTime {
  const duration = full
    ? FULL_PER_RULE * load.rules + FULL_PER_RULE_SQUARED * load.rules * load.rules + FULL_PER_SERVICE * load.services
    : INCREMENTAL_FIXED + INCREMENTAL_PER_SERVICE * load.services;
  return Math.round(duration);
}
