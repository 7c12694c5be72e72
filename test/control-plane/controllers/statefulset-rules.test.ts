/** The StatefulSet controller's rules one by one, as kubernetes pkg/controller/statefulset of 1.36 has them. */
import { describe, expect, it } from "vitest";
import type { ControllerRevision, PersistentVolumeClaim, StatefulSet } from "../../../src/api/types/index.js";
import { statefulSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";
import { scaledTo, withImage } from "./workload-changes.js";

const CLAIM = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim" as const,
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

function cluster(): SmallCluster {
  const made = new SmallCluster();
  made.addNodes("worker", 3);
  return made;
}

function names(objects: readonly { readonly metadata: { readonly name: string } }[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

function ownersOf(claim: PersistentVolumeClaim | undefined): string[] {
  return (claim?.metadata.ownerReferences ?? []).map(({ kind, name, controller }) => `${kind} ${name} ${controller}`);
}

/** Distinct statuses in order, as "replicas/ready/current/updated". */
function statuses(of: SmallCluster): string[] {
  const seen: string[] = [];
  of.api.onCommit(({ kind, type, object }) => {
    if (kind !== "StatefulSet" || type !== "MODIFIED") return;
    const { replicas, readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0 } = (object as StatefulSet).status ?? { replicas: 0 };
    const status = `${replicas}/${readyReplicas}/${currentReplicas}/${updatedReplicas}`;
    if (seen.at(-1) !== status) seen.push(status);
  });
  return seen;
}

describe("a StatefulSet's ordinals", () => {
  it("begin at spec.ordinals.start, from which the partition counts", () => {
    const made = cluster();
    made.apply(
      statefulSet("db", 3, { ordinals: { start: 5 }, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } }),
    );
    made.runTo(5);
    expect(names(made.list("Pod"))).toEqual(["db-5", "db-6", "db-7"]);
    made.change("StatefulSet", "db", withImage("web:2"));
    made.runTo(15);
    expect(
      made
        .list("Pod")
        .map(({ metadata, spec }) => `${metadata.name}=${spec.containers[0].image}`)
        .sort(),
    ).toEqual(["db-5=web:1", "db-6=web:1", "db-7=web:2"]);
  });

  it("are looked for in the set's own names alone", () => {
    const made = cluster();
    const stranger = {
      metadata: { name: "db-extra-0", namespace: "default", labels: { app: "db" } },
      spec: { containers: [{ name: "c", image: "web:1" }] },
    };
    made.apply({ apiVersion: "v1", kind: "Pod", ...stranger });
    made.runTo(1);
    made.apply(statefulSet("db", 1));
    made.runTo(5);
    expect(made.get("Pod", "db-extra-0")?.metadata.ownerReferences).toBeUndefined();
    expect(made.get("StatefulSet", "db")?.status?.replicas).toBe(1);
  });
});

describe("a StatefulSet's status", () => {
  it("takes a pod that is deleted for the update off currentReplicas at once", () => {
    const made = cluster();
    made.apply(statefulSet("db", 3, {}, { "fake-kubelet/stop": "2s" }));
    made.runTo(5);
    const seen = statuses(made);
    made.change("StatefulSet", "db", withImage("web:2"));
    made.runTo(6);
    expect(seen.filter((status) => !status.startsWith("3/3/3/3"))[0]).toBe("3/3/2/0");
  });

  it("keeps no conditions, of which the controller has none", () => {
    const made = cluster();
    made.apply(statefulSet("db", 1));
    made.runTo(3);
    made.kubectl.patchStatus<"StatefulSet">({ kind: "StatefulSet", namespace: "default", name: "db" }, (set) => ({
      ...set,
      status: { ...set.status!, conditions: [{ type: "Custom", status: "True" }] },
    }));
    made.runTo(4);
    made.change("StatefulSet", "db", scaledTo(2));
    made.runTo(8);
    expect(made.get("StatefulSet", "db")?.status?.conditions).toBeUndefined();
  });
});

describe("a failed pod of a StatefulSet", () => {
  it("is deleted and made anew without another event than SuccessfulDelete", () => {
    const made = cluster();
    made.apply(statefulSet("db", 1));
    made.runTo(3);
    const first = made.get("Pod", "db-0")!;
    made.endPod(first, 1);
    made.runTo(6);
    expect(made.get("Pod", "db-0")?.metadata.uid).not.toBe(first.metadata.uid);
    expect(made.events.filter(({ object }) => object === "StatefulSet db").map(({ reason }) => reason)).toEqual([
      "SuccessfulCreate",
      "SuccessfulDelete",
      "SuccessfulCreate",
    ]);
  });

  it("does not hold up scaling down or the update where pods are managed in parallel", () => {
    const made = cluster();
    made.apply(statefulSet("db", 3, { podManagementPolicy: "Parallel" }, { "fake-kubelet/stop": "20s" }));
    made.runTo(3);
    made.change("Pod", "db-0", (pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers: ["example.com/hold"] } }));
    made.endPod(made.get("Pod", "db-0")!, 1);
    made.change("StatefulSet", "db", scaledTo(2));
    made.runTo(4);
    expect(made.get("Pod", "db-0")?.metadata.deletionTimestamp).toBeDefined();
    expect(made.get("Pod", "db-2")?.metadata.deletionTimestamp).toBeDefined();
    made.change("StatefulSet", "db", withImage("web:2"));
    made.runTo(5);
    expect(made.get("Pod", "db-1")?.metadata.deletionTimestamp).toBeDefined();
    made.change("Pod", "db-0", (pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers: [] } }));
  });
});

