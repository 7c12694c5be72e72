import { describe, expect, it } from "vitest";
import type { Taint } from "../../../src/api/types/index.js";
import { swapTaints } from "../../../src/control-plane/controllers/nodelifecycle/node-taints.js";
import { ApiCalls } from "../../../src/control-plane/controllers/api-calls.js";
import { perform } from "../../../src/control-plane/controllers/task.js";
import { MILLISECOND } from "../../../src/engine/simulation.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

const UNREACHABLE: Taint = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" };

describe("writing taints", () => {
  it("begins anew after a pause where somebody has written the node in between", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(7);
    const { simulation, kubectl } = cluster;
    const writer = { calls: new ApiCalls(kubectl), simulation, jitter: simulation.stream("test") };
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
});
