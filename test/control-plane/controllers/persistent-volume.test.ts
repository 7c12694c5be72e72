import { describe, expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../../../src/api/types/index.js";
import { SmallCluster } from "./small-cluster.js";

function claim(name: string, storage: string, storageClassName: string): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, storageClassName },
  };
}

function volume(name: string, storage: string, storageClassName: string, policy: "Retain" | "Delete" = "Retain"): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: ["ReadWriteOnce"],
      storageClassName,
      persistentVolumeReclaimPolicy: policy,
      csi: { driver: "x", volumeHandle: name },
    },
  };
}

function storageClass(volumeBindingMode: "Immediate" | "WaitForFirstConsumer"): StorageClass {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "fast" },
    provisioner: "ebs.csi.aws.com",
    reclaimPolicy: "Delete",
    volumeBindingMode,
  };
}

describe("the persistent volume binder", () => {
  it("binds a claim to the smallest volume that suffices, and releases a retained one when the claim is gone", () => {
    const cluster = new SmallCluster();
    cluster.apply(
      volume("large", "100Gi", "manual"),
      volume("small", "1Gi", "manual"),
      volume("medium", "10Gi", "manual"),
      volume("other", "5Gi", "else"),
    );
    cluster.runTo(2);
    cluster.apply(claim("data", "5Gi", "manual"));
    cluster.runTo(4);
    expect(cluster.get("PersistentVolumeClaim", "data")).toMatchObject({
      spec: { volumeName: "medium" },
      status: { phase: "Bound", capacity: { storage: "10Gi" } },
    });
    expect(cluster.get("PersistentVolume", "medium")?.status?.phase).toBe("Bound");
    cluster.delete("PersistentVolumeClaim", "data");
    cluster.runTo(6);
    expect(cluster.get("PersistentVolume", "medium")?.status?.phase).toBe("Released");
    cluster.runTo(600);
    expect(cluster.get("PersistentVolume", "medium")?.status?.phase).toBe("Released");
  });

  it("binds a claim to the volume that its user names, and to no other claim's", () => {
    const cluster = new SmallCluster();
    const asking = (name: string): PersistentVolumeClaim => {
      const made = claim(name, "5Gi", "manual");
      return { ...made, spec: { ...made.spec, volumeName: "large" } };
    };
    cluster.apply(asking("first"));
    cluster.runTo(1);
    expect(cluster.get("PersistentVolumeClaim", "first")?.status?.phase).toBe("Pending");
    cluster.apply(volume("large", "100Gi", "manual"));
    cluster.runTo(20);
    expect(cluster.get("PersistentVolume", "large")).toMatchObject({ spec: { claimRef: { name: "first" } }, status: { phase: "Bound" } });
    expect(cluster.get("PersistentVolumeClaim", "first")?.metadata.annotations).toEqual({ "pv.kubernetes.io/bind-completed": "yes" });
    cluster.apply(asking("second"));
    cluster.runTo(22);
    expect(cluster.get("PersistentVolumeClaim", "second")?.status?.phase).toBe("Pending");
    expect(cluster.eventsOf("FailedBinding").map(({ message }) => message)).toEqual(['volume "large" already bound to a different claim.']);
  });

  it("tells of a claim that has lost its volume", () => {
    const cluster = new SmallCluster();
    cluster.apply(volume("a", "1Gi", "manual"));
    cluster.runTo(1);
    cluster.apply(claim("data", "1Gi", "manual"));
    cluster.runTo(3);
    cluster.change("PersistentVolume", "a", (one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
    cluster.delete("PersistentVolume", "a");
    cluster.runTo(5);
    expect(cluster.get("PersistentVolumeClaim", "data")?.status?.phase).toBe("Lost");
    expect(cluster.eventsOf("ClaimLost").map(({ message }) => message)).toEqual([
      "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    ]);
  });

  it("tells which pod's node a claim waits for, and that nobody makes volumes of a class without provisioner", () => {
    const cluster = new SmallCluster();
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "db", namespace: "default" },
      spec: { containers: [{ name: "c", image: "db:1" }], volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    };
    const local: StorageClass = { ...storageClass("Immediate"), metadata: { name: "local" }, provisioner: "kubernetes.io/no-provisioner" };
    cluster.apply(storageClass("WaitForFirstConsumer"), local, claim("data", "1Gi", "fast"), claim("disk", "1Gi", "local"));
    cluster.runTo(1);
    cluster.apply(pod);
    cluster.runTo(20);
    expect(cluster.eventsOf("WaitForFirstConsumer")).toHaveLength(1);
    expect(cluster.eventsOf("WaitForPodScheduled")[0].message).toBe("waiting for pod db to be scheduled");
    expect(cluster.eventsOf("ProvisioningFailed")[0]).toMatchObject({
      object: "PersistentVolumeClaim disk",
      message: "no volume plugin matched name: kubernetes.io/no-provisioner",
    });
  });

  it("has a volume made by the class's provisioner and destroyed with the claim", () => {
    const cluster = new SmallCluster({ volumeProvisioningTime: 4_000_000 });
    cluster.apply(storageClass("Immediate"));
    cluster.runTo(1);
    cluster.apply(claim("data", "5Gi", "fast"));
    cluster.runTo(4.5);
    expect(cluster.get("PersistentVolumeClaim", "data")?.status?.phase).toBe("Pending");
    cluster.runTo(6);
    const bound = cluster.get("PersistentVolumeClaim", "data")!;
    expect(bound.status?.phase).toBe("Bound");
    expect(bound.spec.volumeName).toBe(`pvc-${bound.metadata.uid}`);
    cluster.delete("PersistentVolumeClaim", "data");
    cluster.runTo(15);
    expect(cluster.list("PersistentVolume")).toEqual([]);
  });

  it("keeps a deleted claim while a pod uses it", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(volume("disk", "10Gi", "manual"), claim("data", "5Gi", "manual"));
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "db", namespace: "default" },
      spec: { containers: [{ name: "c", image: "db:1" }], volumes },
    } as Pod);
    cluster.runTo(3);
    cluster.delete("PersistentVolumeClaim", "data");
    cluster.runTo(6);
    expect(cluster.get("PersistentVolumeClaim", "data")?.metadata.deletionTimestamp).toBeDefined();
    cluster.delete("Pod", "db");
    cluster.runTo(9);
    expect(cluster.get("PersistentVolumeClaim", "data")).toBeUndefined();
  });

  it("keeps a deleted claim while a pod that has ended is still there, and asks the API server before it lets one go", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(volume("disk", "10Gi", "manual"), claim("data", "5Gi", "manual"));
    cluster.runTo(2);
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "batch", namespace: "default", annotations: { "fake-kubelet/run": "2s" } },
      spec: {
        restartPolicy: "Never",
        containers: [{ name: "c", image: "c:1" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    };
    cluster.apply(pod);
    cluster.runTo(8);
    expect(cluster.get("Pod", "batch")?.status?.phase).toBe("Succeeded");
    cluster.delete("PersistentVolumeClaim", "data");
    cluster.runTo(12);
    expect(cluster.get("PersistentVolumeClaim", "data")?.metadata.deletionTimestamp).toBeDefined();
    let lists = 0;
    cluster.api.trace({
      request: ({ caller, verb, kind }) => {
        if (caller.user.endsWith(":pvc-protection-controller") && verb === "list" && kind === "Pod") lists++;
      },
    });
    cluster.delete("Pod", "batch");
    cluster.runTo(16);
    expect(cluster.get("PersistentVolumeClaim", "data")).toBeUndefined();
    expect(lists).toBe(1);
  });

  it("puts the finalizers of claims and volumes back that somebody took off", () => {
    const cluster = new SmallCluster();
    cluster.apply(volume("disk", "10Gi", "manual"), claim("data", "5Gi", "manual"));
    cluster.runTo(2);
    cluster.change("PersistentVolumeClaim", "data", (one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
    cluster.change("PersistentVolume", "disk", (one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
    cluster.runTo(4);
    expect(cluster.get("PersistentVolumeClaim", "data")?.metadata.finalizers).toEqual(["kubernetes.io/pvc-protection"]);
    expect(cluster.get("PersistentVolume", "disk")?.metadata.finalizers).toEqual(["kubernetes.io/pv-protection"]);
  });

  it("waits for the first consumer's node where the class says so", () => {
    const cluster = new SmallCluster();
    cluster.addNode("worker-1", { "topology.kubernetes.io/zone": "a" });
    cluster.apply(storageClass("WaitForFirstConsumer"));
    cluster.runTo(1);
    cluster.apply(claim("data", "5Gi", "fast"));
    cluster.runTo(10);
    expect(cluster.list("PersistentVolume")).toEqual([]);
    expect(cluster.eventsOf("WaitForFirstConsumer").length).toBeGreaterThan(0);
    cluster.change("PersistentVolumeClaim", "data", (one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, "volume.kubernetes.io/selected-node": "worker-1" } },
    }));
    cluster.runTo(20);
    expect(cluster.get("PersistentVolumeClaim", "data")?.status?.phase).toBe("Bound");
    expect(cluster.list("PersistentVolume")[0].spec.nodeAffinity?.required?.nodeSelectorTerms[0].matchExpressions?.[0].values).toEqual([
      "a",
    ]);
  });
});
