import { describe, expect, it } from "vitest";
import type { DaemonSet, Node } from "../../../src/api/types/index.js";
import { daemonSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const SLOW = { "fake-kubelet/ready": "2s", "fake-kubelet/stop": "1s" };

function update(agent: DaemonSet): DaemonSet {
  const { template } = agent.spec;
  return {
    ...agent,
    spec: {
      ...agent.spec,
      template: { ...template, spec: { ...template.spec, containers: [{ ...template.spec.containers[0], image: "web:2" }] } },
    },
  };
}

function tainted(effect: "NoSchedule" | "NoExecute"): (node: Node) => Node {
  return (node) => ({ ...node, spec: { ...node.spec, taints: [{ key: "maintenance", effect }] } });
}

function nodesOf(cluster: SmallCluster): (string | undefined)[] {
  return cluster
    .list("Pod")
    .map(({ spec }) => spec.nodeName)
    .sort();
}

/** Least number of ready pods and greatest number of pods while it was watched. */
function extremes(cluster: SmallCluster): { least: number; most: number } {
  const seen = { least: Number.POSITIVE_INFINITY, most: 0 };
  cluster.api.onCommit(({ kind }) => {
    if (kind !== "Pod") return;
    const pods = cluster.list("Pod").filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    seen.least = Math.min(
      seen.least,
      pods.filter(({ status }) => status?.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True")).length,
    );
    seen.most = Math.max(seen.most, cluster.list("Pod").length);
  });
  return seen;
}

describe("a DaemonSet", () => {
  it("has one pod on each node, also on nodes that join later", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.runTo(1);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(5);
    expect(nodesOf(cluster)).toEqual(["worker-1", "worker-2", "worker-3"]);
    cluster.addNode("worker-4");
    cluster.runTo(10);
    expect(nodesOf(cluster)).toEqual(["worker-1", "worker-2", "worker-3", "worker-4"]);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({
      desiredNumberScheduled: 4,
      currentNumberScheduled: 4,
      numberReady: 4,
      numberUnavailable: 0,
      updatedNumberScheduled: 4,
    });
    expect(cluster.eventsOf("SuccessfulCreate").every(({ component }) => component === "daemonset-controller")).toBe(true);
  });

  it("keeps a pod on a node that becomes NoSchedule, as misscheduled, and takes it off a NoExecute one", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.runTo(1);
    cluster.apply(daemonSet("agent"));
    cluster.runTo(5);
    cluster.change("Node", "worker-1", tainted("NoSchedule"));
    cluster.runTo(10);
    expect(nodesOf(cluster)).toEqual(["worker-1", "worker-2"]);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
    cluster.change("Node", "worker-1", tainted("NoExecute"));
    cluster.runTo(15);
    expect(nodesOf(cluster)).toEqual(["worker-2"]);
  });

  it("updates one node at a time and never has two unavailable", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 4);
    cluster.runTo(1);
    cluster.apply(daemonSet("agent", {}, SLOW));
    cluster.runTo(8);
    const seen = extremes(cluster);
    cluster.change("DaemonSet", "agent", update);
    cluster.runTo(15);
    expect(new Set(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).size).toBe(2);
    cluster.runTo(30);
    expect(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).toEqual(Array(4).fill("web:2"));
    expect(seen.least).toBe(3);
  });

  it("surges: the new pod is ready before the old one goes", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 3);
    cluster.runTo(1);
    cluster.apply(
      daemonSet("agent", { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }, SLOW),
    );
    cluster.runTo(8);
    const seen = extremes(cluster);
    cluster.change("DaemonSet", "agent", update);
    cluster.runTo(40);
    expect(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).toEqual(Array(3).fill("web:2"));
    expect(seen.least).toBe(3);
    expect(seen.most).toBeGreaterThan(3);
  });
});
