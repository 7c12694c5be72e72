/** Random machines and control planes. */
import type { Cluster as ClusterFile } from "../../src/scenario/schema/cluster.js";
import type { Draw } from "./draw.js";

export interface RandomCluster {
  readonly file: ClusterFile;
  readonly masters: readonly string[];
  readonly workers: readonly string[];
  readonly zones: readonly string[];
  /** Whether the workers are a managed group that grows and shrinks. */
  readonly isElastic: boolean;
}

const MOST_WORKERS = 9;

const STATIC_POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "log-agent", namespace: "kube-system" },
  spec: { hostNetwork: true, containers: [{ name: "agent", image: "log-agent:1.0", resources: { requests: { cpu: "50m" } } }] },
};

export function randomCluster(draw: Draw): RandomCluster {
  const mastersCount = draw.one([1, 1, 3]);
  const workersCount = draw.between(1, MOST_WORKERS);
  const zones = draw.one([[], ["a", "b"], ["a", "b", "c"]]);
  const isElastic = draw.chance(0.3);
  const file: ClusterFile = {
    ...draw.maybe(0.5, () => ({ profile: "kubernetes-1.36" as const })),
    nodes: [
      { name: "master", count: mastersCount, role: "control-plane", capacity: { cpu: 2, memory: "4Gi" } },
      {
        name: "worker",
        count: workersCount,
        capacity: {
          cpu: draw.between(1, 8),
          memory: `${draw.between(2, 16)}Gi`,
          ...draw.maybe(0.2, () => ({ pods: draw.between(4, 12) })),
        },
        ...(zones.length > 0 && { zones: [...zones] }),
        ...draw.maybe(0.3, () => ({ systemReserved: { cpu: "100m", memory: "200Mi" } })),
        ...(isElastic && {
          minSize: draw.between(0, workersCount),
          maxSize: draw.between(workersCount, MOST_WORKERS + 3),
          provisioningTime: draw.seconds(10, 90),
          ...draw.maybe(0.3, () => ({ availableInstances: draw.between(workersCount, MOST_WORKERS + 3) })),
          ...draw.maybe(0.5, () => ({ maxUnavailable: draw.one([1, 2, "50%"]) })),
        }),
        ...draw.maybe(0.2, () => ({ volumeLimits: { "disk.example.com": draw.between(1, 4) } })),
        ...draw.maybe(0.2, () => ({ staticPods: [STATIC_POD] })),
        ...draw.maybe(0.15, () => ({ taints: [{ key: "dedicated", value: "batch", effect: "PreferNoSchedule" as const }] })),
      },
    ],
    ...(isElastic &&
      draw.chance(0.8) && {
        clusterAutoscaler: {
          expander: draw.one(["random", "least-waste", "most-pods", "least-nodes", "least-nodes,most-pods"]),
          "scale-down-delay-after-add": draw.one(["1m", "10m"]),
          "scale-down-unneeded-time": draw.one(["1m", "10m"]),
          ...draw.maybe(0.3, () => ({ "scale-down-unready-time": "2m" })),
          ...draw.maybe(0.3, () => ({ "balance-similar-node-groups": true })),
          ...draw.maybe(0.2, () => ({ "enforce-node-group-min-size": true })),
        },
      }),
    ...draw.maybe(0.2, () => ({ latencies: { schedulerCycle: "20ms", etcdFsync: { lognormal: { median: "10ms", sigma: 1 } } } })),
    ...draw.maybe(0.2, () => ({ latencies: { watchDelivery: { lognormal: { median: "100ms", sigma: 1 } } } })),
    ...draw.maybe(0.2, () => ({ controlPlane: { controllerManager: { "kube-api-qps": 5, "kube-api-burst": 10 } } })),
    network: { plugin: draw.one(["calico", "cilium", "flannel"] as const) },
  };
  const named = (name: string, count: number): string[] => draw.times(count, (index) => `${name}-${index + 1}`);
  return { file, masters: named("master", mastersCount), workers: named("worker", workersCount), zones, isElastic };
}
