import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/node.js";
import { MINUTE } from "../../../src/engine/simulation.js";
import { nodeLines, podLines } from "../../../src/scenario/kubectl/top.js";
import { EPOCH, MemoryCluster, node, pod } from "../memory-cluster.js";

// The layouts are those of `kubectl top` 1.36.

const MEBIBYTE = 2 ** 20;

function usage(cpuMillicores: number, mebibytes: number) {
  return { cpuMillicores, memoryBytes: mebibytes * MEBIBYTE };
}

function worker(name: string): Node {
  const resources = { capacity: { cpu: "4", memory: "8Gi" }, allocatable: { cpu: "2", memory: "4Gi" } };
  return { ...(node(name) as Node), status: resources };
}

const PODS = [
  { namespace: "default", name: "web-2", containers: [{ name: "main", usage: usage(250, 100) }] },
  {
    namespace: "default",
    name: "web-1",
    containers: [
      { name: "main", usage: usage(20, 300) },
      { name: "istio", usage: usage(5, 40) },
    ],
  },
  { namespace: "dev", name: "a", containers: [{ name: "main", usage: usage(100, 10) }] },
];

describe("kubectl top pods", () => {
  it("adds up containers and goes by name", () => {
    expect(podLines(PODS.slice(0, 2))).toEqual([
      "NAME    CPU(cores)   MEMORY(bytes)   ",
      "web-1   25m          340Mi           ",
      "web-2   250m         100Mi           ",
    ]);
  });

  it("shows containers, and namespaces", () => {
    expect(podLines(PODS, { containers: true, namespaces: true })).toEqual([
      "NAMESPACE   POD     NAME    CPU(cores)   MEMORY(bytes)   ",
      "default     web-1   istio   5m           40Mi            ",
      "default     web-1   main    20m          300Mi           ",
      "default     web-2   main    250m         100Mi           ",
      "dev         a       main    100m         10Mi            ",
    ]);
  });

  it("adds all up where asked for a sum", () => {
    expect(podLines(PODS, { sum: true, headers: false }).slice(-2)).toEqual([
      "        ________   ________   ",
      "        375m       450Mi      ",
    ]);
  });

  it("puts the most first", () => {
    expect(podLines(PODS, { order: "cpuMillicores", headers: false }).map((line) => line.split(" ")[0])).toEqual(["web-2", "a", "web-1"]);
    expect(podLines(PODS, { order: "memoryBytes", headers: false }).map((line) => line.split(" ")[0])).toEqual(["web-1", "web-2", "a"]);
  });

  it("says what there is not", () => {
    const cluster = new MemoryCluster([pod("young", { metadata: { creationTimestamp: EPOCH } })]);
    expect(cluster.kubectl("top pods").errors).toEqual(["error: metrics not available yet"]);
    expect(cluster.kubectl("top pods -n dev").output).toEqual(["No resources found in dev namespace."]);
    expect(cluster.kubectl("top pod young").errors).toEqual([
      'Error from server (NotFound): podmetrics.metrics.k8s.io "default/young" not found',
    ]);
    cluster.simulation.run(3 * MINUTE);
    expect(cluster.kubectl("top pods").errors).toEqual(["error: Metrics not available for pod default/young, age: 3m0s"]);
  });
});

describe("kubectl top nodes", () => {
  it("shows shares of what is allocatable, and what is unknown", () => {
    const metrics = [
      { node: worker("worker-2"), usage: undefined },
      { node: worker("worker-1"), usage: usage(501, 1024) },
    ];
    expect(nodeLines(metrics)).toEqual([
      "NAME       CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)   ",
      "worker-1   501m         25%         1024Mi          25%         ",
      "worker-2   <unknown>    <unknown>   <unknown>       <unknown>   ",
    ]);
    expect(nodeLines(metrics, undefined, true, false)[0]).toBe("worker-1   501m        12%         1024Mi      12%         ");
  });

  it("takes only what can be sorted by", () => {
    expect(() => new MemoryCluster().kubectl("top nodes --sort-by=name")).toThrow("--sort-by accepts only cpu or memory");
  });
});
