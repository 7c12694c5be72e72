import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import type { Node } from "../../../src/api/types/node.js";
import { deployment, MemoryCluster, node, pod } from "../memory-cluster.js";

const daemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", namespace: "default" },
  spec: { selector: {}, template: { spec: { containers: [] } } },
};

function owned(kind: string, name: string): object {
  return { ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid: "u", controller: true }] };
}

/** A node with a pod of a DaemonSet, one of a ReplicaSet, a bare one, and a bare one with local storage. */
function busyNode(): MemoryCluster {
  return new MemoryCluster([
    node("a"),
    node("b"),
    daemonSet,
    deployment("web"),
    pod("agent-1", { metadata: owned("DaemonSet", "agent"), spec: { nodeName: "a" } }),
    pod("web-1", { metadata: { ...owned("ReplicaSet", "web-x"), labels: { app: "web" } }, spec: { nodeName: "a" } }),
    pod("bare", { spec: { nodeName: "a" } }),
    pod("scratch", { spec: { nodeName: "a", volumes: [{ name: "v", emptyDir: {} }] } }),
    pod("elsewhere", { spec: { nodeName: "b" } }),
  ]);
}

const isCordoned = (cluster: MemoryCluster, name: string) => (cluster.read("Node", name) as Node).spec.unschedulable === true;
const pods = (cluster: MemoryCluster) =>
  [...cluster.objects.keys()].filter((key) => key.startsWith("Pod ")).map((key) => key.replace("Pod default/", ""));

describe("kubectl cordon and uncordon", () => {
  it("set and take away spec.unschedulable, and say where it was so already", () => {
    const cluster = new MemoryCluster([node("a")]);
    expect(cluster.kubectl("cordon a").output).toEqual(["node/a cordoned"]);
    expect(cluster.kubectl("cordon a").output).toEqual(["node/a already cordoned"]);
    expect(isCordoned(cluster, "a")).toBe(true);
    expect(cluster.kubectl("uncordon a").output).toEqual(["node/a uncordoned"]);
    expect((cluster.read("Node", "a") as Node).spec).toEqual({});
  });
});

