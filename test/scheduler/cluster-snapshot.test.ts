import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node, Pod } from "../../src/api/types/index.js";
import { Simulation } from "../../src/engine/simulation.js";
import { ClusterSnapshot } from "../../src/scheduler/cluster-snapshot.js";
import { listersOf } from "../../src/scheduler/framework/listers.js";

function node(name: string, cpu = "4", changes: Partial<Node["spec"]> = {}): Node {
  const allocatable = { cpu, memory: "8Gi", pods: "10" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name } },
    spec: changes,
    status: { capacity: allocatable, allocatable },
  };
}

function pod(name: string, cpu: string, spec: Partial<Pod["spec"]> = {}): Pod {
  const containers = [{ name: "main", image: "i", resources: { requests: { cpu } } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, labels: { app: "web" } },
    spec: { containers, ...spec },
  };
}

function snapshotOf(...nodes: readonly Node[]): ClusterSnapshot {
  const simulation = new Simulation({ seed: 1 });
  const snapshot = new ClusterSnapshot({ listers: listersOf([]), now: () => 0, stream: (name) => simulation.stream(name) });
  for (const each of nodes) snapshot.setNode(each);
  return snapshot;
}

const ANY = (): boolean => true;

describe("a snapshot of the cluster", () => {
  it("says in the plugins' words why a pod cannot go on a node", () => {
    const snapshot = snapshotOf(
      node("small", "1"),
      node("tainted", "4", { taints: [{ key: "a", effect: "NoSchedule" }] }),
      node("off", "4", { unschedulable: true }),
    );
    expect(snapshot.rejection(pod("p", "2"), "small")).toEqual(["Insufficient cpu"]);
    expect(snapshot.rejection(pod("p", "2"), "tainted")).toEqual(["node(s) had untolerated taint(s)"]);
    expect(snapshot.rejection(pod("p", "2"), "off")).toEqual(["node(s) were unschedulable"]);
    expect(snapshot.rejection(pod("p", "1"), "small")).toBeUndefined();
    expect(snapshot.rejection(pod("p", "1"), "gone")).toEqual(['node "gone" not found']);
  });

  it("reckons with pods that were put on nodes, and with their affinity", () => {
    const apart = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
          ],
        },
      },
    };
    const snapshot = snapshotOf(node("a"), node("b"));
    snapshot.setPod(pod("one", "1", apart), "a");
    expect(snapshot.firstFit(pod("two", "1", apart), ANY)).toBe("b");
    expect(snapshot.firstFit(pod("two", "1", apart), (name) => name === "a")).toBeUndefined();
    snapshot.removePod(pod("one", "1", apart));
    expect(snapshot.rejection(pod("two", "1", apart), "a")).toBeUndefined();
  });

  it("keeps what is committed within a fork, and takes it back with the fork around it", () => {
    const snapshot = snapshotOf(node("a"));
    snapshot.fork();
    snapshot.fork();
    snapshot.setPod(pod("p", "3"), "a");
    snapshot.commit();
    expect(snapshot.rejection(pod("q", "2"), "a")).toEqual(["Insufficient cpu"]);
    snapshot.revert();
    expect(snapshot.rejection(pod("q", "2"), "a")).toBeUndefined();
    expect(snapshot.podsOn("a")).toEqual([]);
  });

  it("is after a revert as it was before the fork, whatever was tried", () => {
    const names = ["a", "b", "c"];
    const change = fc.record({
      kind: fc.constantFrom("setNode", "removeNode", "setPod", "removePod"),
      node: fc.constantFrom(...names),
      pod: fc.integer({ min: 0, max: 4 }),
      cpu: fc.integer({ min: 1, max: 3 }),
    });
    const apply = (
      snapshot: ClusterSnapshot,
      { kind, node: name, pod: number, cpu }: { kind: string; node: string; pod: number; cpu: number },
    ): void => {
      if (kind === "setNode") snapshot.setNode(node(name, String(cpu + 1)));
      else if (kind === "removeNode") snapshot.removeNode(name);
      else if (kind === "setPod") snapshot.setPod(pod(`p${number}`, String(cpu)), name);
      else snapshot.removePod(pod(`p${number}`, String(cpu)));
    };
    const picture = (snapshot: ClusterSnapshot): unknown =>
      names.map((name) => [
        snapshot
          .podsOn(name)
          .map(({ metadata }) => metadata.name)
          .sort(),
        [1, 2, 3, 4].map((cpu) => snapshot.rejection(pod("new", String(cpu)), name)),
      ]);
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 15 }),
        fc.array(change, { maxLength: 15 }),
        fc.array(change, { maxLength: 5 }),
        (before, first, second) => {
          const snapshot = snapshotOf(node("a"), node("b"));
          for (const each of before) apply(snapshot, each);
          const was = picture(snapshot);
          snapshot.fork();
          for (const each of first) apply(snapshot, each);
          snapshot.fork();
          for (const each of second) apply(snapshot, each);
          snapshot.commit();
          snapshot.revert();
          expect(picture(snapshot)).toEqual(was);
        },
      ),
    );
  });
});
