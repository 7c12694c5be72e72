import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/index.js";
import type { Event } from "../../../src/api/types/policy.js";
import type { ClusterDescription } from "../../../src/cluster/description.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { describeCluster, startCluster } from "../small-cluster.js";
import { budget, elasticCluster, large, nodes, scale, WORKERS } from "./elastic-cluster.js";

describe("looks at the cluster", () => {
  /** What happened to nodes and pods, with its times. */
  function history(looksAlways: boolean): readonly string[] {
    const lines: string[] = [];
    const cluster = elasticCluster({
      flags: {
        "scale-down-unneeded-time": 3 * MINUTE,
        "scale-down-delay-after-add": 4 * MINUTE,
        "unremovable-node-recheck-timeout": 2 * MINUTE,
      },
      scaling: [{ ...WORKERS, max: 6 }],
      options: {
        autoscalerLooksAlways: looksAlways,
        observer: {
          change: ({ kind, type, object, time }) => {
            if (kind === "Node") lines.push(`${time} ${type} ${object.metadata.name} ${JSON.stringify((object as Node).spec)}`);
            if (kind === "Event" && type === "ADDED") lines.push(`${time} ${(object as Event).reason} ${(object as Event).message}`);
          },
        },
      },
    });
    cluster.kubectl.create(large("web", 3));
    for (const [minute, replicas] of [
      [1, 14],
      [9, 6],
      [14, 2],
      [25, 18],
      [40, 1],
    ])
      cluster.simulation.at(minute * MINUTE, () => scale(cluster, "web", replicas));
    cluster.simulation.at(8 * MINUTE, () => budget(cluster, "web", 5));
    cluster.simulation.at(20 * MINUTE, () => cluster.kubectl.delete({ kind: "PodDisruptionBudget", namespace: "default", name: "web" }));
    cluster.simulation.run(60 * MINUTE);
    return lines;
  }

  it("that would find nothing are left out without a difference", () => {
    expect(history(false)).toEqual(history(true));
  });

  it("are no events in a cluster in which nothing happens", () => {
    const idle = (flags: ClusterDescription["clusterAutoscaler"] | undefined) => {
      const described = describeCluster(2, { scaling: [{ ...WORKERS, min: 2 }], ...(flags !== undefined && { clusterAutoscaler: flags }) });
      const cluster = startCluster(described);
      cluster.simulation.run(10 * MINUTE);
      const before = cluster.simulation.pending;
      return before;
    };
    expect(idle({})).toBeLessThanOrEqual(idle(undefined) + 1);
  });
});

describe("an autoscaler without rights", () => {
  it("does nothing, and its requests are refused", () => {
    const cluster = elasticCluster({ workers: 2, flags: { "scale-down-unneeded-time": MINUTE } });
    cluster.simulation.run(30 * SECOND);
    cluster.kubectl.patch<"ClusterRole">({ kind: "ClusterRole", name: "cluster-autoscaler" }, (role) => ({
      ...role,
      rules: role.rules?.filter(({ resources }) => resources?.includes("nodes") !== true) ?? [],
    }));
    cluster.simulation.run(6 * MINUTE);
    expect(nodes(cluster)).toHaveLength(2);
    expect(cluster.apiServer.answersByCode.get(403)).toBeGreaterThan(0);
  });
});
