import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/index.js";
import type { ClusterOptions } from "../../../src/cluster/cluster.js";
import type { NodeGroupDescription } from "../../../src/cluster/description.js";
import { constant } from "../../../src/engine/distribution.js";
import { MINUTE } from "../../../src/engine/simulation.js";
import { pods } from "../small-cluster.js";
import { elasticCluster, events, large, messages, nodes, running, WORKERS } from "./elastic-cluster.js";

describe("a node that joins", () => {
  it("is registered with the taint of one that is not ready, gets its daemon pods, and then takes others", () => {
    const specs: string[] = [];
    const observer: ClusterOptions["observer"] = {
      change: ({ kind, object }) => {
        if (kind === "Node" && object.metadata.name === "worker-2")
          specs.push(((object as Node).spec.taints ?? []).map(({ key }) => key).join());
      },
    };
    const cluster = elasticCluster({ options: { observer } });
    const { template } = large("agent", 1).spec;
    const metadata = { name: "agent", namespace: "default" };
    cluster.kubectl.create<"DaemonSet">({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector: { matchLabels: { app: "agent" } }, template },
    });
    cluster.kubectl.create(large("web", 6));
    cluster.simulation.run(3 * MINUTE);
    expect([specs[0], specs.at(-1)]).toEqual(["node.kubernetes.io/not-ready", ""]);
    // Three of four cores are left beside the daemon pod on each node.
    expect(nodes(cluster)).toEqual(["worker-1", "worker-2"]);
    expect(
      pods(cluster, "agent")
        .map(({ spec }) => spec.nodeName)
        .sort(),
    ).toEqual(["worker-1", "worker-2"]);
    expect(running(cluster, "web")).toBe(6);
  });
});

describe("machines that do not come", () => {
  it("are given up after 15 minutes, and the group rests", () => {
    const cluster = elasticCluster({ scaling: [{ ...WORKERS, provisioningTime: constant(60 * MINUTE) }] });
    cluster.kubectl.create(large("web", 5));
    cluster.simulation.run(17 * MINUTE);
    expect(messages(cluster, "ScaleUpTimedOut")).toEqual([
      expect.stringMatching(/^Nodes added to group worker failed to register within 15m/),
    ]);
    expect(messages(cluster, "DeleteUnregistered")).toEqual(["Removed unregistered node worker-2"]);
    expect(messages(cluster, "NotTriggerScaleUp")).toEqual(["pod didn't trigger scale-up: 1 in backoff after failed scale-up"]);
    expect(events(cluster, "TriggeredScaleUp")).toHaveLength(1);
    cluster.simulation.run(21 * MINUTE);
    expect(events(cluster, "ScaledUpGroup")).toHaveLength(2);
    expect(events(cluster, "ScaledUpGroup").map(({ count }) => count)).toEqual([2, 2].map(() => expect.any(Number) as number));
  });

  it("because the cloud has none are not waited for, and another group is taken", () => {
    const spare: NodeGroupDescription = { name: "spare", count: 0, capacity: { cpu: "16", memory: "64Gi" } };
    const scaling = [
      { ...WORKERS, availableInstances: 1 },
      { group: "spare", min: 0, max: 2, provisioningTime: constant(MINUTE) },
    ];
    const cluster = elasticCluster({ groups: [spare], scaling });
    cluster.kubectl.create(large("web", 6));
    cluster.simulation.run(5 * MINUTE);
    expect(messages(cluster, "ScaleUpFailed")).toEqual([
      expect.stringMatching(
        /^Failed adding 1 nodes to group worker due to InsufficientInstanceCapacity; source errors: We currently do not have/,
      ),
    ]);
    expect(nodes(cluster)).toEqual(["spare-1", "worker-1"]);
    expect(running(cluster, "web")).toBe(6);
  });
});
