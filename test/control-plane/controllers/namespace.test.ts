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
    // Nothing else goes before the pods have ended.
    expect(cluster.get("Deployment", "web", "dev")?.metadata.deletionTimestamp).toBeUndefined();
    cluster.runTo(60);
    expect(cluster.list("Namespace").map(({ metadata }) => metadata.name)).not.toContain("dev");
    expect(cluster.list("Pod")).toEqual([]);
    expect(cluster.list("ConfigMap").filter(({ metadata }) => metadata.namespace === "dev")).toEqual([]);
  });

  it("tells of its deletion by five conditions, which do not count pods while pods remain", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(DEV);
    cluster.runTo(1);
    const web = deployment("web", 1, {}, { "fake-kubelet/stop": "3s" });
    cluster.apply({ ...web, metadata: { ...web.metadata, namespace: "dev" } });
    cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", namespace: "dev", finalizers: ["example.com/hold"] } });
    cluster.runTo(5);
    cluster.delete("Namespace", "dev");
    cluster.runTo(11);
    const told = () =>
      Object.fromEntries(
        (cluster.get("Namespace", "dev")?.status?.conditions ?? []).map(({ type, reason, message }) => [type, [reason, message]]),
      );
    expect(told()).toEqual({
      NamespaceDeletionDiscoveryFailure: ["ResourcesDiscovered", "All resources successfully discovered"],
      NamespaceDeletionGroupVersionParsingFailure: ["ParsedGroupVersions", "All legacy kube types successfully parsed"],
      NamespaceDeletionContentFailure: ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
      NamespaceContentRemaining: ["ContentRemoved", "All content successfully removed"],
      NamespaceFinalizersRemaining: ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
    });
    cluster.runTo(17);
    expect(told()).toMatchObject({
      NamespaceContentRemaining: ["SomeResourcesRemain", "Some resources are remaining: configmaps. has 1 resource instances"],
      NamespaceFinalizersRemaining: [
        "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
      ],
    });
    cluster.change("ConfigMap", "held", (held) => ({ ...held, metadata: { ...held.metadata, finalizers: [] } }), "dev");
    cluster.runTo(40);
    expect(cluster.get("Namespace", "dev")).toBeUndefined();
  });

  it("fails, and tells so, where a pod outlives its grace period without a finalizer", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(DEV);
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "lost", namespace: "dev" } };
    cluster.runTo(1);
    cluster.apply({ ...pod, spec: { containers: [{ name: "c", image: "web:1" }], terminationGracePeriodSeconds: 2 } } as never);
    cluster.runTo(3);
    cluster.stopKubelet("worker-1");
    cluster.delete("Namespace", "dev");
    cluster.runTo(10);
    const failure = cluster.get("Namespace", "dev")?.status?.conditions?.find(({ type }) => type === "NamespaceDeletionContentFailure");
    expect(failure).toMatchObject({
      status: "True",
      reason: "ContentDeletionFailed",
      message:
        "Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: dev for gvr: /v1, Resource=pods",
    });
    cluster.kubectl.delete<"Pod">({ kind: "Pod", namespace: "dev", name: "lost" }, { gracePeriodSeconds: 0 });
    cluster.runTo(90);
    expect(cluster.get("Namespace", "dev")).toBeUndefined();
  });
});
