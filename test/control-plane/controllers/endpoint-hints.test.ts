import { describe, expect, it } from "vitest";
import type { Endpoint, EndpointSlice, Node, Service } from "../../../src/api/types/index.js";
import type { SliceChanges } from "../../../src/control-plane/controllers/endpointslice/reconcile-slices.js";
import { TopologyCache, usesTopologyMode } from "../../../src/control-plane/controllers/endpointslice/topology-cache.js";
import { distributed } from "../../../src/control-plane/controllers/endpointslice/traffic-distribution.js";
import { allocationsOf, isOverloaded, movesBetween } from "../../../src/control-plane/controllers/endpointslice/zone-allocations.js";
import { replicaSet, service } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function endpoint(name: string, zone: string | undefined, ready = true, hints?: Endpoint["hints"]): Endpoint {
  return {
    addresses: [name],
    conditions: { ready, serving: ready, terminating: false },
    nodeName: `node-of-${name}`,
    ...(zone !== undefined && { zone }),
    ...(hints !== undefined && { hints }),
  };
}

/** Endpoints named by zone and number: "a0", "a1", "b0". */
function inZones(counts: Readonly<Record<string, number>>): Endpoint[] {
  return Object.entries(counts).flatMap(([zone, count]) => Array.from({ length: count }, (_, i) => endpoint(`${zone}${i}`, zone)));
}

function creating(endpoints: readonly Endpoint[]): SliceChanges {
  return { create: [{ addressType: "IPv4", endpoints }], update: [], delete: [], unchanged: [] };
}

function unchanged(endpoints: readonly Endpoint[]): SliceChanges {
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "s" },
    addressType: "IPv4",
    endpoints,
  };
  return { create: [], update: [], delete: [], unchanged: [slice] };
}

function node(name: string, zone: string | undefined, cpu: string | undefined, change: Partial<Node> = {}): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: zone === undefined ? {} : { "topology.kubernetes.io/zone": zone } },
    spec: {},
    status: { ...(cpu !== undefined && { allocatable: { cpu } }), conditions: [{ type: "Ready", status: "True" }] },
    ...change,
  };
}

function cacheOf(nodes: readonly Node[]): TopologyCache {
  const cache = new TopologyCache();
  cache.setNodes(nodes);
  return cache;
}

const EVEN = [node("n1", "a", "4"), node("n2", "b", "4")];

function zonesHinted(changes: SliceChanges): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoints } of [...changes.create, ...changes.update])
    for (const { hints } of endpoints) for (const { name } of hints?.forZones ?? []) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe("hints of spec.trafficDistribution", () => {
  it("name the endpoint's own zone, and with PreferSameNode its node", () => {
    const hintsOf = (how: Parameters<typeof distributed>[1]) =>
      distributed(creating([endpoint("p", "a")]), how).create[0].endpoints[0].hints;
    expect(hintsOf("PreferClose")).toEqual({ forZones: [{ name: "a" }] });
    expect(hintsOf("PreferSameZone")).toEqual({ forZones: [{ name: "a" }] });
    expect(hintsOf("PreferSameNode")).toEqual({ forZones: [{ name: "a" }], forNodes: [{ name: "node-of-p" }] });
  });

  it("are given for the node alone where the zone is not known", () => {
    const { create } = distributed(creating([endpoint("p", undefined)]), "PreferSameNode");
    expect(create[0].endpoints[0].hints).toEqual({ forNodes: [{ name: "node-of-p" }] });
    expect(distributed(creating([endpoint("p", undefined)]), "PreferClose").create[0].endpoints[0].hints).toBeUndefined();
  });

  it("are given to ready endpoints alone, and make no slice be written because of others", () => {
    const { create } = distributed(creating([endpoint("p", "a", false), endpoint("q", "a")]), "PreferClose");
    expect(create[0].endpoints.map(({ hints }) => hints !== undefined)).toEqual([false, true]);
    expect(distributed(unchanged([endpoint("p", "a", false)]), "PreferClose").update).toEqual([]);
  });

  it("have an unchanged slice written where a ready endpoint has wrong ones", () => {
    const stale = unchanged([endpoint("p", "a", true, { forZones: [{ name: "b" }] })]);
    const { update, unchanged: rest } = distributed(stale, "PreferClose");
    expect(update[0].endpoints[0].hints).toEqual({ forZones: [{ name: "a" }] });
    expect(rest).toEqual([]);
  });
});