describe("kubectl drain", () => {
  // The groups and their order are those that a real kubectl printed for such nodes.
  it("refuses pods that would be lost, and leaves the node cordoned", () => {
    const cluster = busyNode();
    const refused = [
      "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/agent-1",
      "cannot delete Pods that declare no controller (use --force to override): default/bare",
      "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/scratch",
    ];
    expect(cluster.kubectl("drain a")).toMatchObject({
      exitCode: 1,
      output: [
        "node/a cordoned",
        `error: unable to drain node "a" due to error: [${refused.join(", ")}], continuing command...`,
        "There are pending nodes to be drained:",
        " a",
        ...refused,
      ],
    });
    expect(isCordoned(cluster, "a")).toBe(true);
    expect(pods(cluster)).toHaveLength(5);
    expect(cluster.kubectl("drain a --ignore-daemonsets --force").output).toEqual([
      "node/a already cordoned",
      `error: unable to drain node "a" due to error: ${refused[2]}, continuing command...`,
      "There are pending nodes to be drained:",
      " a",
      refused[2],
    ]);
  });

  it("goes on with the other nodes, and names all that are pending", () => {
    const cluster = busyNode();
    const output = [...cluster.kubectl("drain a b").output];
    expect(output.slice(-5)).toEqual([
      "There are pending nodes to be drained:",
      " a",
      " b",
      expect.stringMatching(/^\[cannot delete DaemonSet-managed Pods .*, cannot delete Pods with local storage .*\]$/),
      "cannot delete Pods that declare no controller (use --force to override): default/elsewhere",
    ]);
  });

  it("evicts the others with all three flags, and waits until they have gone", () => {
    const cluster = busyNode();
    expect(cluster.kubectl("drain a --ignore-daemonsets --force --delete-emptydir-data").output).toEqual([
      "node/a cordoned",
      "Warning: ignoring DaemonSet-managed Pods: default/agent-1; deleting Pods that declare no controller: default/bare, default/scratch",
      "evicting pod default/web-1",
      "evicting pod default/bare",
      "evicting pod default/scratch",
      "pod/web-1 evicted",
      "pod/bare evicted",
      "pod/scratch evicted",
      "node/a drained",
    ]);
    expect(pods(cluster)).toEqual(["agent-1", "elsewhere"]);
  });

  it("lets pods be that the node's kubelet has from files", () => {
    const metadata = { ...owned("Node", "a"), annotations: { "kubernetes.io/config.mirror": "hash" } };
    const cluster = new MemoryCluster([node("a"), pod("agent-a", { metadata, spec: { nodeName: "a" } })]);
    expect(cluster.kubectl("drain a --force").output).toEqual(["node/a cordoned", "node/a drained"]);
    expect(pods(cluster)).toEqual(["agent-a"]);
  });

  it("tries again each 5 s while a disruption budget forbids an eviction", () => {
    const cluster = new MemoryCluster([node("a"), pod("web-1", { metadata: owned("ReplicaSet", "web-x"), spec: { nodeName: "a" } })]);
    cluster.refusal = {
      code: 429,
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    };
    cluster.simulation.after(12 * SECOND, () => {
      cluster.refusal = undefined;
    });
    const { output, exitCode } = cluster.kubectl("drain a");
    const retried = `error when evicting pods/"web-1" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.`;
    expect(output).toEqual([
      "node/a cordoned",
      ...[1, 2, 3].flatMap(() => ["evicting pod default/web-1", retried]),
      "evicting pod default/web-1",
      "pod/web-1 evicted",
      "node/a drained",
    ]);
    expect(exitCode).toBe(0);
    expect(Math.floor(cluster.simulation.now / SECOND)).toBe(15);
  });

  it("gives up after its time-out", () => {
    const cluster = new MemoryCluster([node("a"), pod("web-1", { metadata: owned("ReplicaSet", "web-x"), spec: { nodeName: "a" } })]);
    cluster.refusal = { code: 429, reason: "TooManyRequests", message: "no" };
    const timedOut = `error when evicting pods/"web-1" -n "default": global timeout reached: 7s`;
    const retried = `error when evicting pods/"web-1" -n "default" (will retry after 5s): no`;
    expect(cluster.kubectl("drain a --timeout=7s")).toMatchObject({
      exitCode: 1,
      output: [
        "node/a cordoned",
        ...[1, 2].flatMap(() => ["evicting pod default/web-1", retried]),
        "evicting pod default/web-1",
        `There are pending pods in node "a" when an error occurred: ${timedOut}`,
        "pod/web-1",
        `error: unable to drain node "a" due to error: ${timedOut}, continuing command...`,
        "There are pending nodes to be drained:",
        " a",
        timedOut,
      ],
    });
    expect(Math.floor(cluster.simulation.now / SECOND)).toBe(10);
  });

  it("of --dry-run=client evicts nobody, and cordons nothing", () => {
    const cluster = busyNode();
    expect(cluster.kubectl("drain a --ignore-daemonsets --force --delete-emptydir-data --dry-run=client").output).toEqual([
      "node/a cordoned (dry run)",
      "Warning: ignoring DaemonSet-managed Pods: default/agent-1; deleting Pods that declare no controller: default/bare, default/scratch",
      "evicting pod default/web-1 (dry run)",
      "evicting pod default/bare (dry run)",
      "evicting pod default/scratch (dry run)",
      "node/a drained (dry run)",
    ]);
    expect(cluster.requests).toEqual([]);
  });

  it("with --disable-eviction deletes, whatever budgets say, with the grace period given", () => {
    const cluster = new MemoryCluster([node("a"), pod("web-1", { metadata: owned("ReplicaSet", "web-x"), spec: { nodeName: "a" } })]);
    cluster.refusal = { code: 429, reason: "TooManyRequests", message: "no" };
    expect(cluster.kubectl("drain a --disable-eviction --grace-period=3").output).toContain("pod/web-1 deleted");
    expect(cluster.deletions).toEqual([{ gracePeriodSeconds: 3 }]);
  });

  it("with --disable-eviction deletes all pods first and then waits for all of them, no longer than its time-out", () => {
    const made = (name: string) => pod(name, { metadata: owned("ReplicaSet", "web-x"), spec: { nodeName: "a" } });
    const cluster = new MemoryCluster([node("a"), made("web-1"), made("web-2")]);
    cluster.keepsDeleted = true;
    const failure = "timed out waiting for the condition";
    expect(cluster.kubectl("drain a --disable-eviction --timeout=3500ms")).toMatchObject({
      exitCode: 1,
      output: [
        "node/a cordoned",
        `There are pending pods in node "a" when an error occurred: ${failure}`,
        "pod/web-1",
        "pod/web-2",
        `error: unable to drain node "a" due to error: ${failure}, continuing command...`,
        "There are pending nodes to be drained:",
        " a",
        failure,
      ],
    });
    expect(cluster.simulation.now / SECOND).toBeCloseTo(3.5, 1);
  });

  it("takes only the pods of --pod-selector", () => {
    const cluster = busyNode();
    cluster.kubectl("drain a --pod-selector=app=web");
    expect(pods(cluster)).toEqual(["agent-1", "bare", "scratch", "elsewhere"]);
  });
});
