import { describe, expect, it } from "vitest";
import type { CSIDriver, PersistentVolume, PersistentVolumeClaim, Pod } from "../../../src/api/types/index.js";
import { constant } from "../../../src/engine/distribution.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { SmallCluster } from "./small-cluster.js";

const UNIQUE = "kubernetes.io/csi/disks^data";

function volume(accessMode: string): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "data" },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: [accessMode],
      storageClassName: "manual",
      csi: { driver: "disks", volumeHandle: "data" },
    },
  };
}

function claim(accessMode: string): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: { accessModes: [accessMode], resources: { requests: { storage: "1Gi" } }, storageClassName: "manual" },
  };
}

/** Pod a belongs on node-1, pod b on node-2. */
function pod(name: "a" | "b"): Pod {
  const matchFields = [{ key: "metadata.name", operator: "In" as const, values: [name === "a" ? "node-1" : "node-2"] }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } },
      containers: [{ name: "c", image: "i" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
    },
  };
}

/** Two nodes and a bound claim. Attaching takes 2 s, detaching 3 s. */
function cluster(accessMode = "ReadWriteOnce", ...more: CSIDriver[]): SmallCluster {
  const small = new SmallCluster({}, { attachTimes: { attach: constant(2 * SECOND), detach: constant(3 * SECOND) } });
  small.addNodes("node", 2);
  small.apply(...more, volume(accessMode), claim(accessMode));
  small.runTo(20);
  expect(small.get("PersistentVolumeClaim", "data")?.status?.phase).toBe("Bound");
  return small;
}

const nodesWithVolume = (small: SmallCluster): string[] =>
  small
    .list("Node")
    .filter(({ status }) => status?.volumesAttached?.some(({ name }) => name === UNIQUE) === true)
    .map(({ metadata }) => metadata.name)
    .sort();

const use = (small: SmallCluster, node: string, volumes: readonly string[]): void => {
  small.kubectl.patchStatus<"Node">({ kind: "Node", name: node }, (current) => ({
    ...current,
    status: { ...current.status, volumesInUse: volumes },
  }));
};

describe("the attach/detach controller", () => {
  it("tells the pods of an attachment that fails, which is tried again after 1, 2, 4, ... s", () => {
    const small = cluster();
    const mark = (annotations: Record<string, string>): void =>
      small.kubectl.patch<"PersistentVolume">({ kind: "PersistentVolume", name: "data" }, (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations },
      }));
    mark({ "kubewarp.io/attach-error": "rpc error: code = Internal desc = no such disk" });
    small.apply(pod("a"));
    // Tries end 2, 5, 9 and 15 s after they began: each takes 2 s.
    small.runTo(36);
    const text = 'AttachVolume.Attach failed for volume "data" : rpc error: code = Internal desc = no such disk';
    const failures = small.eventsOf("FailedAttachVolume");
    expect(new Set(failures.map(({ message }) => message))).toEqual(new Set([text]));
    expect(small.list("VolumeAttachment")[0].status).toMatchObject({ attached: false, attachError: { message: text.split(" : ")[1] } });
    expect(nodesWithVolume(small)).toEqual([]);
    mark({});
    // The fifth try begins 8 s after the fourth ended.
    small.runTo(44);
    expect(nodesWithVolume(small)).toEqual([]);
    small.runTo(46.5);
    expect(nodesWithVolume(small)).toEqual(["node-1"]);
    expect(small.list("VolumeAttachment")[0].status).toEqual({ attached: true });
  });

  it("attaches a volume to its pod's node, says so, and detaches it when the pod is gone", () => {
    const small = cluster();
    small.apply(pod("a"));
    small.runTo(21.5);
    expect(small.list("VolumeAttachment")).toMatchObject([{ spec: { attacher: "disks", nodeName: "node-1" } }]);
    expect(nodesWithVolume(small)).toEqual([]);
    small.runTo(23);
    expect(nodesWithVolume(small)).toEqual(["node-1"]);
    expect(small.eventsOf("SuccessfulAttachVolume").map(({ object, message }) => [object, message])).toEqual([
      ["Pod a", 'AttachVolume.Attach succeeded for volume "data" '],
    ]);
    small.delete("Pod", "a");
    small.runTo(25);
    expect(nodesWithVolume(small)).toEqual([]);
    // The attachment is remembered until the store has carried the detachment out.
    expect(small.list("VolumeAttachment")).toHaveLength(1);
    small.runTo(29);
    expect(small.list("VolumeAttachment")).toEqual([]);
  });

  it("leaves a volume to a healthy node for as long as that says that it uses it", () => {
    const small = cluster();
    small.apply(pod("a"));
    small.runTo(25);
    use(small, "node-1", [UNIQUE]);
    small.runTo(26);
    small.delete("Pod", "a");
    small.runTo(30 + 10 * 60);
    expect(nodesWithVolume(small)).toEqual(["node-1"]);
    use(small, "node-1", []);
    small.runTo(31 + 10 * 60);
    expect(nodesWithVolume(small)).toEqual([]);
  });

  it("takes a volume from a node that is not Ready after six minutes, and at once from one out of service", () => {
    for (const outOfService of [false, true]) {
      const small = cluster();
      small.apply(pod("a"));
      small.runTo(25);
      use(small, "node-1", [UNIQUE]);
      small.runTo(26);
      small.stopKubelet("node-1");
      small.runTo(120);
      small.kubectl.delete<"Pod">({ kind: "Pod", namespace: "default", name: "a" }, { gracePeriodSeconds: 0 });
      small.runTo(121);
      expect(small.get("Pod", "a")).toBeUndefined();
      expect(nodesWithVolume(small)).toEqual(["node-1"]);
      if (outOfService) {
        const taint = { key: "node.kubernetes.io/out-of-service", value: "nodeshutdown", effect: "NoExecute" as const };
        small.change("Node", "node-1", (node) => ({ ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), taint] } }));
        small.runTo(122);
      } else {
        small.runTo(120 + 6 * 60 - 1);
        expect(nodesWithVolume(small)).toEqual(["node-1"]);
        small.runTo(120 + 6 * 60 + 1);
      }
      expect(nodesWithVolume(small)).toEqual([]);
    }
  });

  it("does not attach an exclusive volume to a second node, and names the pods that use it", () => {
    const small = cluster();
    small.apply(pod("a"));
    small.runTo(25);
    small.apply(pod("b"));
    small.runTo(40);
    expect(small.list("VolumeAttachment").map(({ spec }) => spec.nodeName)).toEqual(["node-1"]);
    const told = small.eventsOf("FailedAttachVolume");
    expect(told.map(({ object, message }) => [object, message])).toEqual([
      ["Pod b", 'Multi-Attach error for volume "data" Volume is already used by pod(s) a'],
    ]);
    small.delete("Pod", "a");
    small.runTo(50);
    expect(nodesWithVolume(small)).toEqual(["node-2"]);
  });

  it("attaches a shared volume to as many nodes as want it", () => {
    const small = cluster("ReadWriteMany");
    small.apply(pod("a"), pod("b"));
    small.runTo(25);
    expect(nodesWithVolume(small)).toEqual(["node-1", "node-2"]);
  });

  it("attaches nothing whose driver needs no attachment", () => {
    const small = cluster("ReadWriteMany", {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name: "disks" },
      spec: { attachRequired: false },
    });
    small.apply(pod("a"));
    small.runTo(25);
    expect(small.list("VolumeAttachment")).toEqual([]);
  });
});
