import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { statefulSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";
import { withImage } from "./workload-changes.js";

const SLOW = { "fake-kubelet/ready": "2s", "fake-kubelet/stop": "1s" };

/** Creations and deletions of pods with their seconds, as "+db-0" and "-db-0". */
function history(cluster: SmallCluster): { readonly what: string[]; readonly seconds: number[] } {
  const record = { what: [] as string[], seconds: [] as number[] };
  cluster.api.onCommit(({ kind, type, object }) => {
    if (kind !== "Pod" || type === "MODIFIED") return;
    record.what.push(`${type === "ADDED" ? "+" : "-"}${object.metadata.name}`);
    record.seconds.push(cluster.simulation.now / SECOND);
  });
  return record;
}

function images(cluster: SmallCluster): string[] {
  return cluster
    .list("Pod")
    .map(({ metadata, spec }) => `${metadata.name}=${spec.containers[0].image}`)
    .sort();
}

describe("a StatefulSet", () => {
  it("makes each pod after the one before is ready, and removes them in reverse, one by one", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    const { what, seconds } = history(cluster);
    cluster.apply(statefulSet("db", 3, {}, SLOW));
    cluster.runTo(12);
    expect(what).toEqual(["+db-0", "+db-1", "+db-2"]);
    expect(seconds[1] - seconds[0]).toBeGreaterThan(2);
    expect(seconds[2] - seconds[1]).toBeGreaterThan(2);
    cluster.change("StatefulSet", "db", (db) => ({ ...db, spec: { ...db.spec, replicas: 1 } }));
    cluster.runTo(20);
    expect(what.slice(3)).toEqual(["-db-2", "-db-1"]);
    expect(seconds[4] - seconds[3]).toBeGreaterThan(1);
    expect(cluster.get("StatefulSet", "db")?.status).toMatchObject({
      replicas: 1,
      readyReplicas: 1,
      currentReplicas: 1,
      updatedReplicas: 1,
    });
    expect(cluster.get("Pod", "db-0")).toMatchObject({
      metadata: { labels: { "apps.kubernetes.io/pod-index": "0", "statefulset.kubernetes.io/pod-name": "db-0" } },
      spec: { hostname: "db-0", subdomain: "db" },
    });
    expect(cluster.eventsOf("SuccessfulDelete").map(({ message }) => message)).toEqual([
      "Delete Pod db-2 in StatefulSet db successful",
      "Delete Pod db-1 in StatefulSet db successful",
    ]);
  });

  it("makes all pods at once where they are managed in parallel", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    const { what } = history(cluster);
    cluster.apply(statefulSet("db", 4, { podManagementPolicy: "Parallel" }, SLOW));
    cluster.runTo(1);
    expect(what.toSorted()).toEqual(["+db-0", "+db-1", "+db-2", "+db-3"]);
  });

  it("makes pods that are managed in parallel in batches of 1, 2, 4 by their ordinals", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    const { what, seconds } = history(cluster);
    cluster.apply(statefulSet("db", 7, { podManagementPolicy: "Parallel" }, SLOW));
    cluster.runTo(1);
    expect(what[0]).toBe("+db-0");
    expect(what.slice(1, 3).toSorted()).toEqual(["+db-1", "+db-2"]);
    expect(what.slice(3).toSorted()).toEqual(["+db-3", "+db-4", "+db-5", "+db-6"]);
    expect(seconds[1]).toBeGreaterThan(seconds[0]);
    expect(seconds[3]).toBeGreaterThan(seconds[2]);
  });

  it("updates from the last ordinal down to the partition and takes over the rest later", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(statefulSet("db", 3, { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } }, SLOW));
    cluster.runTo(10);
    cluster.change("StatefulSet", "db", withImage("web:2"));
    cluster.runTo(20);
    expect(images(cluster)).toEqual(["db-0=web:1", "db-1=web:1", "db-2=web:2"]);
    expect(cluster.get("StatefulSet", "db")?.status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    cluster.delete("Pod", "db-0");
    cluster.runTo(26);
    expect(images(cluster)).toEqual(["db-0=web:1", "db-1=web:1", "db-2=web:2"]);
    cluster.change("StatefulSet", "db", (db) => ({
      ...db,
      spec: { ...db.spec, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } },
    }));
    cluster.runTo(40);
    expect(images(cluster)).toEqual(["db-0=web:2", "db-1=web:2", "db-2=web:2"]);
    const status = cluster.get("StatefulSet", "db")!.status!;
    expect(status.currentRevision).toBe(status.updateRevision);
    expect(cluster.list("ControllerRevision").map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it("leaves a broken update as it is when the template is put back, until the broken pod is deleted", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.apply(statefulSet("db", 2));
    cluster.runTo(5);
    cluster.change("StatefulSet", "db", (db) => {
      const { template } = db.spec;
      return withImage("web:2")({
        ...db,
        spec: { ...db.spec, template: { ...template, metadata: { ...template.metadata, annotations: { "fake-kubelet/hold": "" } } } },
      });
    });
    cluster.runTo(10);
    cluster.change("StatefulSet", "db", (db) => {
      const { template } = db.spec;
      return withImage("web:1")({
        ...db,
        spec: { ...db.spec, template: { ...template, metadata: { ...template.metadata, annotations: {} } } },
      });
    });
    cluster.runTo(30);
    expect(images(cluster)).toEqual(["db-0=web:1", "db-1=web:2"]);
    cluster.delete("Pod", "db-1");
    cluster.runTo(40);
    expect(images(cluster)).toEqual(["db-0=web:1", "db-1=web:1"]);
  });

  it("makes claims that outlive its pods", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim" as const,
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    cluster.apply(statefulSet("db", 2, { volumeClaimTemplates: [claim] }));
    cluster.runTo(5);
    expect(cluster.list("PersistentVolumeClaim").map(({ metadata }) => metadata.name)).toEqual(["data-db-0", "data-db-1"]);
    expect(cluster.get("Pod", "db-1")?.spec.volumes?.[0]).toMatchObject({
      name: "data",
      persistentVolumeClaim: { claimName: "data-db-1" },
    });
    cluster.change("StatefulSet", "db", (db) => ({ ...db, spec: { ...db.spec, replicas: 1 } }));
    cluster.runTo(10);
    expect(cluster.list("PersistentVolumeClaim")).toHaveLength(2);
  });
});
