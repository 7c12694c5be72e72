import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Deployment, Node, Pod } from "../../src/api/types/index.js";
import type { Event } from "../../src/api/types/policy.js";
import type { Cluster, ClusterOptions } from "../../src/cluster/cluster.js";
import type { ClusterDescription, NodeGroupDescription, NodeGroupScaling } from "../../src/cluster/description.js";
import type { AutoscalerStatus } from "../../src/control-plane/cluster-autoscaler/autoscaler-status.js";
import { constant } from "../../src/engine/distribution.js";
import { MINUTE, SECOND } from "../../src/engine/simulation.js";
import { deployment, describeCluster, EPOCH, pods, startCluster } from "./small-cluster.js";

const WORKERS: NodeGroupScaling = { group: "worker", min: 1, max: 4, provisioningTime: constant(50 * SECOND) };

interface Elastic {
  readonly flags?: ClusterDescription["clusterAutoscaler"];
  readonly scaling?: readonly NodeGroupScaling[];
  readonly groups?: readonly NodeGroupDescription[];
  readonly workers?: number;
  readonly options?: Partial<ClusterOptions>;
}

/** One worker of four cores and 8 GiB, and up to four. */
function elasticCluster({ flags = {}, scaling = [WORKERS], groups = [], workers = 1, options }: Elastic = {}): Cluster {
  const described = describeCluster(workers);
  return startCluster({ ...described, nodeGroups: [...described.nodeGroups, ...groups], scaling, clusterAutoscaler: flags }, options);
}

/** Pods of one core each, four to a worker. */
function large(name: string, replicas: number, changes: Partial<Pod["spec"]> = {}, annotations: Record<string, string> = {}): Deployment {
  const whole = deployment(name, replicas);
  const { template } = whole.spec;
  const containers = [{ ...template.spec.containers[0], resources: { requests: { cpu: "1", memory: "64Mi" } } }];
  const metadata = { ...template.metadata, annotations };
  return { ...whole, spec: { ...whole.spec, template: { metadata, spec: { ...template.spec, containers, ...changes } } } };
}

function scale(cluster: Cluster, name: string, replicas: number): void {
  cluster.kubectl.patch<"Deployment">({ kind: "Deployment", namespace: "default", name }, (current) => ({
    ...current,
    spec: { ...current.spec, replicas },
  }));
}

function budget(cluster: Cluster, app: string, minAvailable: number): void {
  const metadata = { name: app, namespace: "default" };
  cluster.kubectl.create<"PodDisruptionBudget">({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: { minAvailable, selector: { matchLabels: { app } } },
  });
}

function events(cluster: Cluster, reason: string, kind?: string): Event[] {
  return [...cluster.view.list("Event")].filter(
    (event) => event.reason === reason && (kind === undefined || event.involvedObject.kind === kind),
  );
}

function messages(cluster: Cluster, reason: string, kind?: string): string[] {
  return [...new Set(events(cluster, reason, kind).map(({ message }) => message))];
}

function nodes(cluster: Cluster): string[] {
  return [...cluster.view.list("Node")].map(({ metadata }) => metadata.name).sort();
}

function running(cluster: Cluster, app: string): number {
  return pods(cluster, app).filter(({ status }) => status?.phase === "Running").length;
}

function taints(cluster: Cluster, name: string): string[] {
  return (cluster.view.get("Node", undefined, name)?.spec.taints ?? []).map(({ key }) => key);
}

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

const APART: NonNullable<Pod["spec"]["affinity"]> = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
    ],
  },
};

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
