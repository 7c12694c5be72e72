import { describe, expect, it } from "vitest";
import type { Pod, ReplicaSet } from "../../../src/api/types/index.js";
import { deployment, replicaSet, replicationController, template } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

describe("the ReplicaSet controller", () => {
  it("creates the wished pods, counts them in the status and tells of each", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicaSet("web", 3));
    cluster.runTo(5);
    const pods = cluster.list("Pod");
    expect(pods).toHaveLength(3);
    expect(cluster.get("ReplicaSet", "web")?.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      fullyLabeledReplicas: 3,
      observedGeneration: 1,
    });
    expect(
      cluster
        .eventsOf("SuccessfulCreate")
        .map(({ message }) => message)
        .sort(),
    ).toEqual(pods.map(({ metadata }) => `Created pod: ${metadata.name}`).sort());
    expect(new Set(pods.map(({ spec }) => spec.containers)).size).toBe(1);
  });

  it("replaces a deleted pod at once, although it terminates for a while", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicaSet("web", 2, { "fake-kubelet/stop": "10s" }));
    cluster.runTo(5);
    cluster.delete("Pod", cluster.list("Pod")[0].metadata.name);
    cluster.runTo(6);
    expect(cluster.list("Pod")).toHaveLength(3);
    expect(cluster.get("ReplicaSet", "web")?.status).toMatchObject({ replicas: 2, terminatingReplicas: 1 });
    cluster.runTo(20);
    expect(cluster.list("Pod")).toHaveLength(2);
  });

  it("scales down to the wished number and never below it", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicaSet("web", 10));
    cluster.runTo(5);
    let least = Number.POSITIVE_INFINITY;
    cluster.api.onCommit(() => {
      least = Math.min(least, cluster.list("Pod").filter(({ metadata }) => metadata.deletionTimestamp === undefined).length);
    });
    cluster.change("ReplicaSet", "web", (web) => ({ ...web, spec: { ...web.spec, replicas: 4 } }));
    cluster.runTo(10);
    expect(cluster.list("Pod")).toHaveLength(4);
    expect(least).toBe(4);
    expect(cluster.eventsOf("SuccessfulDelete")).toHaveLength(6);
  });

  it("adopts matching pods without an owner and lets go of a pod whose label is changed", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    const { spec } = template({ app: "web" });
    for (const name of ["a", "b"]) {
      const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", labels: { app: "web" } }, spec };
      cluster.apply(pod);
    }
    cluster.runTo(1);
    const told: (number | undefined)[] = [];
    cluster.api.onCommit(({ kind, object }) => {
      if (kind === "ReplicaSet") told.push((object as ReplicaSet).status?.replicas);
    });
    cluster.apply(replicaSet("web", 3));
    cluster.runTo(5);
    expect(cluster.list("Pod")).toHaveLength(3);
    // What it adopts counts at once: one pod is made, and the first status that is written tells of two.
    expect(told.slice(1)[0]).toBe(2);
    expect(told.at(-1)).toBe(3);
    expect(cluster.list("Pod").every(({ metadata }) => metadata.ownerReferences?.[0]?.name === "web")).toBe(true);
    cluster.change("Pod", "a", (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: "debug" } } }));
    cluster.runTo(10);
    expect(cluster.list("Pod")).toHaveLength(4);
    expect(cluster.get("Pod", "a")?.metadata.ownerReferences ?? []).toEqual([]);
  });

  it("does not count a pod that it lets go, and leaves it alone", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicaSet("web", 60));
    cluster.runTo(1);
    // While the controller still creates pods, it learns of a new number and of pods that it has to let go: of 60 it has 50 left then.
    const strays = cluster.list("Pod").slice(0, 10);
    cluster.change("ReplicaSet", "web", (set) => ({ ...set, spec: { ...set.spec, replicas: 5 } }));
    for (const { metadata } of strays) {
      cluster.change("Pod", metadata.name, (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: "debug" } } }));
    }
    cluster.runTo(30);
    const names = cluster.list("Pod").map(({ metadata }) => metadata.name);
    expect(names).toEqual(expect.arrayContaining(strays.map(({ metadata }) => metadata.name)));
    expect(names).toHaveLength(15);
    expect(cluster.get("ReplicaSet", "web")?.status).toMatchObject({ replicas: 5, readyReplicas: 5 });
  });

  it("creates 100 pods at the client's rate: a burst of 30, then 20 a second", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(replicaSet("web", 100));
    cluster.runTo(2);
    expect(cluster.list("Pod").length).toBeLessThan(75);
    cluster.runTo(7);
    expect(cluster.list("Pod")).toHaveLength(100);
  });

  it("counts a pod as available only after minReadySeconds", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const web: ReplicaSet = replicaSet("web", 1);
    cluster.apply({ ...web, spec: { ...web.spec, minReadySeconds: 5 } } as ReplicaSet);
    cluster.runTo(3);
    expect(cluster.get("ReplicaSet", "web")?.status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    cluster.runTo(6.5);
    expect(cluster.get("ReplicaSet", "web")?.status).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });
});

describe("the ReplicationController controller", () => {
  it("keeps its pods as a ReplicaSet does", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(replicationController("legacy", 4));
    cluster.runTo(5);
    expect(cluster.list("Pod")).toHaveLength(4);
    expect(cluster.get("ReplicationController", "legacy")?.status).toMatchObject({ replicas: 4, readyReplicas: 4 });
    expect(cluster.eventsOf("SuccessfulCreate").every(({ component }) => component === "replication-controller")).toBe(true);
  });
});

describe("the Deployment controller", () => {
  it("creates a ReplicaSet that is named by the template's hash", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 3));
    cluster.runTo(5);
    const [owned] = cluster.list("ReplicaSet");
    const hash = owned.spec.selector.matchLabels?.["pod-template-hash"];
    expect(owned.metadata.name).toBe(`web-${hash}`);
    expect(cluster.list("Pod").map(({ metadata }) => metadata.labels?.["pod-template-hash"])).toEqual([hash, hash, hash]);
    expect(cluster.eventsOf("ScalingReplicaSet").map(({ message }) => message)).toEqual([`Scaled up replica set web-${hash} from 0 to 3`]);
    const { status, metadata } = cluster.get("Deployment", "web")!;
    expect(metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
    expect(status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 0,
      observedGeneration: 1,
    });
    expect(status?.conditions?.map(({ type, status: state, reason }) => [type, state, reason])).toEqual([
      ["Available", "True", "MinimumReplicasAvailable"],
      ["Progressing", "True", "NewReplicaSetAvailable"],
    ]);
  });
});
