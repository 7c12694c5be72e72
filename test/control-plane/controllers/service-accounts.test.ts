import { describe, expect, it } from "vitest";
import type { Namespace } from "../../../src/api/types/index.js";
import { SmallCluster } from "./small-cluster.js";

const DEV: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "dev" } };
const DESCRIPTION = "kubernetes.io/description";

describe("what every namespace has", () => {
  it("is the service account default and the ConfigMap kube-root-ca.crt, which come back when they are deleted", () => {
    const cluster = new SmallCluster();
    cluster.apply(DEV);
    cluster.runTo(2);
    expect(cluster.get("ServiceAccount", "default", "dev")).toBeDefined();
    const { uid } = cluster.get("ConfigMap", "kube-root-ca.crt", "dev")!.metadata;
    cluster.kubectl.delete<"ServiceAccount">({ kind: "ServiceAccount", namespace: "dev", name: "default" });
    cluster.kubectl.delete<"ConfigMap">({ kind: "ConfigMap", namespace: "dev", name: "kube-root-ca.crt" });
    cluster.runTo(4);
    expect(cluster.get("ServiceAccount", "default", "dev")).toBeDefined();
    expect(cluster.get("ConfigMap", "kube-root-ca.crt", "dev")!.metadata.uid).not.toBe(uid);
  });

  it("is put right where somebody changes the certificate or takes its description off, whose words may differ", () => {
    const cluster = new SmallCluster();
    cluster.runTo(2);
    const published = () => cluster.get("ConfigMap", "kube-root-ca.crt")!;
    const before = published().data;
    cluster.change("ConfigMap", "kube-root-ca.crt", (one) => ({ ...one, data: { "ca.crt": "forged", more: "x" } }));
    cluster.runTo(4);
    expect(published().data).toEqual(before);
    cluster.change("ConfigMap", "kube-root-ca.crt", (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
    cluster.runTo(6);
    expect(published().metadata.annotations?.[DESCRIPTION]).toMatch(/^Contains a CA bundle/);
    cluster.change("ConfigMap", "kube-root-ca.crt", (one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { [DESCRIPTION]: "ours" } },
    }));
    cluster.runTo(8);
    expect(published().metadata.annotations).toEqual({ [DESCRIPTION]: "ours" });
  });
});
