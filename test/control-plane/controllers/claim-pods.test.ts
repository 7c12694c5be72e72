import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import { daemonSet, replicaSet, statefulSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const relabelled =
  (app: string) =>
  (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, app } } });

function ownersOf(cluster: SmallCluster, pod: string): (string | undefined)[] {
  return (cluster.get("Pod", pod)?.metadata.ownerReferences ?? []).map(({ name }) => name);
}

describe("a pod that its controller's selector matches no longer", () => {
  it("is released by a DaemonSet, which has another in its place", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(5);
    const stray = cluster.list("Pod")[0].metadata.name;
    cluster.change("Pod", stray, relabelled("debug"));
    cluster.runTo(10);
    expect(ownersOf(cluster, stray)).toEqual([]);
    expect(cluster.list("Pod")).toHaveLength(3);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({ currentNumberScheduled: 2, numberReady: 2 });
  });

  it("is released by a StatefulSet, which waits for its name", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(statefulSet("db", 2));
    cluster.runTo(5);
    cluster.change("Pod", "db-1", relabelled("debug"));
    cluster.runTo(10);
    expect(ownersOf(cluster, "db-1")).toEqual([]);
    expect(cluster.get("StatefulSet", "db")?.status?.replicas).toBe(1);
    cluster.delete("Pod", "db-1");
    cluster.runTo(60);
    expect(ownersOf(cluster, "db-1")).toEqual(["db"]);
  });
});

describe("a controller manager that begins", () => {
  it("lets a ReplicaSet release a pod whose labels were changed before", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicaSet("web", 2));
    cluster.runTo(5);
    cluster.manager.stop();
    const stray = cluster.list("Pod")[0].metadata.name;
    cluster.change("Pod", stray, relabelled("debug"));
    cluster.runTo(10);
    cluster.manager.start();
    cluster.runTo(20);
    expect(ownersOf(cluster, stray)).toEqual([]);
    expect(cluster.list("Pod")).toHaveLength(3);
  });
});

describe("a pod without a controller", () => {
  it("is adopted by the DaemonSet whose selector matches it", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(5);
    cluster.delete("DaemonSet", "agent", "Orphan");
    cluster.runTo(10);
    const names = cluster.list("Pod").map(({ metadata }) => metadata.name);
    expect(names.map((name) => ownersOf(cluster, name))).toEqual([[], []]);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(20);
    expect(names.map((name) => ownersOf(cluster, name))).toEqual([["agent"], ["agent"]]);
    expect(cluster.list("Pod")).toHaveLength(2);
  });
});
