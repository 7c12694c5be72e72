import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import type { Cluster } from "../../../src/cluster/cluster.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, pods } from "../small-cluster.js";
import { budget, elasticCluster, events, large, messages, nodes, running, scale, taints } from "./elastic-cluster.js";

const APART: NonNullable<Pod["spec"]["affinity"]> = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
    ],
  },
};

describe("a cluster that shrinks", () => {
  const QUICK = { "scale-down-unneeded-time": 2 * MINUTE, "scale-down-delay-after-add": MINUTE };

  it("removes empty nodes together, ten minutes after they were last needed, and their Node objects go", () => {
    const cluster = elasticCluster();
    cluster.kubectl.create(large("web", 16));
    cluster.simulation.run(5 * MINUTE);
    expect(nodes(cluster)).toHaveLength(4);
    cluster.kubectl.delete({ kind: "Deployment", namespace: "default", name: "web" });
    cluster.simulation.run(14 * MINUTE);
    // Marked as candidates as soon as the delay after the scale-up is over.
    expect(nodes(cluster).map((name) => taints(cluster, name))).toEqual(Array(4).fill(["DeletionCandidateOfClusterAutoscaler"]));
    cluster.simulation.run(16 * MINUTE);
    expect(events(cluster, "ScaleDownEmpty")).toHaveLength(6);
    cluster.simulation.run(18 * MINUTE);
    expect(nodes(cluster)).toHaveLength(1);
    expect(events(cluster, "DeletingNode")).toHaveLength(3);
    const [first] = events(cluster, "ScaleDownEmpty");
    // Unneeded from the deletion at 5 min on, looked at every 10 s.
    expect((first.firstTimestamp - EPOCH) / SECOND).toBeGreaterThan(15 * 60);
    expect((first.firstTimestamp - EPOCH) / SECOND).toBeLessThan(15 * 60 + 30);
  });

  it("drains a node of which little is asked, one at a time, and its pods run elsewhere", () => {
    const cluster = elasticCluster({ workers: 3, flags: QUICK });
    cluster.kubectl.create(large("web", 3));
    cluster.simulation.run(MINUTE);
    expect(new Set(pods(cluster, "web").map(({ spec }) => spec.nodeName)).size).toBe(3);
    cluster.simulation.run(10 * MINUTE);
    expect(nodes(cluster)).toHaveLength(1);
    expect(running(cluster, "web")).toBe(3);
    expect(messages(cluster, "ScaleDown", "ConfigMap")).toContainEqual(
      expect.stringMatching(
        /^Scale-down: removing node worker-\d, utilization: \{0.25 0.00\d+ 0 0 cpu 0.25\}, pods to reschedule: default\/web-/,
      ),
    );
    expect(events(cluster, "ScaleDown", "Pod").length).toBeGreaterThanOrEqual(2);
    // Never two drains at once: each node's marking lies after the end of the one before.
    const times = (text: string) =>
      events(cluster, "ScaleDown", "Node")
        .filter(({ message }) => message.startsWith(text))
        .map(({ firstTimestamp }) => firstTimestamp);
    const [, secondMarked] = times("marked").sort();
    const [firstRemoved] = times("nodes removed").sort();
    expect(secondMarked).toBeGreaterThanOrEqual(firstRemoved);
  });

  it.each<[string, (cluster: Cluster) => void]>([
    [
      "a disruption budget forbids it",
      (cluster) => {
        cluster.kubectl.create(large("web", 2));
        budget(cluster, "web", 2);
      },
    ],
    [
      "an annotation of the pod does",
      (cluster) => cluster.kubectl.create(large("web", 2, {}, { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" })),
    ],
    [
      "nobody would replace the pods any more",
      (cluster) => {
        cluster.kubectl.create(large("web", 2));
        cluster.simulation.run(20 * SECOND);
        for (const { kind, metadata } of [...cluster.view.list("Deployment"), ...cluster.view.list("ReplicaSet")])
          cluster.kubectl.delete({ kind, namespace: "default", name: metadata.name }, { propagationPolicy: "Orphan" });
      },
    ],
    ["pods have local storage", (cluster) => cluster.kubectl.create(large("web", 2, { volumes: [{ name: "cache", emptyDir: {} }] }))],
    ["their pods have no other place", (cluster) => cluster.kubectl.create(large("web", 2, { affinity: APART }))],
    [
      "an annotation of the nodes forbids it",
      (cluster) => {
        cluster.kubectl.create(large("web", 2));
        for (const name of ["worker-1", "worker-2"])
          cluster.kubectl.patch<"Node">({ kind: "Node", name }, (node) => ({
            ...node,
            metadata: { ...node.metadata, annotations: { "cluster-autoscaler.kubernetes.io/scale-down-disabled": "true" } },
          }));
      },
    ],
  ])("leaves nodes where %s", (_, prepare) => {
    const cluster = elasticCluster({ workers: 2, flags: QUICK });
    prepare(cluster);
    cluster.simulation.run(15 * MINUTE);
    expect(nodes(cluster)).toHaveLength(2);
    expect(events(cluster, "ScaleDown")).toEqual([]);
  });

  it("does nothing for a while after it has grown", () => {
    const cluster = elasticCluster({ flags: { "scale-down-unneeded-time": MINUTE } });
    cluster.kubectl.create(large("web", 5));
    cluster.simulation.run(3 * MINUTE);
    expect(nodes(cluster)).toHaveLength(2);
    scale(cluster, "web", 1);
    cluster.simulation.run(10 * MINUTE);
    expect(events(cluster, "ScaleDown")).toEqual([]);
    cluster.simulation.run(14 * MINUTE);
    expect(nodes(cluster)).toHaveLength(1);
  });

  it("takes the mark back where a pod may not be evicted after all, and rests for three minutes", () => {
    const cluster = elasticCluster({ workers: 2, flags: { ...QUICK, "node-delete-delay-after-taint": 30 * SECOND } });
    cluster.kubectl.create(large("web", 2));
    while (events(cluster, "ScaleDown", "Node").length === 0) cluster.simulation.run(cluster.simulation.now + 5 * SECOND);
    // While the autoscaler waits, a budget comes that lets nothing go.
    budget(cluster, "web", 2);
    cluster.simulation.run(cluster.simulation.now + 40 * SECOND);
    expect(messages(cluster, "ScaleDownFailed", "Node")).toEqual([
      "failed to drain and delete node: default/" + pods(cluster, "web")[0].metadata.name + ": NotEnoughPdb",
    ]);
    expect(nodes(cluster).flatMap((name) => taints(cluster, name))).not.toContain("ToBeDeletedByClusterAutoscaler");
    const failed = cluster.simulation.now;
    cluster.kubectl.delete({ kind: "PodDisruptionBudget", namespace: "default", name: "web" });
    cluster.simulation.run(failed + 2 * MINUTE);
    expect(nodes(cluster).flatMap((name) => taints(cluster, name))).not.toContain("ToBeDeletedByClusterAutoscaler");
    cluster.simulation.run(failed + 6 * MINUTE);
    expect(nodes(cluster)).toHaveLength(1);
  });

  it("removes a node that has been broken for 20 minutes", () => {
    const cluster = elasticCluster({ workers: 3 });
    cluster.kubectl.create(large("web", 8));
    // A node that is not ready in its first 15 minutes is taken for one that starts.
    cluster.simulation.run(16 * MINUTE);
    cluster.faults.nodePowerOff("worker-3");
    // 40 s without a heartbeat, 5 minutes until its pods are evicted, and a minute in which they are waited for.
    cluster.simulation.run(42 * MINUTE);
    expect(nodes(cluster)).toContain("worker-3");
    cluster.simulation.run(45 * MINUTE);
    expect(nodes(cluster)).not.toContain("worker-3");
    expect(running(cluster, "web")).toBe(8);
  });
});
