import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import { ConsistencyStore } from "../../../src/control-plane/controllers/consistency-store.js";
import { RetryLater } from "../../../src/control-plane/controllers/task.js";
import { replicaSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function podAt(resourceVersion: string): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web-1", resourceVersion }, spec: { containers: [] } };
}

describe("the consistency store", () => {
  it("holds an owner back until the cache has come as far as what was written for it", () => {
    const pods = { lastSyncResourceVersion: 4 };
    const store = new ConsistencyStore({ Pod: pods });
    store.wroteAt("default/web", podAt("7"));
    store.wroteAt("default/web", podAt("5"));
    expect(() => store.ensureReady("default/web")).toThrow(RetryLater);
    expect(() => store.ensureReady("default/other")).not.toThrow();
    pods.lastSyncResourceVersion = 6;
    expect(() => store.ensureReady("default/web")).toThrow(RetryLater);
    pods.lastSyncResourceVersion = 7;
    expect(() => store.ensureReady("default/web")).not.toThrow();
  });

  it("forgets what was written for an owner that is gone", () => {
    const store = new ConsistencyStore({ Pod: { lastSyncResourceVersion: 1 } });
    store.wroteAt("default/web", podAt("9"));
    store.clear("default/web");
    expect(() => store.ensureReady("default/web")).not.toThrow();
  });
});

describe("an informer", () => {
  it("tells how far it has come, over deletions as well", () => {
    const cluster = new SmallCluster();
    const pods = cluster.api.informers({ component: "test" }).informer("Pod");
    cluster.runTo(1);
    const before = pods.lastSyncResourceVersion!;
    cluster.apply(replicaSet("web", 1));
    cluster.runTo(2);
    const created = pods.lastSyncResourceVersion!;
    expect(created).toBeGreaterThan(before);
    expect(created).toBeGreaterThanOrEqual(Number(cluster.list("Pod")[0].metadata.resourceVersion));
    cluster.delete("ReplicaSet", "web", "Background");
    cluster.runTo(10);
    expect(pods.lastSyncResourceVersion).toBeGreaterThan(created);
  });
});
