import { describe, expect, it } from "vitest";
import type { DaemonSet, Node } from "../../../src/api/types/index.js";
import { daemonSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const SURGE: DaemonSet["spec"]["updateStrategy"] = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
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

/** A DaemonSet on nodes of its own, with time to start. */
function withAgents(
  nodes: number,
  spec: Partial<DaemonSet["spec"]> = {},
  annotations: Readonly<Record<string, string>> = {},
): SmallCluster {
  const cluster = new SmallCluster();
  cluster.addNodes("worker", nodes);
  cluster.runTo(1);
  cluster.apply(daemonSet("agent", spec, annotations));
  cluster.runTo(8);
  return cluster;
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

  it("keeps a pod on a node that becomes NoSchedule, and takes it off a NoExecute one", () => {
    const cluster = withAgents(2);
    cluster.change("Node", "worker-1", tainted("NoSchedule"));
    cluster.runTo(10);
    expect(nodesOf(cluster)).toEqual(["worker-1", "worker-2"]);
    cluster.change("Node", "worker-1", tainted("NoExecute"));
    cluster.runTo(15);
    expect(nodesOf(cluster)).toEqual(["worker-2"]);
  });

  it("takes its pod off a node whose labels it no longer selects", () => {
    const labelled = (disk: string) => (node: Node) => ({ ...node, metadata: { ...node.metadata, labels: { disk } } });
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    for (const name of ["worker-1", "worker-2"]) cluster.change("Node", name, labelled("ssd"));
    cluster.runTo(1);
    const agent = daemonSet("agent");
    const { template } = agent.spec;
    const selecting: DaemonSet["spec"]["template"] = { ...template, spec: { ...template.spec, nodeSelector: { disk: "ssd" } } };
    const picky: DaemonSet = { ...agent, spec: { ...agent.spec, template: selecting } };
    cluster.apply(picky);
    cluster.runTo(8);
    expect(nodesOf(cluster)).toEqual(["worker-1", "worker-2"]);
    cluster.change("Node", "worker-1", labelled("hdd"));
    cluster.runTo(15);
    expect(nodesOf(cluster)).toEqual(["worker-2"]);
  });

  it("notices a misscheduled pod with its next change, and at once that the node takes pods again", () => {
    const cluster = withAgents(2);
    cluster.change("Node", "worker-1", tainted("NoSchedule"));
    cluster.runTo(10);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
    cluster.change("DaemonSet", "agent", (agent) => ({ ...agent, metadata: { ...agent.metadata, labels: { team: "a" } } }));
    cluster.runTo(15);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
    cluster.change("Node", "worker-1", (node) => ({ ...node, spec: {} }));
    cluster.runTo(20);
    expect(cluster.get("DaemonSet", "agent")?.status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
  });

  it("replaces half of its pods at a time: nodes whose pod is gone count as unavailable", () => {
    const cluster = withAgents(6, { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "50%" } } }, SLOW);
    const seen = extremes(cluster);
    cluster.change("DaemonSet", "agent", update);
    // 1 s to stop, 2 s to be ready, twice.
    cluster.runTo(10.5);
    expect(cluster.eventsOf("SuccessfulDelete")).toHaveLength(3);
    cluster.runTo(15);
    expect(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).toEqual(Array(6).fill("web:2"));
    expect(seen.least).toBe(3);
  });

  it("with surge leaves old pods on nodes that take no new ones until as many are available elsewhere", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("old", 2);
    cluster.runTo(1);
    cluster.apply(daemonSet("agent", { updateStrategy: SURGE }, SLOW));
    cluster.runTo(8);
    const seen = extremes(cluster);
    for (const node of ["old-1", "old-2"]) cluster.change("Node", node, tainted("NoSchedule"));
    cluster.addNodes("new", 2);
    cluster.runTo(8.5);
    cluster.change("DaemonSet", "agent", update);
    cluster.runTo(10);
    expect(nodesOf(cluster)).toEqual(["new-1", "new-2", "old-1", "old-2"]);
    cluster.runTo(30);
    expect(nodesOf(cluster)).toEqual(["new-1", "new-2"]);
    expect(seen.least).toBe(2);
  });

  it("pauses between the deletions of failed pods of a node, twice as long each time", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(1);
    cluster.apply(daemonSet("agent", {}, { "fake-kubelet/run": "100ms", "fake-kubelet/exit": "1" }));
    cluster.runTo(20);
    const times = cluster.eventsOf("FailedDaemonPod").map(({ seconds }) => seconds);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    expect(times.length).toBeGreaterThanOrEqual(4);
    // A failure during a pause is looked at again after the whole pause, so that the gap is longer by the time the pod ran.
    for (const [i, gap] of gaps.slice(0, 3).entries()) {
      expect(gap).toBeGreaterThanOrEqual(2 ** i);
      expect(gap).toBeLessThan(2 ** i + 0.5);
    }
  });

  it("updates one node at a time and never has two unavailable", () => {
    const cluster = withAgents(4, {}, SLOW);
    const seen = extremes(cluster);
    cluster.change("DaemonSet", "agent", update);
    cluster.runTo(15);
    expect(new Set(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).size).toBe(2);
    cluster.runTo(30);
    expect(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).toEqual(Array(4).fill("web:2"));
    expect(seen.least).toBe(3);
  });

  it("surges: the new pod is ready before the old one goes", () => {
    const cluster = withAgents(3, { updateStrategy: SURGE }, SLOW);
    const seen = extremes(cluster);
    cluster.change("DaemonSet", "agent", update);
    cluster.runTo(40);
    expect(cluster.list("Pod").map(({ spec }) => spec.containers[0].image)).toEqual(Array(3).fill("web:2"));
    expect(seen.least).toBe(3);
    expect(seen.most).toBeGreaterThan(3);
  });
});
