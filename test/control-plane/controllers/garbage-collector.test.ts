import { describe, expect, it } from "vitest";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function clusterWithDeployment(): SmallCluster {
  const cluster = new SmallCluster();
  cluster.addNodes("worker", 2);
  cluster.apply(deployment("web", 3, {}, { "fake-kubelet/stop": "2s" }));
  cluster.runTo(5);
  return cluster;
}

describe("the garbage collector", () => {
  it("deletes what a deleted object owned, in the background", () => {
    const cluster = clusterWithDeployment();
    cluster.delete("Deployment", "web");
    cluster.runTo(6);
    expect(cluster.list("Deployment")).toEqual([]);
    expect(cluster.list("ReplicaSet")).toEqual([]);
    cluster.runTo(15);
    expect(cluster.list("Pod")).toEqual([]);
  });

  it("keeps the owner until its dependents are gone, in the foreground", () => {
    const cluster = clusterWithDeployment();
    cluster.delete("Deployment", "web", "Foreground");
    cluster.runTo(6);
    expect(cluster.get("Deployment", "web")?.metadata.finalizers).toEqual(["foregroundDeletion"]);
    expect(cluster.list("Pod").every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    cluster.runTo(15);
    expect([...cluster.list("Deployment"), ...cluster.list("ReplicaSet"), ...cluster.list("Pod")]).toEqual([]);
  });

  it("leaves the dependents alone when they are orphaned", () => {
    const cluster = clusterWithDeployment();
    cluster.delete("Deployment", "web", "Orphan");
    cluster.runTo(15);
    expect(cluster.list("Deployment")).toEqual([]);
    expect(cluster.list("ReplicaSet")).toHaveLength(1);
    expect(cluster.list("ReplicaSet")[0].metadata.ownerReferences ?? []).toEqual([]);
    expect(cluster.list("Pod")).toHaveLength(3);
  });

  it("collects an object that is created with an owner that does not exist", () => {
    const cluster = new SmallCluster();
    cluster.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "lost",
        namespace: "default",
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "gone", uid: "00000000-0000-0000-0000-000000000000" }],
      },
    });
    cluster.runTo(5);
    expect(cluster.list("ConfigMap").filter(({ metadata }) => metadata.name === "lost")).toEqual([]);
  });
});
