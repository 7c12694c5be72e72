import { describe, expect, it } from "vitest";
import type { ContainerBehavior } from "../../../src/node/containers/behavior.js";
import { constant } from "../../../src/engine/distribution.js";
import { registryOf } from "../../../src/node/images/images.js";
import { TestCluster } from "../test-cluster.js";

const GIB = 2 ** 30;

/** A cluster whose kubelet notices everything at once and whose containers start in no time, so that times are round. */
function quickCluster(
  behaviors: Record<string, ContainerBehavior>,
  cpu = "4",
): { cluster: TestCluster; machine: ReturnType<TestCluster["machine"]> } {
  const cluster = new TestCluster();
  const machine = cluster.machine("worker-1", {
    capacity: { cpu, memory: "8Gi" },
    settings: { plegRelistPeriod: 0 },
    sandboxDuration: constant(0),
    containerStartDuration: constant(0),
    behaviorOf: (pod) => behaviors[pod.metadata.name] ?? {},
  });
  return { cluster, machine };
}

function container(resources: object): object {
  return { containers: [{ name: "main", image: "nginx:1.27", imagePullPolicy: "IfNotPresent", resources }] };
}

describe("use of a node", () => {
  it("counts CPU time and memory over time", () => {
    const { cluster, machine } = quickCluster({
      a: { cpuUsage: constant(0.5), memoryUsage: constant(GIB) },
      b: {
        cpuUsage: {
          shape: "steps",
          points: [
            { at: 0, value: 1 },
            { at: 50e6, value: 2 },
          ],
        },
      },
    });
    cluster.until(10);
    cluster.pod("a");
    cluster.pod("b");
    cluster.until(110);
    const usage = machine.usage();
    expect(usage.cpuCores).toBeCloseTo(2.5, 9);
    expect(usage.memoryBytes).toBe(GIB);
    // 100 s of half a core, 50 s of one core and 50 s of two, but for the request's way of a few milliseconds.
    expect(usage.cpuSeconds).toBeCloseTo(50 + 50 + 100, 0);
    expect(usage.memoryByteSeconds / GIB).toBeCloseTo(100, 0);
  });

  it("is capped by quota and by what the node has", () => {
    const { cluster, machine } = quickCluster(
      { limited: { cpuUsage: constant(3) }, greedy: { cpuUsage: constant(3) }, small: { cpuUsage: constant(3) } },
      "2",
    );
    cluster.pod("limited", container({ limits: { cpu: "500m" }, requests: { cpu: "100m" } }));
    cluster.until(100);
    expect(machine.usage()).toMatchObject({ cpuCores: 0.5, cpuDemandCores: 3 });
    expect(machine.usage().cpuThrottledSeconds).toBeCloseTo(250, 0);
    cluster.pod("greedy", container({ requests: { cpu: "900m" } }));
    cluster.pod("small");
    cluster.until(101);
    expect(machine.usage().cpuCores).toBe(2);
    const shares = Object.fromEntries([...machine.podUsage()].map(({ pod, containers }) => [pod.metadata.name, containers[0].cpuCores]));
    // 900m against 100m of requests, and next to nothing for best effort.
    expect(shares["greedy"]).toBeGreaterThan(1.4);
    expect(shares["small"]).toBeLessThan(0.1);
    expect(shares["greedy"] + shares["small"] + shares["limited"]).toBeCloseTo(2, 9);
  });
});

describe("work", () => {
  it("takes longer while others want the CPU, too", () => {
    const work: ContainerBehavior = { cpuUsage: constant(1), cpuWork: constant(60e6) };
    const { cluster } = quickCluster({ first: work, second: work }, "1");
    const job = { restartPolicy: "Never" as const };
    cluster.pod("first", job);
    cluster.until(20);
    cluster.pod("second", job);
    // 20 s alone, then half of the core each: the first is done after 20 + 80 s, the second then has 20 s left alone.
    cluster.until(99);
    expect(cluster.stored("Pod", "first")!.status!.phase).toBe("Running");
    cluster.until(101);
    expect(cluster.stored("Pod", "first")!.status!.phase).toBe("Succeeded");
    cluster.until(119);
    expect(cluster.stored("Pod", "second")!.status!.phase).toBe("Running");
    cluster.until(121);
    expect(cluster.stored("Pod", "second")!.status!.phase).toBe("Succeeded");
  });

  it("takes longer under a quota", () => {
    const { cluster } = quickCluster({ job: { cpuUsage: constant(1), cpuWork: constant(10e6) } });
    cluster.pod("job", { ...container({ limits: { cpu: "250m" } }), restartPolicy: "Never" });
    cluster.until(39);
    expect(cluster.stored("Pod", "job")!.status!.phase).toBe("Running");
    cluster.until(41);
    expect(cluster.stored("Pod", "job")!.status!.phase).toBe("Succeeded");
  });
});

describe("memory", () => {
  it("kills a container above its limit, and starts it again", () => {
    const { cluster } = quickCluster({
      leak: {
        memoryUsage: {
          shape: "lines",
          points: [
            { at: 0, value: 0 },
            { at: 100e6, value: 2 * GIB },
          ],
        },
      },
    });
    cluster.pod("leak", container({ limits: { memory: "1Gi" } }));
    cluster.until(49);
    expect(cluster.stored("Pod", "leak")!.status!.containerStatuses![0].restartCount).toBe(0);
    cluster.until(52);
    expect(cluster.stored("Pod", "leak")!.status!.containerStatuses![0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
    });
  });
});

