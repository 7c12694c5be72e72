/** What every agent of a node does, the kubelet and its stand-in alike. */
import { describe, expect, it } from "vitest";
import { TestCluster } from "./test-cluster.js";

describe.each(["kubelet", "fake"] as const)("the agent %s", (agent) => {
  const isReady = (cluster: TestCluster, name: string): boolean =>
    cluster.stored("Pod", name)?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

  it("registers a Ready node and renews its lease", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { agent });
    cluster.until(1);
    const node = cluster.stored("Node", "worker-1")!;
    expect(node.status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
    expect(node.status?.allocatable).toMatchObject({ cpu: "4" });
    cluster.until(100);
    const last = cluster.heartbeats.lastRenewal("worker-1", cluster.simulation.now)!;
    expect(cluster.simulation.now - last).toBeLessThanOrEqual(10.4e6);
  });

  it("brings a bound pod to Running and Ready, and a deleted one to its end", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { agent });
    cluster.pod("web");
    cluster.until(10);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({ phase: "Running", hostIP: "10.0.2.20" });
    expect(cluster.stored("Pod", "web")!.status!.podIP).toBeDefined();
    expect(isReady(cluster, "web")).toBe(true);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(45);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
    const last = cluster.history.at(-1)!.pod.status!;
    expect(last.phase).toBe("Succeeded");
  });

  it("leaves everything as it is while it is stopped, and catches up when it is back", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1", { agent });
    cluster.pod("old");
    cluster.until(10);
    machine.stopKubelet();
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "old" });
    cluster.pod("new");
    cluster.until(100);
    expect(cluster.heartbeats.isRenewing("worker-1")).toBe(false);
    expect(cluster.stored("Pod", "old")).toMatchObject({ status: { phase: "Running" } });
    expect(cluster.stored("Pod", "new")?.status?.phase ?? "Pending").toBe("Pending");
    machine.startKubelet();
    cluster.until(145);
    expect(cluster.stored("Pod", "old")).toBeUndefined();
    expect(isReady(cluster, "new")).toBe(true);
  });

  it("makes its node Ready again after the control plane took it for dead", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1", { agent });
    cluster.until(10);
    machine.powerOff();
    cluster.admin.patchStatus({ kind: "Node", name: "worker-1" }, (node) => ({
      ...node,
      status: { ...node.status, conditions: node.status!.conditions!.map((condition) => ({ ...condition, status: "Unknown" as const })) },
    }));
    cluster.until(60);
    machine.powerOn();
    cluster.until(75);
    expect(cluster.stored("Node", "worker-1")!.status!.conditions!.find(({ type }) => type === "Ready")?.status).toBe("True");
  });
});

describe("the fake kubelet", () => {
  it("takes its times from annotations", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { agent: "fake" });
    cluster.until(1);
    cluster.pod("slow", { restartPolicy: "Never" }, { "fake-kubelet/start": "2s", "fake-kubelet/ready": "3s", "fake-kubelet/stop": "4s" });
    cluster.until(20);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "slow" });
    cluster.until(40);
    const first = (holds: (status: { phase?: string; ready: boolean }) => boolean): number =>
      cluster.history.find(({ pod }) =>
        holds({ phase: pod.status?.phase ?? "", ready: pod.status?.containerStatuses?.[0]?.ready ?? false }),
      )!.time / 1e6;
    expect(first(({ phase }) => phase === "Running")).toBeCloseTo(3, 1);
    expect(first(({ ready }) => ready)).toBeCloseTo(6, 1);
    expect(first(({ phase }) => phase === "Failed")).toBeCloseTo(24, 1);
    expect(cluster.stored("Pod", "slow")).toBeUndefined();
  });

  it("leaves readiness to others where it is told to hold", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { agent: "fake" });
    cluster.pod("held", {}, { "fake-kubelet/hold": "true" });
    cluster.until(100);
    expect(cluster.stored("Pod", "held")!.status).toMatchObject({ phase: "Running", containerStatuses: [{ ready: false }] });
  });
});
