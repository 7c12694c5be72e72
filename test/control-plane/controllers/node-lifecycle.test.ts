import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/index.js";
import { judgeZones, type ZoneCounts, type ZoneState } from "../../../src/control-plane/controllers/nodelifecycle/zone-state.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment } from "./manifests.js";
import { tolerant } from "./node-conditions.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

function readyStatus(cluster: SmallCluster, node: string): string | undefined {
  return cluster.get("Node", node)?.status?.conditions?.find(({ type }) => type === "Ready")?.status;
}

function taintsOf(cluster: SmallCluster, node: string): string[] {
  return (cluster.get("Node", node)?.spec.taints ?? [])
    .map(({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`)
    .sort();
}

function readyOf(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
}

/** Seconds at which the node's Ready condition became Unknown. */
function unknownAt(cluster: SmallCluster, node: string): number {
  const ready = cluster.get("Node", node)!.status!.conditions!.find(({ type }) => type === "Ready")!;
  expect(ready.status).toBe("Unknown");
  return (ready.lastTransitionTime! - EPOCH) / SECOND;
}

describe("the node lifecycle controller", () => {
  it.each([40, 50])("gives a silent node up at a tick, %i s after the tick that noticed its last renewal", (grace) => {
    const cluster = new SmallCluster({ nodeMonitorGracePeriod: grace * SECOND });
    cluster.addNodes("worker", 3);
    cluster.runTo(13);
    cluster.stopKubelet("worker-2");
    // Renewals come at 0, 10, 20, ... s; the tick at 10 s notices the one at 10 s.
    cluster.runTo(10 + grace - 0.1);
    expect(readyStatus(cluster, "worker-2")).toBe("True");
    cluster.runTo(10 + grace + 6);
    expect(unknownAt(cluster, "worker-2") - 10 - grace).toBeGreaterThanOrEqual(0);
    expect(unknownAt(cluster, "worker-2") - 10 - grace).toBeLessThanOrEqual(5);
    expect(taintsOf(cluster, "worker-2")).toEqual(["unreachable:NoExecute", "unreachable:NoSchedule"]);
    expect(taintsOf(cluster, "worker-1")).toEqual([]);
    expect(cluster.eventsOf("NodeNotReady").map(({ message }) => message)).toEqual(["Node worker-2 status is now: NodeNotReady"]);
  });

  it("evicts after the toleration's seconds, lets the pod terminate and takes the taints back when the node returns", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(tolerant(deployment("web", 6)));
    cluster.runTo(20);
    cluster.stopKubelet("worker-3");
    cluster.runTo(76);
    expect(
      cluster
        .list("Pod")
        .filter(({ status }) => status?.conditions?.some(({ type, status: state }) => type === "Ready" && state === "False")),
    ).toHaveLength(2);
    expect(cluster.list("Pod")).toHaveLength(6);
    cluster.runTo(106);
    const terminating = cluster.list("Pod").filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(terminating.map(({ spec }) => spec.nodeName)).toEqual(["worker-3", "worker-3"]);
    expect(terminating[0].status?.conditions?.find(({ type }) => type === "DisruptionTarget")?.reason).toBe("DeletionByTaintManager");
    expect(cluster.list("Pod")).toHaveLength(8);
    expect(cluster.eventsOf("TaintManagerEviction").map(({ message }) => message.replace(/-[^-]*$/, ""))).toEqual(
      Array(2).fill("Marking for deletion Pod default/web-" + cluster.list("ReplicaSet")[0].metadata.name.slice(4)),
    );
    cluster.startKubelet("worker-3");
    cluster.runTo(112);
    expect(taintsOf(cluster, "worker-3")).toEqual([]);
    expect(cluster.list("Pod")).toHaveLength(6);
  });

  it("lets pods be when the node comes back in time", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(tolerant(deployment("web", 2)));
    cluster.runTo(20);
    cluster.stopKubelet("worker-2");
    cluster.runTo(80);
    expect(taintsOf(cluster, "worker-2")).toContain("unreachable:NoExecute");
    cluster.startKubelet("worker-2");
    cluster.runTo(200);
    expect(cluster.list("Pod").every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(true);
    expect(cluster.eventsOf("TaintManagerEviction").map(({ message }) => message.split(" ")[0])).toEqual(["Cancelling"]);
  });

  it("taints four of twenty dead nodes of a zone one each ten seconds", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 20, { "topology.kubernetes.io/zone": "a" });
    const times: number[] = [];
    cluster.api.onCommit(({ kind, object, previous }) => {
      if (kind !== "Node" || previous === undefined) return;
      const tainted = (node: unknown): boolean =>
        (node as { spec: { taints?: { effect: string }[] } }).spec.taints?.some(({ effect }) => effect === "NoExecute") === true;
      if (tainted(object) && !tainted(previous)) times.push(cluster.simulation.now / SECOND);
    });
    cluster.runTo(12);
    for (let i = 1; i <= 4; i++) cluster.stopKubelet(`worker-${i}`);
    cluster.runTo(120);
    expect(times).toHaveLength(4);
    for (let i = 1; i < 4; i++) expect(times[i] - times[i - 1]).toBeCloseTo(10, 0);
  });

  /** Seconds at which nodes are tainted NoExecute, by name. */
  function taintTimes(cluster: SmallCluster): Map<string, number> {
    const times = new Map<string, number>();
    cluster.api.onCommit(({ kind, object }) => {
      const { metadata, spec } = object as Node;
      if (kind !== "Node" || times.has(metadata.name) || spec.taints?.some(({ effect }) => effect === "NoExecute") !== true) return;
      times.set(metadata.name, cluster.simulation.now / SECOND);
    });
    return times;
  }

  it("does not let a zone's node wait for another zone's turn", () => {
    const cluster = new SmallCluster({ nodeEvictionRate: 0.02 });
    cluster.addNodes("a", 6, { "topology.kubernetes.io/zone": "a" });
    cluster.addNodes("b", 6, { "topology.kubernetes.io/zone": "b" });
    const times = taintTimes(cluster);
    cluster.runTo(12);
    cluster.stopKubelet("a-1");
    cluster.stopKubelet("a-2");
    cluster.runTo(22);
    cluster.stopKubelet("b-1");
    cluster.runTo(100);
    expect(times.size).toBe(2);
    expect(times.get("b-1")! - unknownAt(cluster, "b-1")).toBeLessThan(2);
  });

  it("wastes the turn of a node that is deleted while it waits", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 10);
    const times = taintTimes(cluster);
    cluster.runTo(12);
    for (let i = 1; i <= 3; i++) cluster.stopKubelet(`worker-${i}`);
    cluster.runTo(69);
    const waiting = [1, 2, 3].map((i) => `worker-${i}`).filter((name) => !times.has(name));
    expect(waiting).toHaveLength(2);
    for (const name of waiting) cluster.delete("Node", name);
    cluster.stopKubelet("worker-4");
    cluster.runTo(160);
    // Its turn comes after those of both.
    expect(times.get("worker-4")! - Math.min(...times.values())).toBeGreaterThan(29);
  });

  it("takes the taints off nodes that are new to it, and judges them anew", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.runTo(12);
    cluster.stopKubelet("worker-1");
    cluster.runTo(80);
    expect(taintsOf(cluster, "worker-1")).toContain("unreachable:NoExecute");
    const lost: number[] = [];
    cluster.api.onCommit(({ kind, object }) => {
      if (kind !== "Node" || object.metadata.name !== "worker-1") return;
      if (!taintsOf(cluster, "worker-1").includes("unreachable:NoExecute")) lost.push(cluster.simulation.now);
    });
    cluster.manager.stop();
    cluster.manager.start();
    cluster.runTo(100);
    expect(lost).not.toEqual([]);
    expect(taintsOf(cluster, "worker-1")).toContain("unreachable:NoExecute");
  });

  it("stops evicting when all zones are down and judges anew when one comes back", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("a", 3, { "topology.kubernetes.io/zone": "a" });
    cluster.addNodes("b", 3, { "topology.kubernetes.io/zone": "b" });
    cluster.runTo(12);
    const all = cluster.list("Node").map(({ metadata }) => metadata.name);
    for (const name of all) cluster.stopKubelet(name);
    cluster.runTo(100);
    expect(all.every((name) => readyStatus(cluster, name) === "Unknown")).toBe(true);
    expect(all.filter((name) => taintsOf(cluster, name).some((taint) => taint.endsWith("NoExecute")))).toEqual([]);
    for (const name of all.slice(0, 3)) cluster.startKubelet(name);
    cluster.runTo(130);
    expect(all.slice(0, 3).map((name) => taintsOf(cluster, name))).toEqual([[], [], []]);
    expect(all.slice(3).some((name) => taintsOf(cluster, name).includes("unreachable:NoExecute"))).toBe(true);
  });
});

describe("a zone", () => {
  /** How many of four nodes of one zone lose their pods when three of them fall silent. */
  function evicted(labels: Readonly<Record<string, string>>): number {
    const cluster = new SmallCluster();
    const zone = { "topology.kubernetes.io/zone": "a" };
    for (let i = 1; i <= 4; i++) cluster.addNode(`worker-${i}`, i <= 3 ? { ...zone, ...labels } : zone);
    cluster.runTo(12);
    for (let i = 1; i <= 3; i++) cluster.stopKubelet(`worker-${i}`);
    cluster.runTo(120);
    return cluster.list("Node").filter(({ spec }) => spec.taints?.some(({ effect }) => effect === "NoExecute")).length;
  }

  it("that is small and has lost 55 % of its nodes keeps their pods, but for one taken before that was found", () => {
    expect(evicted({})).toBeLessThanOrEqual(1);
  });

  it("does not count nodes that are excluded from disruption checks", () => {
    expect(evicted({ "node.kubernetes.io/exclude-disruption": "" })).toBe(3);
  });
});

describe("a pass of the node lifecycle controller over many nodes", () => {
  /** 60 nodes in three zones fall silent together; the pass takes seconds, since a client sends 20 requests a second. */
  function withAllZonesDown(): SmallCluster {
    const cluster = new SmallCluster();
    for (const zone of ["a", "b", "c"]) cluster.addNodes(zone, 20, { "topology.kubernetes.io/zone": zone });
    cluster.runTo(12);
    for (const { metadata } of cluster.list("Node")) cluster.stopKubelet(metadata.name);
    return cluster;
  }

  it("leaves taints that it did not see when it began", () => {
    const cluster = withAllZonesDown();
    cluster.runTo(100);
    const evicting = cluster.list("Node").filter(({ spec }) => spec.taints?.some(({ effect }) => effect === "NoExecute"));
    // The first token of each zone was used before the pass had found all zones broken; a zone's next comes after 10 s.
    expect(new Set(evicting.map(({ metadata }) => metadata.name.charAt(0))).size).toBe(3);
    expect(evicting.length).toBeLessThanOrEqual(6);
  });

  it("comes to nodes of all zones from the start, not to one zone after the other", () => {
    const cluster = withAllZonesDown();
    const order: string[] = [];
    cluster.api.onCommit(({ kind, object, previous }) => {
      const of = (node: unknown) => readyOf(node as Node);
      if (kind === "Node" && of(object) === "Unknown" && of(previous) === "True") order.push(object.metadata.name);
    });
    cluster.runTo(100);
    expect(order).toHaveLength(60);
    expect(new Set(order.slice(0, 15).map((name) => name.charAt(0))).size).toBe(3);
    expect(order).not.toEqual(cluster.list("Node").map(({ metadata }) => metadata.name));
  });
});

describe("all zones", () => {
  it("that are down take the taints of those that were down before with them", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("a", 3, { "topology.kubernetes.io/zone": "a" });
    cluster.addNodes("b", 3, { "topology.kubernetes.io/zone": "b" });
    cluster.runTo(12);
    const stop = (zone: string): void => [1, 2, 3].forEach((index) => cluster.stopKubelet(`${zone}-${index}`));
    const tainted = (): number =>
      cluster.list("Node").filter(({ spec }) => spec.taints?.some(({ effect }) => effect === "NoExecute") === true).length;
    stop("b");
    cluster.runTo(90);
    expect(tainted()).toBe(3);
    stop("a");
    cluster.runTo(160);
    expect(tainted()).toBe(0);
  });

  it("give each node a whole grace period anew when one of them is back", () => {
    const rates = { nodeEvictionRate: 0.1, secondaryNodeEvictionRate: 0.01, unhealthyZoneThreshold: 0.55, largeClusterSizeThreshold: 50 };
    const down = { ready: 0, notReady: 3 };
    const judge = (before: ReadonlyMap<string, ZoneState>, a: ZoneCounts) =>
      judgeZones(
        before,
        new Map([
          ["a", a],
          ["b", down],
        ]),
        rates,
      );
    const allDown = judge(new Map(), down);
    expect([allDown.stopEvictions, allDown.restartGrace]).toEqual([true, false]);
    const stillDown = judge(allDown.states, down);
    expect([stillDown.stopEvictions, stillDown.restartGrace]).toEqual([false, false]);
    const back = judge(allDown.states, { ready: 1, notReady: 2 });
    expect([back.stopEvictions, back.restartGrace]).toEqual([false, true]);
    expect(back.rates).toEqual(new Map(["a", "b"].map((zone) => [zone, rates.nodeEvictionRate])));
  });
});