describe("a node that runs short of memory", () => {
  const leak = (from: number, to: number, seconds: number): ContainerBehavior => ({
    memoryUsage: {
      shape: "lines",
      points: [
        { at: 0, value: from },
        { at: seconds * 1e6, value: to },
      ],
    },
  });

  it("evicts the pod that is furthest above its request, and shows pressure for five minutes", () => {
    const { cluster } = quickCluster({ big: { memoryUsage: constant(5 * GIB) }, hungry: leak(0, 2.95 * GIB, 100) });
    cluster.pod("big", container({ requests: { memory: "6Gi" } }));
    cluster.pod("hungry");
    cluster.until(150);
    // 8 GiB less 100 MiB of threshold are passed when `hungry` has 2.9 GiB, after 98.4 s; the kubelet looks each 10 s.
    expect(cluster.stored("Pod", "hungry")!.status).toMatchObject({ phase: "Failed", reason: "Evicted" });
    expect(cluster.stored("Pod", "hungry")!.status!.message).toMatch(
      /^The node was low on resource: memory. Threshold quantity: 100Mi, available: /,
    );
    expect(cluster.stored("Pod", "hungry")!.status!.conditions!.find(({ type }) => type === "DisruptionTarget")).toMatchObject({
      reason: "TerminationByKubelet",
    });
    expect(cluster.stored("Pod", "big")!.status!.phase).toBe("Running");
    const pressure = (): string | undefined =>
      cluster.stored("Node", "worker-1")!.status!.conditions!.find(({ type }) => type === "MemoryPressure")!.status;
    expect(pressure()).toBe("True");
    cluster.until(150 + 310);
    expect(pressure()).toBe("False");
  });

  it("has the kernel kill when memory is gone before the kubelet looks", () => {
    const { cluster } = quickCluster({ big: { memoryUsage: constant(5 * GIB) }, sudden: leak(0, 100 * GIB, 100) });
    cluster.pod("big", container({ requests: { memory: "6Gi" } }));
    cluster.pod("sudden");
    cluster.until(5);
    // 3 GiB are left; at 1 GiB/s they are gone after 3 s. Best effort goes first.
    expect(cluster.stored("Pod", "sudden")!.status!.containerStatuses![0].lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: "OOMKilled",
    });
    expect(cluster.stored("Pod", "big")!.status!.containerStatuses![0].restartCount).toBe(0);
  });
});

describe("local storage", () => {
  it("evicts a pod beyond its limit of ephemeral storage", () => {
    const { cluster } = quickCluster({ writer: { ephemeralStorageUsage: constant(2 * GIB) } });
    cluster.pod("writer", container({ limits: { "ephemeral-storage": "1Gi" } }));
    cluster.until(30);
    expect(cluster.stored("Pod", "writer")!.status).toMatchObject({
      phase: "Failed",
      reason: "Evicted",
      message: "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
    });
  });
});

describe("a critical pod", () => {
  it("takes the place of others", () => {
    const { cluster } = quickCluster({});
    cluster.pod("ordinary", container({ requests: { cpu: "3" } }));
    cluster.until(5);
    cluster.pod("critical", {
      ...container({ requests: { cpu: "3" } }),
      priority: 2_000_000_000,
      priorityClassName: "system-cluster-critical",
    });
    cluster.until(50);
    expect(cluster.stored("Pod", "ordinary")!.status).toMatchObject({ phase: "Failed", reason: "Preempting" });
    expect(cluster.stored("Pod", "critical")!.status!.phase).toBe("Running");
  });
});

describe("images", () => {
  it("are pulled one at a time, and thrown away when the disk is full", () => {
    const cluster = new TestCluster();
    const sizes = { "a:1": 30e9, "b:1": 30e9, "c:1": 30e9 };
    const machine = cluster.machine("worker-1", {
      capacity: { cpu: "4", memory: "8Gi", "ephemeral-storage": "100G" },
      images: [],
      registry: registryOf(sizes),
      registryBandwidth: 1e9,
      settings: { evictionHard: {} },
    });
    for (const name of ["a", "b", "c"])
      cluster.pod(
        name,
        { restartPolicy: "Never", containers: [{ name: "main", image: `${name}:1`, imagePullPolicy: "IfNotPresent" }] },
        { "kubewarp.io/run-duration": "10s" },
      );
    cluster.until(45);
    const running = (name: string): string | undefined => cluster.stored("Pod", name)!.status?.phase;
    expect([running("a"), running("b"), running("c")]).toEqual(["Succeeded", "Pending", "Pending"]);
    cluster.until(120);
    expect([...machine.images.present.keys()].sort()).toEqual(["a:1", "b:1", "c:1"]);
    // 90 % are used: collected every five minutes down to 80 %, once images are two minutes old in the kubelet's eyes.
    cluster.until(1000);
    expect(machine.images.present.size).toBe(2);
  });
});
