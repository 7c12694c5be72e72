import { describe, expect, it } from "vitest";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../src/api/types/storage.js";
import { constant } from "../../../src/engine/distribution.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { TestCluster } from "../test-cluster.js";

const UNIQUE = "kubernetes.io/csi/disks^data";

const volume: PersistentVolume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "data" },
  spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], csi: { driver: "disks", volumeHandle: "data" } },
};

const claim: PersistentVolumeClaim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "default" },
  spec: { volumeName: "data", resources: { requests: { storage: "1Gi" } } },
  status: { phase: "Bound" },
};

describe("a pod's disk", () => {
  it("is unmounted before the pod is removed, and in use until then", () => {
    const cluster = new TestCluster();
    cluster.apiServer.load([volume, claim]);
    cluster.machine("worker-1", { mountDuration: constant(SECOND), unmountDuration: constant(25 * SECOND) });
    cluster.until(5);
    cluster.pod("db", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] });
    cluster.until(20);
    cluster.admin.patchStatus<"Node">({ kind: "Node", name: "worker-1" }, (node) => ({
      ...node,
      status: { ...node.status, volumesAttached: [{ name: UNIQUE, devicePath: "" }] },
    }));
    cluster.until(80);
    expect(cluster.stored("Pod", "db")!.status).toMatchObject({ phase: "Running" });
    const inUse = (): readonly string[] | undefined => cluster.stored("Node", "worker-1")!.status!.volumesInUse;
    expect(inUse()).toEqual([UNIQUE]);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "db" });
    cluster.until(104);
    expect(cluster.stored("Pod", "db")!.status).toMatchObject({ phase: "Succeeded" });
    expect(inUse()).toEqual([UNIQUE]);
    cluster.until(106);
    expect(cluster.stored("Pod", "db")).toBeUndefined();
    // The kubelet computes its node's status every ten seconds.
    cluster.until(116);
    expect(inUse()).toEqual([]);
  });
});

describe("a node with storage drivers", () => {
  it("tells of them and of their limits in an object that it owns", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { zone: "a", volumeLimits: { "ebs.csi.aws.com": 25 } });
    cluster.until(5);
    const { metadata, spec } = cluster.stored("CSINode", "worker-1")!;
    expect(metadata.ownerReferences).toMatchObject([{ kind: "Node", uid: cluster.stored("Node", "worker-1")!.metadata.uid }]);
    expect(spec.drivers).toEqual([
      { name: "ebs.csi.aws.com", nodeID: "worker-1", topologyKeys: ["topology.kubernetes.io/zone"], allocatable: { count: 25 } },
    ]);
  });
});
