import { describe, expect, it } from "vitest";
import type { ContainerBehavior } from "../../src/node/behavior.js";
import { constant } from "../../src/engine/distribution.js";
import { TestCluster } from "./test-cluster.js";

const GIB = 2 ** 30;

/** A cluster whose kubelet notices everything at once and whose containers start in no time, so that times are round. */
function quickCluster(behaviors: Record<string, ContainerBehavior>, cpu = "4"): { cluster: TestCluster; machine: ReturnType<TestCluster["machine"]> } {
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
      b: { cpuUsage: { shape: "steps", points: [{ at: 0, value: 1 }, { at: 50e6, value: 2 }] } },
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
    const { cluster, machine } = quickCluster({ limited: { cpuUsage: constant(3) }, greedy: { cpuUsage: constant(3) }, small: { cpuUsage: constant(3) } }, "2");
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

describe("memory", () => {
  it("kills a container above its limit, and starts it again", () => {
    const { cluster } = quickCluster({ leak: { memoryUsage: { shape: "lines", points: [{ at: 0, value: 0 }, { at: 100e6, value: 2 * GIB }] } } });
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