describe("an update of a StatefulSet", () => {
  it("goes one by one whatever maxUnavailable says, which the API server drops: its feature gate is off by default", () => {
    const made = cluster();
    made.apply(
      statefulSet(
        "db",
        3,
        { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 3 } } },
        { "fake-kubelet/stop": "1s" },
      ),
    );
    made.runTo(5);
    expect(made.get("StatefulSet", "db")?.spec.updateStrategy).toEqual({ type: "RollingUpdate", rollingUpdate: { partition: 0 } });
    made.change("StatefulSet", "db", (set) => ({
      ...set,
      spec: { ...set.spec, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1, maxUnavailable: "50%" } } },
    }));
    made.runTo(6);
    expect(made.get("StatefulSet", "db")?.spec.updateStrategy?.rollingUpdate).toEqual({ partition: 1 });
  });

  it("waits for minReadySeconds of each pod, also where pods are managed in parallel", () => {
    const made = cluster();
    made.apply(statefulSet("db", 2, { podManagementPolicy: "Parallel", minReadySeconds: 5 }));
    made.runTo(10);
    const before = made.get("Pod", "db-0")!.metadata.uid;
    made.change("StatefulSet", "db", withImage("web:2"));
    made.runTo(14);
    expect(made.get("Pod", "db-1")?.spec.containers[0].image).toBe("web:2");
    expect(made.get("Pod", "db-0")?.metadata.uid).toBe(before);
    made.runTo(20);
    expect(made.get("Pod", "db-0")?.spec.containers[0].image).toBe("web:2");
  });
});

