/**
 * How broken a zone is, and how fast pods are evicted from it: where most nodes fail at once, the fault is likely in the control
 * plane's view of them, and evicting everything would make it worse.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, handleDisruption, setLimiterInZone).
 */
import { REGION_LABEL, ZONE_LABEL } from "../../../api/topology-labels.js";
import type { Node } from "../../../api/types/index.js";

export type ZoneState = "Initial" | "Normal" | "PartialDisruption" | "FullDisruption";

export interface ZoneCounts {
  ready: number;
  notReady: number;
}

export interface EvictionRates {
  readonly nodeEvictionRate: number;
  readonly secondaryNodeEvictionRate: number;
  readonly unhealthyZoneThreshold: number;
  readonly largeClusterSizeThreshold: number;
}

/** A zone with fewer nodes that are not ready than this never counts as partly broken. Source: ComputeZoneState. */
const FEW_NODES = 2;

/** Zones are told apart by region and zone label; nodes without either are one zone. */
export function zoneOf(node: Node): string {
  const region = node.metadata.labels?.[REGION_LABEL] ?? "";
  const zone = node.metadata.labels?.[ZONE_LABEL] ?? "";
  return region === "" && zone === "" ? "" : `${region}:\u0000:${zone}`;
}

/** Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-exclude-disruption */
const EXCLUDE_DISRUPTION = "node.kubernetes.io/exclude-disruption";

/** Nodes with this label, whatever its value, say nothing about their zone's state; they are tainted and evicted from all the same. */
function isLeftOutOfZones(node: Node): boolean {
  return node.metadata.labels?.[EXCLUDE_DISRUPTION] !== undefined;
}

/** Counts the node among those of its zone. */
export function countNode(zones: Map<string, ZoneCounts>, node: Node, ready: boolean): void {
  if (isLeftOutOfZones(node)) return;
  const zone = zoneOf(node);
  let counts = zones.get(zone);
  if (counts === undefined) {
    counts = { ready: 0, notReady: 0 };
    zones.set(zone, counts);
  }
  if (ready) counts.ready++;
  else counts.notReady++;
}

export function zoneState({ ready, notReady }: ZoneCounts, rates: EvictionRates): ZoneState {
  if (ready === 0 && notReady > 0) return "FullDisruption";
  if (notReady > FEW_NODES && notReady / (ready + notReady) >= rates.unhealthyZoneThreshold) return "PartialDisruption";
  return "Normal";
}

/** Nodes a second that may be tainted NoExecute in a zone of that state and size. */
export function evictionRate(state: ZoneState, size: number, rates: EvictionRates): number {
  if (state !== "PartialDisruption") return rates.nodeEvictionRate;
  return size > rates.largeClusterSizeThreshold ? rates.secondaryNodeEvictionRate : 0;
}

export interface ZoneDecision {
  readonly states: ReadonlyMap<string, ZoneState>;
  /** New rates of the zones in which they change. */
  readonly rates: ReadonlyMap<string, number>;
  /** All zones are broken as of now: taints are taken back and nothing is evicted any more. */
  readonly stopEvictions: boolean;
  /** All zones were broken and one is not any more: every node is given a whole grace period anew. */
  readonly restartGrace: boolean;
}

/** Judges all zones, from their states before. */
export function judgeZones(
  before: ReadonlyMap<string, ZoneState>,
  counts: ReadonlyMap<string, ZoneCounts>,
  rates: EvictionRates,
): ZoneDecision {
  const after = new Map<string, ZoneState>();
  const previous = new Map<string, ZoneState>();
  for (const [zone, count] of counts) {
    after.set(zone, zoneState(count, rates));
    previous.set(zone, before.get(zone) ?? "Initial");
  }
  const allBroken = [...after.values()].every((state) => state === "FullDisruption");
  const allWereBroken = [...previous.values()].every((state) => state === "FullDisruption");
  const changed = new Map<string, number>();
  if (allBroken && allWereBroken) return { states: previous, rates: changed, stopEvictions: false, restartGrace: false };
  for (const [zone, state] of after) {
    if (allBroken) changed.set(zone, 0);
    else if (allWereBroken || previous.get(zone) !== state) changed.set(zone, evictionRate(state, sizeOf(counts.get(zone)!), rates));
  }
  return { states: after, rates: changed, stopEvictions: allBroken, restartGrace: !allBroken && allWereBroken };
}

function sizeOf({ ready, notReady }: ZoneCounts): number {
  return ready + notReady;
}
