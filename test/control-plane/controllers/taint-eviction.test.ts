import { describe, expect, it } from "vitest";
import type { Deployment, Taint } from "../../../src/api/types/index.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment } from "./manifests.js";
import { tolerant } from "./node-conditions.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

describe("the taint eviction controller", () => {
  it("marks a pod once for a taint, whatever other taints come and go while it ends", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const web = deployment("web", 1, {}, { "fake-kubelet/stop": "20s" });
    // Tolerates the taints that admission thinks of, not this one.
    cluster.apply(tolerant(web));
    cluster.runTo(5);
    const taint = (...effects: readonly ("NoExecute" | "NoSchedule")[]) => {
      cluster.change("Node", "worker-1", (node) => ({
        ...node,
        spec: { ...node.spec, taints: effects.map((effect) => ({ key: "maintenance", effect })) },
      }));
    };
    taint("NoExecute");
    cluster.runTo(7);
    taint("NoExecute", "NoSchedule");
    cluster.runTo(9);
    expect(cluster.eventsOf("TaintManagerEviction").map(({ message }) => message.split(" ")[0])).toEqual(["Marking"]);
  });
});

describe("an eviction for a taint", () => {
  const TAINT = { key: "maintenance", effect: "NoExecute" } as const;
  const URGENT = { key: "urgent-maintenance", effect: "NoExecute" } as const;

  /** With a pod that tolerates the one taint for 30 s and the other for 2 s. */
  function withTolerantPod(): SmallCluster {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const web = deployment("web", 1);
    const tolerations = [
      { key: TAINT.key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
      { key: URGENT.key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 2 },
    ] as const;
    const { template } = web.spec;
    const tolerating: Deployment = { ...web, spec: { ...web.spec, template: { ...template, spec: { ...template.spec, tolerations } } } };
    cluster.apply(tolerating);
    cluster.runTo(5);
    return cluster;
  }

  function setTaints(cluster: SmallCluster, ...taints: readonly Taint[]): void {
    cluster.change("Node", "worker-1", (node) => ({ ...node, spec: { ...node.spec, taints } }));
  }

  function told(cluster: SmallCluster): string[] {
    return cluster.eventsOf("TaintManagerEviction").map(({ message }) => message.split(" ")[0]);
  }

  it("comes to pods that have ended, too", () => {
    const cluster = withTolerantPod();
    const [{ metadata }] = cluster.list("Pod");
    cluster.stopKubelet("worker-1");
    cluster.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: metadata.name }, (pod) => ({
      ...pod,
      status: { ...pod.status, phase: "Succeeded" },
    }));
    setTaints(cluster, TAINT);
    cluster.runTo(36);
    expect(cluster.get("Pod", metadata.name)).toBeUndefined();
    expect(told(cluster)).toEqual(["Marking"]);
  });

  it("is not moved by a taint that comes while it waits, however short that is tolerated", () => {
    const cluster = withTolerantPod();
    setTaints(cluster, TAINT);
    cluster.runTo(30);
    setTaints(cluster, TAINT, URGENT);
    cluster.runTo(34);
    expect(told(cluster)).toEqual([]);
    cluster.runTo(36);
    expect(told(cluster)).toEqual(["Marking"]);
  });

  it("is told of as cancelled where the pod is gone before", () => {
    const cluster = withTolerantPod();
    setTaints(cluster, TAINT);
    cluster.runTo(10);
    cluster.delete("Pod", cluster.list("Pod")[0].metadata.name);
    cluster.runTo(20);
    expect(told(cluster)).toEqual(["Cancelling"]);
  });

  it("is planned anew when the taint is put on anew", () => {
    const cluster = withTolerantPod();
    cluster.stopKubelet("worker-1");
    setTaints(cluster, { ...TAINT, timeAdded: EPOCH });
    cluster.runTo(40);
    setTaints(cluster, { ...TAINT, timeAdded: EPOCH + 40 * SECOND });
    cluster.runTo(69);
    expect(told(cluster)).toEqual(["Marking"]);
    cluster.runTo(71);
    expect(told(cluster)).toEqual(["Marking", "Marking"]);
  });
});
