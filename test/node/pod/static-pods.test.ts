import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/pod.js";
import { TestCluster } from "../test-cluster.js";

const manifest: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "proxy", namespace: "default", labels: { app: "proxy" } },
  spec: { hostNetwork: true, containers: [{ name: "main", image: "nginx:1.27" }] },
};

const mirror = { kind: "Pod", namespace: "default", name: "proxy-worker-1" } as const;

function runningPods(machine: ReturnType<TestCluster["machine"]>): string[] {
  return [...machine.podUsage()].map(({ pod }) => pod.metadata.name);
}

describe("a static pod", () => {
  it("is shown by a mirror pod that the node owns, under the node's name and with its hash", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { staticPods: [manifest] });
    cluster.until(10);
    const { metadata, spec, status } = cluster.stored("Pod", "proxy-worker-1")!;
    const { annotations = {} } = metadata;
    expect(annotations["kubernetes.io/config.source"]).toBe("file");
    expect(annotations["kubernetes.io/config.hash"]).toMatch(/^[0-9a-f]{32}$/);
    expect(annotations["kubernetes.io/config.mirror"]).toBe(annotations["kubernetes.io/config.hash"]);
    expect(metadata.uid).not.toBe(annotations["kubernetes.io/config.hash"]);
    const node = cluster.stored("Node", "worker-1")!;
    expect(metadata.ownerReferences).toEqual([
      { apiVersion: "v1", kind: "Node", name: "worker-1", uid: node.metadata.uid, controller: true },
    ]);
    expect(spec.nodeName).toBe("worker-1");
    expect(spec.tolerations).toContainEqual({ operator: "Exists", effect: "NoExecute" });
    expect(status).toMatchObject({ phase: "Running", podIP: "10.0.2.20", containerStatuses: [{ ready: true }] });
  });

  it("runs without an API server, and is shown when there is one", () => {
    const cluster = new TestCluster();
    cluster.apiServer.links.cut("worker-1");
    const machine = cluster.machine("worker-1", { staticPods: [manifest] });
    machine.meterContainers();
    cluster.until(20);
    expect(runningPods(machine)).toEqual(["proxy-worker-1"]);
    expect(cluster.stored("Pod", "proxy-worker-1")).toBeUndefined();
    cluster.apiServer.links.restore("worker-1");
    cluster.until(120);
    expect(cluster.stored("Pod", "proxy-worker-1")!.status).toMatchObject({ phase: "Running" });
    expect(cluster.stored("Pod", "proxy-worker-1")!.status!.containerStatuses![0].state?.running?.startedAt).toBeLessThan(
      cluster.stored("Pod", "proxy-worker-1")!.metadata.creationTimestamp!,
    );
  });

  it("runs on when its mirror pod is deleted, which comes back", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { staticPods: [manifest] });
    cluster.until(10);
    const before = cluster.stored("Pod", "proxy-worker-1")!;
    cluster.admin.delete(mirror);
    cluster.until(40);
    const after = cluster.stored("Pod", "proxy-worker-1")!;
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.deletionTimestamp).toBeUndefined();
    expect(after.status!.containerStatuses).toEqual(before.status!.containerStatuses);
  });

  it("starts again with its machine, and with its containers when they fail", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1", { staticPods: [manifest] });
    cluster.until(10);
    expect(machine.killProcess(mirror)).toBe(true);
    cluster.until(20);
    expect(cluster.stored("Pod", "proxy-worker-1")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
    machine.powerOff();
    cluster.until(30);
    machine.powerOn();
    cluster.until(60);
    expect(cluster.stored("Pod", "proxy-worker-1")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 2, ready: true });
  });

  it("holds its requests, and takes the place of less important pods", () => {
    const cluster = new TestCluster();
    const resources = { requests: { cpu: "3" } };
    cluster.pod("web", { containers: [{ name: "main", image: "nginx:1.27", resources }] });
    const [container] = manifest.spec.containers;
    cluster.machine("worker-1", { staticPods: [{ ...manifest, spec: { ...manifest.spec, containers: [{ ...container, resources }] } }] });
    cluster.until(10);
    expect(cluster.stored("Pod", "proxy-worker-1")!.status).toMatchObject({ phase: "Running" });
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({ phase: "Failed", reason: "OutOfcpu" });
  });

  it("whose file is gone is shown no longer", () => {
    const cluster = new TestCluster();
    cluster.admin.create<"Pod">({
      ...manifest,
      metadata: { ...manifest.metadata, name: "old-worker-1", annotations: { "kubernetes.io/config.mirror": "0" } },
      spec: { ...manifest.spec, nodeName: "worker-1" },
    });
    cluster.machine("worker-1", { staticPods: [manifest] });
    cluster.until(10);
    expect(cluster.stored("Pod", "old-worker-1")).toBeUndefined();
  });
});