describe("how many endpoints a zone ought to have", () => {
  it("is its part of the processors, of which at most a fifth may be missing", () => {
    // 3 of 4 processors: 7.5 of 10 endpoints, at least 7.5 / 1.2 = 6.25, so 7; 2.5 / 1.2 = 2.08, so 3.
    const allocations = allocationsOf(
      new Map([
        ["a", 0.75],
        ["b", 0.25],
      ]),
      10,
    );
    expect([...allocations!]).toEqual([
      ["a", { desired: 7.5, maximum: 7 }],
      ["b", { desired: 3, maximum: 3 }],
    ]);
  });

  it("cannot be had where the least numbers are more than there are endpoints", () => {
    // Three equal zones and four endpoints: each needs at least 1.33 / 1.2 = 1.1, so 2.
    const third = new Map([
      ["a", 1 / 3],
      ["b", 1 / 3],
      ["c", 1 / 3],
    ]);
    expect(allocationsOf(third, 4)).toBeUndefined();
  });

  it("makes endpoints move one at a time from where most are too many, as long as one side lacks a whole one and the other half of one", () => {
    const wish = (desired: number) => ({ desired, maximum: 10 });
    const moves = (a: number, b: number, wishA: number, wishB: number) => {
      const { give, get } = movesBetween(
        new Map([
          ["a", wish(wishA)],
          ["b", wish(wishB)],
        ]),
        new Map([
          ["a", a],
          ["b", b],
        ]),
      );
      return [Object.fromEntries(give), Object.fromEntries(get)];
    };
    expect(moves(6, 2, 4, 4)).toEqual([{ a: 2 }, { b: 2 }]);
    expect(moves(4, 3, 3.5, 4)).toEqual([{ a: 1 }, { b: 1 }]);
    expect(moves(4, 3, 3.5, 3.5)).toEqual([{}, {}]);
    expect(moves(4, 3, 3.6, 5)).toEqual([{}, {}]);
  });

  it("is not reached where a zone has fewer than its least number, or nothing is known of zones", () => {
    const even = new Map([
      ["a", 0.5],
      ["b", 0.5],
    ]);
    const present = (a: number, b: number) =>
      new Map([
        ["a", a],
        ["b", b],
      ]);
    expect(isOverloaded(present(5, 5), even)).toBe(false);
    // 10 / 2 / 1.2 = 4.17: five are needed.
    expect(isOverloaded(present(6, 4), even)).toBe(true);
    expect(isOverloaded(new Map([["a", 4]]), even)).toBe(true);
    expect(isOverloaded(present(5, 5), undefined)).toBe(true);
    expect(isOverloaded(new Map(), undefined)).toBe(false);
  });
});

