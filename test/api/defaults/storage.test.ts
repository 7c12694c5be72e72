import { describe, expect, it } from "vitest";
import { returned } from "./returned.js";

describe("what a claim is filled from", () => {
  const sources = (given: object) => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...given };
    const claim = returned({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "c" }, spec });
    const { dataSource, dataSourceRef } = claim["spec"] as { dataSource?: object; dataSourceRef?: object };
    return { dataSource, dataSourceRef };
  };
  const claim = { apiGroup: null, kind: "PersistentVolumeClaim", name: "other" };
  const snapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" };
  const book = { apiGroup: "example.com", kind: "Book", name: "b" };

  // https://kubernetes.io/docs/concepts/storage/persistent-volumes/#data-source-references
  it.each([
    ["a claim, by the older field", { dataSource: claim }, claim],
    ["a snapshot, by the older field", { dataSource: snapshot }, snapshot],
    ["a snapshot, by the newer field", { dataSourceRef: snapshot }, snapshot],
    ["anything, by the newer field", { dataSourceRef: book }, book],
  ])("stands in both fields: %s", (_, given, source) => {
    expect(sources(given)).toEqual({ dataSource: source, dataSourceRef: source });
  });

  it("is dropped from the older field where that does not know the kind, and where it lies in another namespace", () => {
    expect(sources({ dataSource: book })).toEqual({});
    expect(sources({ dataSource: book, dataSourceRef: snapshot })).toEqual({ dataSource: snapshot, dataSourceRef: snapshot });
    expect(sources({ dataSourceRef: { ...snapshot, namespace: "elsewhere" } })).toEqual({});
  });
});

describe("PersistentVolume", () => {
  const iscsi = { targetPortal: "10.0.0.1", iqn: "iqn.2001-04.com.example:disk", lun: 0 };

  // The marks "+default" of k8s.io/api/core/v1/types.go.
  it.each([
    ["iscsi", iscsi, { iscsiInterface: "default" }],
    ["rbd", { monitors: ["a"], image: "i" }, { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" }],
    ["azureDisk", { diskName: "d", diskURI: "u" }, { cachingMode: "ReadWrite", kind: "Shared", fsType: "ext4", readOnly: false }],
    [
      "scaleIO",
      { gateway: "g", system: "s", secretRef: { name: "x" }, volumeName: "v" },
      { storageMode: "ThinProvisioned", fsType: "xfs" },
    ],
    ["hostPath", { path: "/data" }, { type: "" }],
    ["azureFile", { secretName: "s", shareName: "f" }, { secretNamespace: null }],
  ])("has the defaults of its source: %s", (name, source, defaults) => {
    const spec = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], [name]: source };
    const volume = returned({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "v" }, spec });
    expect((volume["spec"] as Record<string, unknown>)[name]).toEqual({ ...source, ...defaults });
  });
});
