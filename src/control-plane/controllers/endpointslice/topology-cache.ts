/**
 * Hints for zones in proportion to the processors of their nodes: the annotation service.kubernetes.io/topology-mode: Auto.
 *
 * Source: staging/src/k8s.io/endpointslice/topologycache and
 * https://kubernetes.io/docs/concepts/services-networking/topology-aware-routing/
 */
import { quantityMilliValue } from "../../../api/quantity.js";
import { ZONE_LABEL } from "../../../api/topology-labels.js";
import type { Endpoint, EndpointSlice, Node, Service } from "../../../api/types/index.js";
import type { AddressType } from "./endpoint.js";
import { alsoUpdating, isReady, rewritten, withoutHints, type Hints } from "./hinted-slices.js";
import type { SliceChanges } from "./reconcile-slices.js";
import { allocationsOf, isOverloaded, movesBetween, type Allocation, type EndpointsByZone, type ZoneRatios } from "./zone-allocations.js";

const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
/** Older name, which goes first where both are present. */
const TOPOLOGY_AWARE_HINTS = "service.kubernetes.io/topology-aware-hints";
/** Nodes whose processors do not count. Source: hasExcludedLabels in topologycache.go. */
const EXCLUDING_LABELS = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];
/** With fewer zones there is nothing to divide. */
const LEAST_ZONES = 2;

export function usesTopologyMode({ metadata }: Service): boolean {
  const mode = metadata.annotations?.[TOPOLOGY_AWARE_HINTS] ?? metadata.annotations?.[TOPOLOGY_MODE];
  return mode === "Auto" || mode === "auto";
}

export interface HintsEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: "TopologyAwareHintsEnabled" | "TopologyAwareHintsDisabled";
  readonly message: string;
}

function disabled(why: string, type: AddressType): HintsEvent {
  return { type: "Warning", reason: "TopologyAwareHintsDisabled", message: `${why}, addressType: ${type}` };
}

export class TopologyCache {
  private ratios: ZoneRatios | undefined;
  /** Of Services with hints how many of their endpoints are meant for each zone. */
  private readonly byService = new Map<string, Map<AddressType, EndpointsByZone>>();
  private readonly hinted = new Set<string>();

  setNodes(nodes: Iterable<Node>): void {
    this.ratios = zoneRatios(nodes);
  }

  /** Whether any Service has hints. */
  get isUsed(): boolean {
    return this.byService.size > 0;
  }

  overloadedServices(): string[] {
    return [...this.byService]
      .filter(([, types]) => [...types.values()].some((zones) => isOverloaded(zones, this.ratios)))
      .map(([key]) => key);
  }

  /** Forgets the hints of a Service that does not ask for them; tells of it where it had some. */
  forget(service: string, type: AddressType): readonly HintsEvent[] {
    const had = this.hinted.delete(service);
    const types = this.byService.get(service);
    types?.delete(type);
    if (types?.size === 0) this.byService.delete(service);
    return had ? [disabled("Topology Aware Hints has been disabled", type)] : [];
  }

  /** Gives the slices hints, or takes all away where some rule forbids them. */
  addHints(
    service: string,
    type: AddressType,
    changes: SliceChanges,
  ): { readonly changes: SliceChanges; readonly events: readonly HintsEvent[] } {
    const refused = (why: string) => {
      this.forget(service, type);
      return { changes: withoutHints(changes), events: [disabled(why, type)] };
    };
    const ready = [...changes.create, ...changes.update, ...changes.unchanged].reduce(
      (sum, { endpoints }) => sum + endpoints.filter(isReady).length,
      0,
    );
    const allocations = this.allocate(ready);
    if (typeof allocations === "string") return refused(allocations);

    const zones = new Map<string, number>();
    const wider = alsoUpdating(changes, (slice) => !keepsHints(slice, allocations, zones));
    const written = [...wider.create, ...wider.update].flatMap(({ endpoints }) => endpoints.filter(isReady));
    if (written.some(({ zone }) => zone === undefined)) return refused("One or more endpoints do not have a zone specified");
    for (const { zone } of written) zones.set(zone!, (zones.get(zone!) ?? 0) + 1);
    const redistribute = redistribution(allocations, zones);
    const hinted = rewritten(wider, (endpoint) => (isReady(endpoint) ? redistribute(endpoint) : endpoint.hints));

    const events: HintsEvent[] = [];
    if (!this.hinted.has(service)) {
      const message = `Topology Aware Hints has been enabled, addressType: ${type}`;
      events.push({ type: "Normal", reason: "TopologyAwareHintsEnabled", message });
    }
    this.hinted.add(service);
    let types = this.byService.get(service);
    if (types === undefined) this.byService.set(service, (types = new Map<AddressType, EndpointsByZone>()));
    types.set(type, zones);
    return { changes: hinted, events };
  }