describe("hints of the annotation service.kubernetes.io/topology-mode", () => {
  const annotated = (annotations: Readonly<Record<string, string>>): Service => ({
    ...service("web"),
    metadata: { name: "web", namespace: "default", annotations },
  });

  it("are asked for with Auto or auto; the older annotation goes first", () => {
    const MODE = "service.kubernetes.io/topology-mode";
    expect(usesTopologyMode(annotated({ [MODE]: "Auto" }))).toBe(true);
    expect(usesTopologyMode(annotated({ [MODE]: "auto" }))).toBe(true);
    expect(usesTopologyMode(annotated({ [MODE]: "AUTO" }))).toBe(false);
    expect(usesTopologyMode(annotated({}))).toBe(false);
    expect(usesTopologyMode(annotated({ [MODE]: "Auto", "service.kubernetes.io/topology-aware-hints": "disabled" }))).toBe(false);
  });

  it("lead endpoints of a zone that has too many to the others", () => {
    const { changes, events } = cacheOf(EVEN).addHints("default/web", "IPv4", creating(inZones({ a: 6, b: 2 })));
    expect(zonesHinted(changes)).toEqual({ a: 4, b: 4 });
    expect(events).toEqual([
      { type: "Normal", reason: "TopologyAwareHintsEnabled", message: "Topology Aware Hints has been enabled, addressType: IPv4" },
    ]);
  });

  it("are told of once, and again when they end", () => {
    const cache = cacheOf(EVEN);
    cache.addHints("default/web", "IPv4", creating(inZones({ a: 2, b: 2 })));
    expect(cache.addHints("default/web", "IPv4", creating(inZones({ a: 2, b: 2 }))).events).toEqual([]);
    expect(cache.forget("default/web", "IPv4")).toEqual([
      { type: "Warning", reason: "TopologyAwareHintsDisabled", message: "Topology Aware Hints has been disabled, addressType: IPv4" },
    ]);
    expect(cache.forget("default/web", "IPv4")).toEqual([]);
  });

  it("leave a slice as it is that has good ones", () => {
    const hinted = inZones({ a: 2, b: 2 }).map((one) => ({ ...one, hints: { forZones: [{ name: one.zone! }] } }));
    expect(cacheOf(EVEN).addHints("default/web", "IPv4", unchanged(hinted)).changes.update).toEqual([]);
    const gone = hinted.map((one) => ({ ...one, hints: { forZones: [{ name: "c" }] } }));
    expect(zonesHinted(cacheOf(EVEN).addHints("default/web", "IPv4", unchanged(gone)).changes)).toEqual({ a: 2, b: 2 });
  });

  const noHints = (nodes: readonly Node[], endpoints: readonly Endpoint[]): string => {
    const hinted = endpoints.map((one) => ({ ...one, hints: { forZones: [{ name: "a" }] } }));
    const { changes, events } = cacheOf(nodes).addHints("default/web", "IPv4", unchanged(hinted));
    expect(changes.update.flatMap((slice) => slice.endpoints.map(({ hints }) => hints))).toEqual(endpoints.map(() => undefined));
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([["Warning", "TopologyAwareHintsDisabled"]]);
    return events[0].message;
  };
  const INSUFFICIENT = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4";

  it("are taken away where nodes lack a zone or processors, or only one zone has nodes that are ready and no control plane", () => {
    const four = inZones({ a: 2, b: 2 });
    expect(noHints([...EVEN, node("n3", undefined, "4")], four)).toBe(INSUFFICIENT);
    expect(noHints([...EVEN, node("n3", "b", undefined)], four)).toBe(INSUFFICIENT);
    const notReady: Partial<Node> = { status: { allocatable: { cpu: "4" }, conditions: [{ type: "Ready", status: "False" }] } };
    expect(noHints([EVEN[0], node("n2", "b", "4", notReady)], four)).toBe(INSUFFICIENT);
    const labels = { "topology.kubernetes.io/zone": "b", "node-role.kubernetes.io/control-plane": "" };
    expect(noHints([EVEN[0], node("n2", "b", "4", { metadata: { name: "n2", labels } })], four)).toBe(INSUFFICIENT);
  });

  it("are taken away where there are fewer ready endpoints than zones, or too few to divide", () => {
    expect(noHints(EVEN, [endpoint("p", "a"), endpoint("q", "b", false)])).toBe(
      "Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4",
    );
    const three = [...EVEN, node("n3", "c", "4")];
    expect(noHints(three, inZones({ a: 2, b: 2 }))).toBe(
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (4 endpoints, 3 zones), addressType: IPv4",
    );
  });

  it("are taken away where an endpoint that is to be written has no zone", () => {
    const { events, changes } = cacheOf(EVEN).addHints(
      "default/web",
      "IPv4",
      creating([...inZones({ a: 3, b: 2 }), endpoint("p", undefined)]),
    );
    expect(events[0].message).toBe("One or more endpoints do not have a zone specified, addressType: IPv4");
    expect(zonesHinted(changes)).toEqual({});
  });
});

describe("the EndpointSlice controller with hints", () => {
  it("divides anew when a node changes so that a zone's endpoints would be overloaded, and takes hints away with the annotation", () => {
    const cluster = new SmallCluster();
    const size = (name: string, cpu: string) =>
      cluster.kubectl.patchStatus<"Node">({ kind: "Node", name }, (one) => ({ ...one, status: { ...one.status, allocatable: { cpu } } }));
    cluster.addNode("n1", { "topology.kubernetes.io/zone": "a" });
    cluster.addNode("n2", { "topology.kubernetes.io/zone": "b" });
    size("n1", "4");
    size("n2", "4");
    const web = service("web");
    const annotations = { "service.kubernetes.io/topology-mode": "Auto" };
    cluster.runTo(1);
    cluster.apply(replicaSet("web", 8));
    cluster.runTo(5);
    cluster.apply({ ...web, metadata: { ...web.metadata, annotations } });
    cluster.runTo(6);
    const zones = () => {
      const names = cluster.list("EndpointSlice").flatMap(({ endpoints }) => endpoints.map(({ hints }) => hints?.forZones?.[0].name ?? ""));
      return ["a", "b", ""].map((zone) => names.filter((name) => name === zone).length);
    };
    expect(zones()).toEqual([4, 4, 0]);
    expect(cluster.eventsOf("TopologyAwareHintsEnabled")).toHaveLength(1);
    // A third machine, four times as large, in zone b: b has 5/6 of the processors.
    cluster.kubectl.create<"Node">(node("n3", "b", "16"));
    cluster.runTo(8);
    expect(zones()[1]).toBeGreaterThanOrEqual(6);
    cluster.change("Service", "web", (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
    cluster.runTo(10);
    expect(zones()).toEqual([0, 0, 8]);
    expect(cluster.eventsOf("TopologyAwareHintsDisabled")).toHaveLength(1);
  });
});
