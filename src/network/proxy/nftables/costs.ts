/**
 * What nftables rules cost. Source: this project's reference measurements, ../shared/reference/network-costs.md, sections 1 and 2
 * (nft 1.0.6; connect latency less that without rules: 40.7 µs cold, 8.9 µs hot).
 */
import { MILLISECOND, SECOND, type SimTime } from "../../../engine/simulation.js";
import { type CacheState, CONNECT_WITHOUT_RULES, type RuleLoad, spreadOf } from "../proxy-mode.js";

/** Section 1, "nftables (verdict map)": 54.6 µs cold, 11.1 µs hot, whatever the number of services and endpoints. */
const CONNECT: Readonly<Record<CacheState, number>> = {
  cold: 54.6 - CONNECT_WITHOUT_RULES.cold,
  hot: 11.1 - CONNECT_WITHOUT_RULES.hot,
};

/** Section 1, cold: median 54.6 µs, 99th percentile 131 µs. */
export const NFTABLES_CONNECT_SPREAD = spreadOf(54.6, 131);

/** Section 2: incremental: 15 ms + 7.5 µs × S. */
const INCREMENTAL_FIXED = 15 * MILLISECOND;
const INCREMENTAL_PER_SERVICE = 7.5;

/** Section 2, "nft full": services and seconds, joined by lines and continued with the last square. */
const FULL: readonly (readonly [services: number, seconds: number])[] = [
  [0, 0.022],
  [100, 0.025],
  [1000, 0.19],
  [2500, 0.62],
  [5000, 3.1],
  [10_000, 15],
  [20_000, 59],
];

/** Microseconds that the first packet of a connection spends in the rules. */
export function nftablesConnectCost(cache: CacheState): number {
  return CONNECT[cache];
}

/** From the start of a sync until nft has committed its transaction. */
export function nftablesSyncDuration(load: RuleLoad, full: boolean): SimTime {
  return Math.round(full ? fullLoad(load.services) : INCREMENTAL_FIXED + INCREMENTAL_PER_SERVICE * load.services);
}

function fullLoad(services: number): SimTime {
  const above = FULL.findIndex(([count]) => count >= services);
  if (above === 0) return FULL[0][1] * SECOND;
  if (above < 0) {
    const [count, seconds] = FULL[FULL.length - 1];
    return seconds * (services / count) ** 2 * SECOND;
  }
  const [lowCount, lowSeconds] = FULL[above - 1];
  const [highCount, highSeconds] = FULL[above];
  return (lowSeconds + ((highSeconds - lowSeconds) * (services - lowCount)) / (highCount - lowCount)) * SECOND;
}
