import { describe, expect, it } from "vitest";
import type { ResourceList, ResourceQuota, Service } from "../../../src/api/types/index.js";
import { matchesScopes, QUOTA_KINDS, usageOf } from "../../../src/control-plane/apiserver/admission/quota-usage.js";
import { multiplied, usedOf } from "../../../src/control-plane/controllers/resourcequota/resource-quota-controller.js";
import { replicaSet, service } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const QUOTA: ResourceQuota = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "q", namespace: "default" },
  spec: { hard: { pods: "10", "count/secrets": "3" } },
};

describe("the use of a quota", () => {
  it("adds up what is limited, and is 0 where nothing is used", () => {
    const usages = new Map<ResourceList, number>([
      [{ pods: 1, cpu: "250m" }, 3],
      [{ pods: 1, memory: "1Gi" }, 2],
    ]);
    expect(usedOf({ pods: "10", cpu: "4", services: "2" }, usages)).toEqual({ pods: "5", cpu: "750m", services: "0" });
  });

  it("multiplies as often as asked", () => {
    for (const count of [0, 1, 2, 7, 100])
      expect(multiplied({ cpu: "100m" }, count).cpu ?? "0").toBe(count === 0 ? "0" : count < 10 ? `${count * 100}m` : "10");
  });
});

describe("the resource quota controller", () => {
  it("counts what is there when a quota comes, and again when pods go", () => {
    const cluster = new SmallCluster({}, { quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes } });
    cluster.addNodes("worker", 1);
    cluster.apply(replicaSet("web", 4));
    cluster.runTo(2);
    cluster.apply(QUOTA);
    cluster.runTo(4);
    expect(cluster.get("ResourceQuota", "q")?.status).toMatchObject({ hard: { pods: "10" }, used: { pods: "4", "count/secrets": "0" } });
    cluster.change("ReplicaSet", "web", (web) => ({ ...web, spec: { ...web.spec, replicas: 1 } }));
    cluster.runTo(6);
    expect(cluster.get("ResourceQuota", "q")?.status?.used).toMatchObject({ pods: "1" });
    cluster.change("ResourceQuota", "q", (quota) => ({ ...quota, spec: { hard: { pods: "20" } } }));
    cluster.runTo(8);
    expect(cluster.get("ResourceQuota", "q")?.status).toEqual({ hard: { pods: "20" }, used: { pods: "1" } });
  });

  it("counts again when something other than a pod goes", () => {
    const cluster = new SmallCluster({}, { quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes } });
    cluster.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "token", namespace: "default" } }, QUOTA);
    cluster.runTo(2);
    expect(cluster.get("ResourceQuota", "q")?.status?.used).toEqual({ pods: "0", "count/secrets": "1" });
    cluster.delete("Secret", "token");
    cluster.runTo(4);
    expect(cluster.get("ResourceQuota", "q")?.status?.used).toEqual({ pods: "0", "count/secrets": "0" });
  });

  it("counts again when a Service changes its type", () => {
    const cluster = new SmallCluster({}, { quotaRules: { kinds: QUOTA_KINDS, usageOf, matchesScopes } });
    const web = service("web");
    const open: Service = { ...web, spec: { ...web.spec, type: "NodePort" } };
    cluster.apply(open, { ...QUOTA, spec: { hard: { "services.nodeports": "5" } } } as ResourceQuota);
    cluster.runTo(2);
    expect(cluster.get("ResourceQuota", "q")?.status?.used).toEqual({ "services.nodeports": "1" });
    cluster.change("Service", "web", (one) => ({ ...one, spec: { ...one.spec, type: "ClusterIP" } }));
    cluster.runTo(4);
    expect(cluster.get("ResourceQuota", "q")?.status?.used).toEqual({ "services.nodeports": "0" });
  });
});