describe("a StatefulSet's claims", () => {
  it("belong to the set where they are to be deleted with it", () => {
    const made = cluster();
    made.apply(statefulSet("db", 2, { volumeClaimTemplates: [CLAIM], persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" } }));
    made.runTo(5);
    expect(ownersOf(made.get("PersistentVolumeClaim", "data-db-1"))).toEqual(["StatefulSet db true"]);
    made.change("StatefulSet", "db", (set) => ({
      ...set,
      spec: { ...set.spec, persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } },
    }));
    made.runTo(8);
    expect(ownersOf(made.get("PersistentVolumeClaim", "data-db-1"))).toEqual([]);
  });

  it("belong to a pod that is scaled away where they are to go with it, and to nobody before", () => {
    const made = cluster();
    const slow = { "fake-kubelet/stop": "5s" };
    made.apply(
      statefulSet("db", 2, { volumeClaimTemplates: [CLAIM], persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } }, slow),
    );
    made.runTo(5);
    expect(ownersOf(made.get("PersistentVolumeClaim", "data-db-1"))).toEqual([]);
    made.change("StatefulSet", "db", scaledTo(1));
    made.runTo(7);
    expect(ownersOf(made.get("PersistentVolumeClaim", "data-db-1"))).toEqual(["Pod db-1 true"]);
    made.runTo(20);
    expect(names(made.list("PersistentVolumeClaim"))).toEqual(["data-db-0"]);
  });

  it("stay untouched where another controller has them", () => {
    const made = cluster();
    const owner = { apiVersion: "example.com/v1", kind: "Backup", name: "b", uid: "1", controller: true };
    made.apply(statefulSet("db", 1, { volumeClaimTemplates: [CLAIM] }));
    made.runTo(3);
    made.change("PersistentVolumeClaim", "data-db-0", (claim) => ({ ...claim, metadata: { ...claim.metadata, ownerReferences: [owner] } }));
    made.change("StatefulSet", "db", (set) => ({
      ...set,
      spec: { ...set.spec, persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } },
    }));
    made.runTo(6);
    expect(ownersOf(made.get("PersistentVolumeClaim", "data-db-0"))).toEqual(["Backup b true"]);
  });

  it("hold their pod back while they are being deleted", () => {
    const made = cluster();
    made.apply(statefulSet("db", 1, { volumeClaimTemplates: [CLAIM] }));
    made.runTo(3);
    made.change("PersistentVolumeClaim", "data-db-0", (claim) => ({
      ...claim,
      metadata: { ...claim.metadata, finalizers: [...(claim.metadata.finalizers ?? []), "example.com/hold"] },
    }));
    made.runTo(4);
    made.delete("PersistentVolumeClaim", "data-db-0");
    made.delete("Pod", "db-0");
    made.runTo(6);
    expect(made.get("Pod", "db-0")).toBeUndefined();
    expect(made.eventsOf("FailedCreate").map(({ message }) => message)).toContain(
      "Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted",
    );
    made.change("PersistentVolumeClaim", "data-db-0", (claim) => ({ ...claim, metadata: { ...claim.metadata, finalizers: [] } }));
    made.runTo(60);
    expect(made.get("Pod", "db-0")).toBeDefined();
  });
});

describe("a StatefulSet's revisions", () => {
  it("bear the set's annotations and the hash under a label of their own", () => {
    const made = cluster();
    const set = statefulSet("db", 1);
    made.apply({ ...set, metadata: { ...set.metadata, annotations: { team: "a" } } });
    made.runTo(3);
    const [revision] = made.list("ControllerRevision");
    expect(revision.metadata.annotations).toEqual({ team: "a" });
    expect(Object.keys(revision.metadata.labels!).sort()).toEqual(["app", "controller.kubernetes.io/hash"]);
    expect(revision.metadata.name).toBe(`db-${revision.metadata.labels!["controller.kubernetes.io/hash"]}`);
  });

  it("are taken over, with the pods, by a set of the same name", () => {
    const made = cluster();
    made.apply(statefulSet("db", 2));
    made.runTo(5);
    made.delete("StatefulSet", "db", "Orphan");
    made.runTo(8);
    const before = names(made.list("ControllerRevision"));
    const pods = made.list("Pod").map(({ metadata }) => metadata.uid);
    expect(made.list("ControllerRevision")[0].metadata.ownerReferences ?? []).toEqual([]);
    made.apply(statefulSet("db", 2));
    made.runTo(12);
    expect(names(made.list("ControllerRevision"))).toEqual(before);
    expect(made.list("ControllerRevision")[0].metadata.ownerReferences?.[0].uid).toBe(made.get("StatefulSet", "db")?.metadata.uid);
    expect(made.list("Pod").map(({ metadata }) => metadata.uid)).toEqual(pods);
  });

  it("count collisions of names in the status", () => {
    const made = cluster();
    const other = cluster();
    other.apply(statefulSet("db", 1));
    other.runTo(2);
    const { name } = other.list("ControllerRevision")[0].metadata;
    const taken: ControllerRevision = {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: { name, namespace: "default" },
      data: { spec: {} },
      revision: 1,
    };
    made.apply(taken);
    made.runTo(1);
    made.apply(statefulSet("db", 1));
    made.runTo(4);
    expect(made.get("StatefulSet", "db")?.status?.collisionCount).toBe(1);
    expect(made.list("ControllerRevision")).toHaveLength(2);
    expect(made.get("Pod", "db-0")).toBeDefined();
  });
});