  /** What each zone is to have of so many endpoints, or why there can be no hints. */
  private allocate(endpoints: number): ReadonlyMap<string, Allocation> | string {
    const { ratios } = this;
    if (ratios === undefined) return "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";
    const counts = `(${endpoints} endpoints, ${ratios.size} zones)`;
    if (ratios.size > endpoints) return `Insufficient number of endpoints ${counts}`;
    return (
      allocationsOf(ratios, endpoints) ??
      `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`
    );
  }
}

/** Undefined where nodes of fewer than two zones are ready, or one of them lacks a zone or processors. */
function zoneRatios(nodes: Iterable<Node>): ZoneRatios | undefined {
  const processors = new Map<string, number>();
  let total = 0;
  for (const { metadata, status } of nodes) {
    const { labels = {} } = metadata;
    if (EXCLUDING_LABELS.some((label) => label in labels)) continue;
    if (status?.conditions?.find(({ type }) => type === "Ready")?.status !== "True") continue;
    const zone = labels[ZONE_LABEL] ?? "";
    const cpu = quantityMilliValue(status.allocatable?.cpu ?? "0");
    if (zone === "" || cpu === 0) return undefined;
    total += cpu;
    processors.set(zone, (processors.get(zone) ?? 0) + cpu);
  }
  if (processors.size < LEAST_ZONES) return undefined;
  return new Map([...processors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, cpu]) => [zone, cpu / total]));
}

/**
 * Whether an unchanged slice may keep its hints: every ready endpoint has some, all for zones that there are, and no zone gets more than it may have.
 * Those of a slice that does are counted into `zones`. Source: getHintsByZone in utils.go.
 */
function keepsHints({ endpoints }: EndpointSlice, allocations: ReadonlyMap<string, Allocation>, zones: Map<string, number>): boolean {
  const own = new Map<string, number>();
  for (const endpoint of endpoints) {
    if (!isReady(endpoint)) continue;
    const forZones = endpoint.hints?.forZones ?? [];
    if (forZones.length === 0) return false;
    for (const { name } of forZones) own.set(name, (own.get(name) ?? 0) + 1);
  }
  for (const [zone, count] of own) {
    const allocation = allocations.get(zone);
    if (allocation === undefined || count + (zones.get(zone) ?? 0) > allocation.maximum) return false;
  }
  for (const [zone, count] of own) zones.set(zone, (zones.get(zone) ?? 0) + count);
  return true;
}

/** Hints for the endpoint's own zone, until that has given as many to others as it should. Counts what it moves in `zones`. */
function redistribution(allocations: ReadonlyMap<string, Allocation>, zones: Map<string, number>): (endpoint: Endpoint) => Hints {
  const { give, get } = movesBetween(allocations, zones);
  return ({ zone: own = "" }) => {
    let zone = own;
    const receiver = [...get].find(([, count]) => count > 0)?.[0];
    if (receiver !== undefined && (give.get(own) ?? 0) > 0) {
      give.set(own, give.get(own)! - 1);
      get.set(receiver, get.get(receiver)! - 1);
      zones.set(own, zones.get(own)! - 1);
      zones.set(receiver, (zones.get(receiver) ?? 0) + 1);
      zone = receiver;
    }
    return { forZones: [{ name: zone }] };
  };
}
