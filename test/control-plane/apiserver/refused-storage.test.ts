import { describe, expect, it } from "vitest";
import { mistakes, mistakesOfChange } from "./refusal.js";

// Rules and texts: pkg/apis/storage/validation/validation.go of Kubernetes.
describe("a storage class", () => {
  const storageClass = (fields: object) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "fast" },
    provisioner: "example.com/disk",
    ...fields,
  });
  const zones = (...values: readonly string[]) => ({ matchLabelExpressions: [{ key: "zone", values }] });

  it("names each parameter", () => {
    expect(mistakes(storageClass({ parameters: { "": "x" } }))).toBe('parameters: Invalid value: "": field can not be empty.');
  });

  it("allows a topology once, in whatever order it names its values", () => {
    expect(mistakes(storageClass({ allowedTopologies: [zones("a", "b"), zones("a"), zones("b", "a")] }))).toBe(
      'allowedTopologies[2].matchLabelExpressions: Duplicate value: ""',
    );
  });
});

// Rules and texts: pkg/apis/core/validation/validation.go.
describe("a persistent volume", () => {
  it("keeps its source, which is shown as the API server's own type", () => {
    const spec = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/d" } };
    const volume = { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "disk" }, spec };
    expect(mistakesOfChange(volume, "/api/v1/persistentvolumes/disk", { spec: { hostPath: { path: "/e" } } })).toBe(
      [
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation",
        "@@ -2,7 +2,7 @@",
        '  "GCEPersistentDisk": null,',
        '  "AWSElasticBlockStore": null,',
        '  "HostPath": {',
        '-  "Path": "/d",',
        '+  "Path": "/e",',
        '   "Type": ""',
        "  },",
        '  "Glusterfs": null,',
        "",
      ].join("\n"),
    );
  });
});

describe("a config map", () => {
  it("is too long as a whole", () => {
    const data = { a: "x".repeat(1024 * 1024 + 1) };
    expect(mistakes({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data })).toBe(
      "[]: Too long: may not be more than 1048576 bytes",
    );
  });
});

describe("a namespace", () => {
  it("has finalizers with a domain, but for those that Kubernetes knows", () => {
    const namespace = (finalizer: string) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
      spec: { finalizers: [finalizer] },
    });
    expect(mistakes(namespace("example.com/clean"))).toBe("none");
    expect(mistakes(namespace("clean"))).toBe(
      'spec.finalizers: Invalid value: "clean": name is neither a standard finalizer name nor is it fully qualified',
    );
  });
});

describe("a text that is shown", () => {
  it("has Go's quotes", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } };
    const restarting = { ...pod, spec: { ...pod.spec, restartPolicy: 'Ü\u0000\u0007\u007f\n"' } };
    expect(mistakes(restarting)).toBe(
      'spec.restartPolicy: Unsupported value: "Ü\\x00\\a\\x7f\\n\\"": supported values: "Always", "OnFailure", "Never"',
    );
  });
});
