/** Random machines and control planes. */
import type { Cluster as ClusterFile } from "../../src/scenario/schema/cluster.js";
import type { Draw } from "./draw.js";

export interface RandomCluster {
  readonly file: ClusterFile;
  readonly masters: readonly string[];
  readonly workers: readonly string[];
  readonly zones: readonly string[];
}

const MOST_WORKERS = 9;

export function randomCluster(draw: Draw): RandomCluster {
  const mastersCount = draw.one([1, 1, 3]);
  const workersCount = draw.between(1, MOST_WORKERS);
  const zones = draw.one([[], ["a", "b"], ["a", "b", "c"]]);
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
        ...draw.maybe(0.15, () => ({ taints: [{ key: "dedicated", value: "batch", effect: "PreferNoSchedule" as const }] })),
      },
    ],
    ...draw.maybe(0.2, () => ({ latencies: { schedulerCycle: "20ms", etcdFsync: { lognormal: { median: "10ms", sigma: 1 } } } })),
    ...draw.maybe(0.2, () => ({ latencies: { watchDelivery: { lognormal: { median: "100ms", sigma: 1 } } } })),
    ...draw.maybe(0.2, () => ({ controlPlane: { controllerManager: { "kube-api-qps": 5, "kube-api-burst": 10 } } })),
    network: { plugin: draw.one(["calico", "cilium", "flannel"] as const) },
  };
  const named = (name: string, count: number): string[] => draw.times(count, (index) => `${name}-${index + 1}`);
  return { file, masters: named("master", mastersCount), workers: named("worker", workersCount), zones };
}
