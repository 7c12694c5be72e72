/** Described clusters for tests: a few equal workers, no control-plane nodes. */
import type { Deployment, Pod } from "../../src/api/types/index.js";
import { Cluster, type ClusterOptions } from "../../src/cluster/cluster.js";
import type { ClusterDescription } from "../../src/cluster/description.js";
import { checked } from "./checked.js";

/** 2026-01-01T00:00:00Z */
export const EPOCH = Date.UTC(2026, 0, 1) * 1000;

export function describeCluster(workers: number, changes: Partial<ClusterDescription> = {}): ClusterDescription {
  return {
    name: "test",
    kubernetesVersion: "1.36.0",
    profile: "mission",
    nodeGroups: [{ name: "worker", count: workers, capacity: { cpu: "4", memory: "8Gi" } }],
    scaling: [],
    controlPlane: { etcdMembers: 1, apiServers: 1, controllerManager: {}, apiServer: {} },
    network: {
      plugin: "calico",
      podCIDR: "10.244.0.0/16",
      serviceCIDR: "10.96.0.0/12",
      proxyMode: "iptables",
      encapsulation: "ipip",
    },
    kubelet: {},
    latencies: {},
    ...changes,
  };
}

export function startCluster(description: ClusterDescription, options: Partial<ClusterOptions> = {}): Cluster {
  const cluster = checked(new Cluster(description, { seed: 1, epoch: EPOCH, ...options }));
  cluster.start();
  return cluster;
}

export function deployment(name: string, replicas: number): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "nginx:1.27", resources: { requests: { cpu: "100m", memory: "64Mi" } } }] },
      },
    },
  };
}

export function pods(cluster: Cluster, app?: string): Pod[] {
  return [...cluster.view.list("Pod")].filter(({ metadata }) => app === undefined || metadata.labels?.["app"] === app);
}
