import { describe, expect, it } from "vitest";
import { TestCluster } from "../test-cluster.js";

const NEW = [
  "Starting: Starting kubelet.",
  "NodeAllocatableEnforced: Updated Node Allocatable limit across pods",
  "NodeHasSufficientMemory: Node worker-1 status is now: NodeHasSufficientMemory",
  "NodeHasNoDiskPressure: Node worker-1 status is now: NodeHasNoDiskPressure",
  "NodeHasSufficientPID: Node worker-1 status is now: NodeHasSufficientPID",
  "NodeReady: Node worker-1 status is now: NodeReady",
];

describe("a kubelet tells of its node", () => {
  it("when it starts", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.until(30);
    expect(cluster.events("worker-1")).toEqual(NEW);
  });

  it("nothing where it has run since before the simulation", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1", { settings: { startupDuration: 1_000_000 } });
    cluster.apiServer.load([machine.registeredNode(0)]);
    cluster.until(30);
    expect(cluster.events("worker-1")).toEqual([]);
    machine.stopKubelet();
    machine.startKubelet();
    cluster.until(60);
    expect(cluster.events("worker-1")).toEqual(NEW.slice(0, 2));
  });

  it("when the machine has been started anew, which has another boot id then", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.until(30);
    const before = cluster.stored("Node", "worker-1")!.status!.nodeInfo!["bootID"];
    machine.powerOff();
    cluster.until(31);
    machine.powerOn();
    cluster.until(60);
    const after = cluster.stored("Node", "worker-1")!.status!.nodeInfo!["bootID"];
    expect(after).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(after).not.toBe(before);
    expect(cluster.events("worker-1")).toContain(`Rebooted: Node worker-1 has been rebooted, boot id: ${String(after)}`);
  });

  it("when it is cordoned and uncordoned", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.until(30);
    for (const [unschedulable, until] of [
      [true, 41],
      [false, 52],
    ] as const) {
      cluster.admin.patch<"Node">({ kind: "Node", name: "worker-1" }, (node) => ({ ...node, spec: { ...node.spec, unschedulable } }));
      cluster.until(until);
    }
    expect(cluster.events("worker-1").slice(NEW.length)).toEqual([
      "NodeNotSchedulable: Node worker-1 status is now: NodeNotSchedulable",
      "NodeSchedulable: Node worker-1 status is now: NodeSchedulable",
    ]);
  });

  it("when its memory runs short", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.until(30);
    cluster.pod("hungry", {}, { "kubewarp.io/memory": "8140Mi" });
    cluster.until(60);
    expect(cluster.events("worker-1")).toContain("NodeHasInsufficientMemory: Node worker-1 status is now: NodeHasInsufficientMemory");
  });
});

describe("a node that is deleted", () => {
  it("stays away until its kubelet starts anew", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.until(30);
    cluster.admin.delete({ kind: "Node", name: "worker-1" });
    cluster.until(300);
    expect(cluster.stored("Node", "worker-1")).toBeUndefined();
    machine.stopKubelet();
    machine.startKubelet();
    cluster.until(310);
    expect(cluster.stored("Node", "worker-1")).toBeDefined();
  });

  it("is not registered while the API server cannot be reached, and then soon", () => {
    const cluster = new TestCluster();
    cluster.apiServer.links.cut("worker-1");
    cluster.machine("worker-1");
    cluster.until(100);
    expect(cluster.stored("Node", "worker-1")).toBeUndefined();
    cluster.apiServer.links.restore("worker-1");
    // A request that gets lost is given up after ten seconds at most, and the next try comes after at most seven.
    cluster.until(140);
    expect(cluster.stored("Node", "worker-1")).toBeDefined();
  });
});

describe("a machine without power", () => {
  it("does not start pods again that are to go, since it asks first", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("web");
    cluster.until(30);
    machine.powerOff();
    cluster.apiServer.links.cut("worker-1");
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(60);
    cluster.apiServer.links.restore("worker-1");
    machine.powerOn();
    cluster.until(90);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
    expect(cluster.events("web").filter((text) => text.startsWith("Started"))).toHaveLength(1);
  });
});
