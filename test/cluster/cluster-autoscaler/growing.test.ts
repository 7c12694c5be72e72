import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ClusterDescription, NodeGroupDescription } from "../../../src/cluster/description.js";
import type { AutoscalerStatus } from "../../../src/control-plane/cluster-autoscaler/autoscaler-status.js";
import { constant } from "../../../src/engine/distribution.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { EPOCH } from "../small-cluster.js";
import { elasticCluster, events, large, messages, nodes, running, WORKERS } from "./elastic-cluster.js";

describe("a cluster that grows", () => {
  it("gets as many nodes as pending pods need, which join after the cloud's time", () => {
    const cluster = elasticCluster();
    cluster.kubectl.create(large("web", 10));
    cluster.simulation.run(30 * SECOND);
    expect(messages(cluster, "TriggeredScaleUp")).toEqual(["pod triggered scale-up: [{worker 1->3 (max: 4)}]"]);
    expect(events(cluster, "TriggeredScaleUp")).toHaveLength(6);
    expect(messages(cluster, "ScaledUpGroup")).toEqual([
      "Scale-up: setting group worker size to 3 instead of 1 (max: 4)",
      "Scale-up: group worker size set to 3 instead of 1 (max: 4)",
    ]);
    const asked = (events(cluster, "ScaledUpGroup")[0].firstTimestamp - EPOCH) / SECOND;
    cluster.simulation.run((asked + 49) * SECOND);
    expect(nodes(cluster)).toEqual(["worker-1"]);
    cluster.simulation.run((asked + 60) * SECOND);
    expect(nodes(cluster)).toEqual(["worker-1", "worker-2", "worker-3"]);
    cluster.simulation.run((asked + 75) * SECOND);
    expect(running(cluster, "web")).toBe(10);
    // Nodes on the way are reckoned with: nothing more is asked for.
    expect(events(cluster, "ScaledUpGroup")).toHaveLength(2);
    const written = cluster.view.get("ConfigMap", "kube-system", "cluster-autoscaler-status")!.data!["status"];
    expect((parse(written) as AutoscalerStatus).nodeGroups[0].health).toMatchObject({
      nodeCounts: { registered: { total: 3, ready: 3, notStarted: 0 } },
    });
  });

  it("grows to the greatest size and says of other pods why it cannot help them", () => {
    const cluster = elasticCluster();
    cluster.kubectl.create(large("web", 20));
    cluster.simulation.run(3 * MINUTE);
    expect(nodes(cluster)).toHaveLength(4);
    expect(running(cluster, "web")).toBe(16);
    expect(messages(cluster, "NotTriggerScaleUp")).toEqual(["pod didn't trigger scale-up: 1 max node group size reached"]);
  });

  it("does not grow for pods that fit on no node of any group", () => {
    const cluster = elasticCluster();
    cluster.kubectl.create(large("huge", 1, { nodeSelector: { disk: "ssd" } }));
    cluster.simulation.run(2 * MINUTE);
    expect(nodes(cluster)).toHaveLength(1);
    expect(messages(cluster, "NotTriggerScaleUp")).toEqual([
      "pod didn't trigger scale-up: 1 node(s) didn't match Pod's node affinity/selector",
    ]);
  });

  it("does not grow for a pod that preempts others, but for those that it drives away", () => {
    const cluster = elasticCluster();
    cluster.kubectl.create<"PriorityClass">({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "high" },
      value: 1000,
    });
    cluster.kubectl.create(large("low", 4, { terminationGracePeriodSeconds: 60 }, { "kubewarp.io/stop-duration": "45s" }));
    cluster.simulation.run(MINUTE);
    cluster.kubectl.create(large("important", 1, { priorityClassName: "high" }));
    cluster.simulation.run(5 * MINUTE);
    expect([running(cluster, "low"), running(cluster, "important"), nodes(cluster).length]).toEqual([4, 1, 2]);
    expect(events(cluster, "Preempted")).toHaveLength(1);
    expect(events(cluster, "TriggeredScaleUp").map(({ involvedObject }) => involvedObject.name)).toEqual([expect.stringMatching(/^low-/)]);
  });

  it("fills a group of no nodes after what the cloud says of it, daemon pods included", () => {
    const gpu: NodeGroupDescription = {
      name: "gpu",
      count: 0,
      capacity: { cpu: "8", memory: "32Gi", "nvidia.com/gpu": "1" },
      taints: [{ key: "gpu", effect: "NoSchedule" }],
    };
    const cluster = elasticCluster({ groups: [gpu], scaling: [{ group: "gpu", min: 0, max: 2, provisioningTime: constant(MINUTE) }] });
    const containers = [
      { name: "main", image: "train", resources: { requests: { cpu: "1", "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } } },
    ];
    cluster.kubectl.create(large("train", 2, { containers, tolerations: [{ key: "gpu", operator: "Exists" }] }));
    cluster.simulation.run(3 * MINUTE);
    expect(nodes(cluster)).toEqual(["gpu-1", "gpu-2", "worker-1"]);
    expect(running(cluster, "train")).toBe(2);
  });

  it("takes the zone of a group's first node for that of all, so that a group for each zone is needed", () => {
    const zoned = (name: string, zones: readonly string[]): NodeGroupDescription => ({
      name,
      count: 1,
      zones,
      capacity: { cpu: "4", memory: "8Gi" },
    });
    const grown = (groups: readonly NodeGroupDescription[]): string[] => {
      const cluster = elasticCluster({ workers: 0, groups, scaling: groups.map(({ name }) => ({ ...WORKERS, group: name })) });
      cluster.kubectl.create(large("web", 6, { nodeSelector: { "topology.kubernetes.io/zone": "b" } }));
      cluster.simulation.run(3 * MINUTE);
      return nodes(cluster);
    };
    expect(grown([zoned("both", ["a", "b"])])).toEqual(["both-1"]);
    expect(grown([zoned("a", ["a"]), zoned("b", ["b"])])).toEqual(["a-1", "b-1", "b-2"]);
  });

  it("waits for as long as it is told to before a pod counts", () => {
    const asked = (flags: ClusterDescription["clusterAutoscaler"], annotations = {}) => {
      const cluster = elasticCluster({ flags: flags! });
      cluster.kubectl.create(large("web", 5, {}, annotations));
      cluster.simulation.run(3 * MINUTE);
      return (events(cluster, "TriggeredScaleUp")[0].firstTimestamp - EPOCH) / SECOND;
    };
    expect(asked({})).toBeLessThan(15);
    expect(asked({ "new-pod-scale-up-delay": MINUTE })).toBeGreaterThanOrEqual(60);
    expect(asked({}, { "cluster-autoscaler.kubernetes.io/pod-scale-up-delay": "90s" })).toBeGreaterThanOrEqual(90);
  });

  it("divides a scale-up among groups whose nodes are alike", () => {
    const other: NodeGroupDescription = { name: "other", count: 1, capacity: { cpu: "4", memory: "8Gi" } };
    const scaling = [WORKERS, { ...WORKERS, group: "other" }];
    const cluster = elasticCluster({ groups: [other], scaling, flags: { "balance-similar-node-groups": true } });
    cluster.kubectl.create(large("web", 16));
    cluster.simulation.run(30 * SECOND);
    expect(messages(cluster, "TriggeredScaleUp").map((text) => text.split(" ").sort())).toEqual([
      "pod triggered scale-up: [{worker 1->2 (max: 4)} {other 1->2 (max: 4)}]".split(" ").sort(),
    ]);
  });

  it("says in its ConfigMap how the cluster and each group are, and since when", () => {
    const cluster = elasticCluster({ scaling: [{ ...WORKERS, availableInstances: 1 }] });
    const status = () => {
      const { data, metadata } = cluster.view.get("ConfigMap", "kube-system", "cluster-autoscaler-status")!;
      return { ...(parse(data!["status"]) as AutoscalerStatus), updated: metadata.annotations };
    };
    cluster.simulation.run(20 * SECOND);
    const counts = { registered: { total: 1, ready: 1, notStarted: 0 }, longUnregistered: 0, unregistered: 0 };
    const quiet = status();
    expect(quiet.autoscalerStatus).toBe("Running");
    expect(quiet.clusterWide).toMatchObject({
      health: { status: "Healthy", nodeCounts: counts },
      scaleUp: { status: "NoActivity" },
      scaleDown: { status: "NoCandidates" },
    });
    expect(quiet.nodeGroups).toMatchObject([
      { name: "worker", health: { status: "Healthy", nodeCounts: counts, cloudProviderTarget: 1, minSize: 1, maxSize: 4 } },
    ]);
    expect(Object.values(quiet.updated!)).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/)]);
    cluster.kubectl.create(large("web", 10));
    cluster.simulation.run(40 * SECOND);
    const growing = status();
    expect(growing.nodeGroups[0].scaleUp).toMatchObject({
      status: "Backoff",
      backoffInfo: { errorCode: "InsufficientInstanceCapacity", errorMessage: expect.stringMatching(/capacity/) as string },
    });
    expect(growing.nodeGroups[0].scaleUp["lastTransitionTime"]).not.toBe(quiet.nodeGroups[0].scaleUp["lastTransitionTime"]);
    expect(growing.nodeGroups[0].health["lastTransitionTime"]).toBe(quiet.nodeGroups[0].health["lastTransitionTime"]);
  });

  it("brings a group up to its least size where it is told to, pods or no pods", () => {
    const below = { ...WORKERS, min: 3 };
    const sizes = (flags: ClusterDescription["clusterAutoscaler"]): number => {
      const cluster = elasticCluster({ flags, scaling: [below] });
      cluster.simulation.run(3 * MINUTE);
      return nodes(cluster).length;
    };
    expect(sizes({})).toBe(1);
    expect(sizes({ "enforce-node-group-min-size": true })).toBe(3);
    expect(sizes({ "enforce-node-group-min-size": true, "max-nodes-total": 2 })).toBe(2);
  });

  it("goes no further than so many nodes in all", () => {
    const cluster = elasticCluster({ flags: { "max-nodes-total": 2 } });
    cluster.kubectl.create(large("web", 12));
    cluster.simulation.run(3 * MINUTE);
    expect(nodes(cluster)).toHaveLength(2);
    expect(messages(cluster, "NotTriggerScaleUp")).toEqual(["pod didn't trigger scale-up: max total nodes in cluster reached"]);
  });
});
