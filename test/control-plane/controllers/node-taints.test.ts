import { describe, expect, it } from "vitest";
import type { Taint } from "../../../src/api/types/index.js";
import { swapTaints } from "../../../src/control-plane/controllers/nodelifecycle/node-taints.js";
import { ApiCalls } from "../../../src/control-plane/controllers/api-calls.js";
import { perform } from "../../../src/control-plane/controllers/task.js";
import { MILLISECOND, SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

const UNREACHABLE: Taint = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" };

describe("writing taints", () => {
  it("begins anew after a pause where somebody has written the node in between", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(7);
    const { simulation, kubectl } = cluster;
    const writer = {
      calls: new ApiCalls(kubectl),
      nodes: { get: () => cluster.get("Node", "worker-1") },
      simulation,
      jitter: simulation.stream("test"),
    };
    const node = cluster.get("Node", "worker-1")!;
    let writes = 0;
    let done: number | undefined;
    cluster.api.onCommit(({ kind, object }) => {
      if (kind === "Node" && object.metadata.name === "worker-1") writes++;
    });
    // Another writer follows the first read at once.
    let interfered = false;
    cluster.api.trace({
      request: ({ verb, kind }) => {
        if (verb !== "get" || kind !== "Node" || interfered) return;
        interfered = true;
        kubectl.patch<"Node">({ kind: "Node", name: "worker-1" }, (current) => ({
          ...current,
          metadata: { ...current.metadata, labels: { ...current.metadata.labels, touched: "yes" } },
        }));
      },
    });
    const began = simulation.now;
    perform(swapTaints(writer, node, [UNREACHABLE], [], EPOCH), () => (done = simulation.now));
    cluster.runTo(9);
    const { metadata, spec } = cluster.get("Node", "worker-1")!;
    expect(metadata.labels).toMatchObject({ touched: "yes" });
    expect(spec.taints).toMatchObject([UNREACHABLE]);
    expect(writes).toBe(2);
    expect(done! - began).toBeGreaterThan(100 * MILLISECOND);
  });

  it("reads the API server's cache first, and what is there only when that was behind", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(7);
    const { simulation, kubectl } = cluster;
    const old = cluster.get("Node", "worker-1")!;
    cluster.change("Node", "worker-1", (node) => ({ ...node, metadata: { ...node.metadata, labels: { touched: "yes" } } }));
    const writer = { calls: new ApiCalls(kubectl), nodes: { get: () => old }, simulation, jitter: simulation.stream("test") };
    let done: number | undefined;
    const began = simulation.now;
    perform(swapTaints(writer, old, [UNREACHABLE], [], EPOCH), () => (done = simulation.now));
    cluster.runTo(9);
    expect(cluster.get("Node", "worker-1")).toMatchObject({ metadata: { labels: { touched: "yes" } }, spec: { taints: [UNREACHABLE] } });
    expect(done! - began).toBeGreaterThan(100 * MILLISECOND);
  });

  it("gives a taint that is there the time of the new one", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(7);
    const { simulation, kubectl } = cluster;
    const nodes = { get: () => cluster.get("Node", "worker-1") };
    const writer = { calls: new ApiCalls(kubectl), nodes, simulation, jitter: simulation.stream("test") };
    for (const now of [EPOCH, EPOCH + SECOND]) {
      perform(swapTaints(writer, nodes.get()!, [UNREACHABLE], [], now), () => undefined);
      cluster.runTo(simulation.now / SECOND + 1);
      expect(nodes.get()!.spec.taints).toEqual([{ ...UNREACHABLE, timeAdded: now }]);
    }
  });
});
