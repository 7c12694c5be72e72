import { describe, expect, it } from "vitest";
import type { Namespace } from "../../../src/api/types/index.js";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const DEV: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "dev" } };

describe("a namespace", () => {
  it("gets a service account and the certificate of the API server, again after they were deleted", () => {
    const cluster = new SmallCluster();
    cluster.apply(DEV);
    cluster.runTo(2);
    expect(cluster.get("ServiceAccount", "default", "dev")).toBeDefined();
    expect(cluster.get("ConfigMap", "kube-root-ca.crt", "dev")).toBeDefined();
    cluster.delete("ServiceAccount", "default", undefined, "dev");
    cluster.runTo(4);
    expect(cluster.get("ServiceAccount", "default", "dev")).toBeDefined();
  });

  it("goes with everything in it when it is deleted, and not before its pods have ended", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(DEV);
    cluster.runTo(1);
    const web = deployment("web", 3, {}, { "fake-kubelet/stop": "10s" });
    cluster.apply({ ...web, metadata: { ...web.metadata, namespace: "dev" } });
    cluster.runTo(5);
    cluster.delete("Namespace", "dev");
    cluster.runTo(14);
    expect(cluster.get("Namespace", "dev")?.status?.phase).toBe("Terminating");
    expect(cluster.get("Deployment", "web", "dev")).toBeUndefined();
    cluster.runTo(60);
    expect(cluster.list("Namespace").map(({ metadata }) => metadata.name)).not.toContain("dev");
    expect(cluster.list("Pod")).toEqual([]);
    expect(cluster.list("ConfigMap").filter(({ metadata }) => metadata.namespace === "dev")).toEqual([]);
  });
});
