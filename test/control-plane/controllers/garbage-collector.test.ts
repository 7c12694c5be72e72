import { describe, expect, it } from "vitest";
import type { ConfigMap, Namespace, OwnerReference } from "../../../src/api/types/index.js";
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

  it("does not wait for dependents that do not block a foreground deletion, and deletes them as well", () => {
    const cluster = new SmallCluster();
    const map = (name: string, ownerReferences: readonly OwnerReference[] = [], finalizers: readonly string[] = []) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", ownerReferences, finalizers },
    });
    cluster.apply(map("owner"));
    cluster.runTo(1);
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: cluster.get("ConfigMap", "owner")!.metadata.uid! };
    cluster.apply(map("blocking", [{ ...owner, blockOwnerDeletion: true }], ["example.com/hold"]), map("free", [owner]));
    cluster.runTo(2);
    cluster.delete("ConfigMap", "owner", "Foreground");
    cluster.runTo(5);
    expect(cluster.get("ConfigMap", "owner")).toBeDefined();
    expect(cluster.get("ConfigMap", "free")).toBeUndefined();
    cluster.change("ConfigMap", "blocking", (blocking) => ({ ...blocking, metadata: { ...blocking.metadata, finalizers: [] } }));
    cluster.runTo(8);
    expect(cluster.get("ConfigMap", "owner")).toBeUndefined();
  });

  it("takes dangling owners off an object that has another one left", () => {
    const cluster = new SmallCluster();
    cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owner", namespace: "default" } });
    cluster.runTo(1);
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: cluster.get("ConfigMap", "owner")!.metadata.uid! };
    const ownerReferences = [owner, { ...owner, name: "gone", uid: "1" }];
    cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "child", namespace: "default", ownerReferences } });
    cluster.runTo(4);
    expect(cluster.get("ConfigMap", "child")?.metadata.ownerReferences).toEqual([owner]);
  });

  it("leaves objects alone whose owner cannot be looked up: of an unknown kind, or namespaced above one that is not", () => {
    const cluster = new SmallCluster();
    const gone = { name: "gone", uid: "1" };
    const lookedUp = { apiVersion: "apps/v1", kind: "ReplicaSet", ...gone };
    const unknown = { apiVersion: "example.com/v1", kind: "Rocket", ...gone };
    cluster.apply(
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "odd", namespace: "default", ownerReferences: [lookedUp, unknown] } },
      {
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: "high", ownerReferences: [lookedUp] },
        value: 1,
      } as never,
    );
    cluster.runTo(5);
    expect(cluster.get("ConfigMap", "odd")?.metadata.ownerReferences).toHaveLength(2);
    expect(cluster.get("PriorityClass", "high")).toBeDefined();
  });

  /** A ConfigMap with that owner. */
  const owned = (name: string, namespace: string, owner: OwnerReference): ConfigMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, ownerReferences: [owner] },
  });

  /** A ConfigMap of the namespace default as an owner, and a second namespace. */
  const withOwner = (): { readonly cluster: SmallCluster; readonly owner: OwnerReference } => {
    const cluster = new SmallCluster();
    const other: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } };
    const configMap: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owner", namespace: "default" } };
    cluster.apply(other, configMap);
    cluster.runTo(2);
    const { uid } = cluster.get("ConfigMap", "owner")!.metadata;
    return { cluster, owner: { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: uid! } };
  };
  const names = (cluster: SmallCluster): readonly string[] =>
    cluster.list("ConfigMap").flatMap(({ metadata: { name } }) => (name === "kube-root-ca.crt" ? [] : [name]));

  it("tells of an owner that is in another namespace and collects what names it there, but not what names it in its own", () => {
    const { cluster, owner } = withOwner();
    cluster.apply(owned("wrong", "other", owner));
    cluster.runTo(4);
    expect(names(cluster)).toEqual(["owner"]);
    const [event] = cluster.eventsOf("OwnerRefInvalidNamespace");
    expect(event).toMatchObject({ object: "ConfigMap wrong", type: "Warning", component: "garbage-collector-controller" });
    expect(event.message).toBe(
      `ownerRef [v1/ConfigMap, namespace: other, name: owner, uid: ${owner.uid}] does not exist in namespace "other"`,
    );
    cluster.apply(owned("right", "default", owner));
    // Another change of owners has the collector ask for each of them.
    cluster.change("ConfigMap", "right", (one) => ({
      ...one,
      metadata: { ...one.metadata, ownerReferences: [owner, { ...owner, name: "none", uid: "00000000-0000-0000-0000-000000000000" }] },
    }));
    cluster.runTo(8);
    expect(names(cluster)).toEqual(["owner", "right"]);
    expect(cluster.get("ConfigMap", "right")!.metadata.ownerReferences).toEqual([owner]);
  });

  it("asks once for an owner that it has not seen, however many name it", () => {
    const { cluster } = withOwner();
    const reads: string[] = [];
    cluster.api.trace({
      handling: ({ verb, target }) => {
        if (verb === "get" && target.name === "gone") reads.push(target.name);
      },
    });
    const gone: OwnerReference = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "00000000-0000-0000-0000-000000000000" };
    cluster.apply(...["a", "b", "c"].map((name) => owned(name, "default", gone)));
    cluster.runTo(5);
    expect(names(cluster)).toEqual(["owner"]);
    expect(reads).toHaveLength(1);
  });
});
