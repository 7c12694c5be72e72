/** Jobs in a small cluster, for tests of their controller. */
import type { Job } from "../../../src/api/types/index.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { SmallCluster } from "./small-cluster.js";

export function job(spec: Partial<Job["spec"]>, annotations: Readonly<Record<string, string>> = { "fake-kubelet/run": "2s" }): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work", namespace: "default" },
    spec: {
      template: { metadata: { annotations }, spec: { restartPolicy: "Never", containers: [{ name: "c", image: "work:1" }] } },
      ...spec,
    },
  };
}

export function clusterWith(work: Job): SmallCluster {
  const cluster = new SmallCluster();
  cluster.addNodes("worker", 2);
  cluster.runTo(0.2);
  cluster.apply(work);
  return cluster;
}

export const FAILS = { "fake-kubelet/run": "1s", "fake-kubelet/exit": "1" };

export function conditions(cluster: SmallCluster): string[] {
  return (cluster.get("Job", "work")?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

export function creationSeconds(cluster: SmallCluster): number[] {
  const seconds: number[] = [];
  cluster.api.onCommit(({ kind, type }) => {
    if (kind === "Pod" && type === "ADDED") seconds.push(cluster.simulation.now / SECOND);
  });
  return seconds;
}
