/** A cluster whose workers a cluster autoscaler adds and takes away. */
import type { Deployment, Pod } from "../../../src/api/types/index.js";
import type { Event } from "../../../src/api/types/policy.js";
import type { Cluster, ClusterOptions } from "../../../src/cluster/cluster.js";
import type { ClusterDescription, NodeGroupDescription, NodeGroupScaling } from "../../../src/cluster/description.js";
import { constant } from "../../../src/engine/distribution.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment, describeCluster, pods, startCluster } from "../small-cluster.js";

export const WORKERS: NodeGroupScaling = { group: "worker", min: 1, max: 4, provisioningTime: constant(50 * SECOND) };

export interface Elastic {
  readonly flags?: ClusterDescription["clusterAutoscaler"];
  readonly scaling?: readonly NodeGroupScaling[];
  readonly groups?: readonly NodeGroupDescription[];
  readonly workers?: number;
  readonly options?: Partial<ClusterOptions>;
}

/** One worker of four cores and 8 GiB, and up to four. */
export function elasticCluster({ flags = {}, scaling = [WORKERS], groups = [], workers = 1, options }: Elastic = {}): Cluster {
  const described = describeCluster(workers);
  return startCluster({ ...described, nodeGroups: [...described.nodeGroups, ...groups], scaling, clusterAutoscaler: flags }, options);
}

/** Pods of one core each, four to a worker. */
export function large(
  name: string,
  replicas: number,
  changes: Partial<Pod["spec"]> = {},
  annotations: Record<string, string> = {},
): Deployment {
  const whole = deployment(name, replicas);
  const { template } = whole.spec;
  const containers = [{ ...template.spec.containers[0], resources: { requests: { cpu: "1", memory: "64Mi" } } }];
  const metadata = { ...template.metadata, annotations };
  return { ...whole, spec: { ...whole.spec, template: { metadata, spec: { ...template.spec, containers, ...changes } } } };
}

export function scale(cluster: Cluster, name: string, replicas: number): void {
  cluster.kubectl.patch<"Deployment">({ kind: "Deployment", namespace: "default", name }, (current) => ({
    ...current,
    spec: { ...current.spec, replicas },
  }));
}

export function budget(cluster: Cluster, app: string, minAvailable: number): void {
  const metadata = { name: app, namespace: "default" };
  cluster.kubectl.create<"PodDisruptionBudget">({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: { minAvailable, selector: { matchLabels: { app } } },
  });
}

export function events(cluster: Cluster, reason: string, kind?: string): Event[] {
  return [...cluster.view.list("Event")].filter(
    (event) => event.reason === reason && (kind === undefined || event.involvedObject.kind === kind),
  );
}

export function messages(cluster: Cluster, reason: string, kind?: string): string[] {
  return [...new Set(events(cluster, reason, kind).map(({ message }) => message))];
}

export function nodes(cluster: Cluster): string[] {
  return [...cluster.view.list("Node")].map(({ metadata }) => metadata.name).sort();
}

export function running(cluster: Cluster, app: string): number {
  return pods(cluster, app).filter(({ status }) => status?.phase === "Running").length;
}

export function taints(cluster: Cluster, name: string): string[] {
  return (cluster.view.get("Node", undefined, name)?.spec.taints ?? []).map(({ key }) => key);
}
