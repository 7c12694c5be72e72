import { describe, expect, it } from "vitest";
import { isBeingDeleted, TO_BE_DELETED, withoutTaint, withTaint } from "../../../src/control-plane/cluster-autoscaler/deletion-taints.js";
import { type BlockingPod, type ControllerLookup, podsToMove } from "../../../src/control-plane/cluster-autoscaler/drainability.js";
import { ineligibility } from "../../../src/control-plane/cluster-autoscaler/eligibility.js";
import { CLUSTER_AUTOSCALER_DEFAULTS } from "../../../src/control-plane/cluster-autoscaler/options.js";
import { RemainingBudgets } from "../../../src/control-plane/cluster-autoscaler/remaining-budgets.js";
import { UnneededNodes } from "../../../src/control-plane/cluster-autoscaler/unneeded-nodes.js";
import { formatUtilization, utilizationOf } from "../../../src/control-plane/cluster-autoscaler/utilization.js";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { budget, node, NOW, pod, type PodChanges, pods, TestGroup } from "./objects.js";

const THREE_REPLICAS: ControllerLookup = { replicas: () => 3 };
const NO_BUDGETS = new RemainingBudgets([]);

describe("utilisation", () => {
  const rules = CLUSTER_AUTOSCALER_DEFAULTS;

  it("is the greater share of cpu and memory that pods ask for", () => {
    const some = [pod("a", { cpu: "1", memory: "1Gi" }), pod("b", { cpu: "500m", memory: "3Gi" })];
    const utilization = utilizationOf(node("n"), some, rules, NOW);
    expect([utilization.cpu, utilization.memory, utilization.resource, utilization.value]).toEqual([0.375, 0.5, "memory", 0.5]);
    expect(formatUtilization(utilization)).toBe("{0.375 0.5 0 0 memory 0.5}");
  });

  it("leaves daemon pods out on both sides where asked to", () => {
    const some = [pod("a", { cpu: "1" }), pod("d", { cpu: "2", owner: "DaemonSet" })];
    expect(utilizationOf(node("n"), some, rules, NOW).value).toBe(0.75);
    expect(utilizationOf(node("n"), some, { ...rules, ignoreDaemonsetsUtilization: true }, NOW).value).toBe(0.5);
  });

  it("is that of the GPU where there is one", () => {
    const utilization = utilizationOf(node("n", { gpu: 2 }), [pod("a", { cpu: "4", gpu: 1 })], rules, NOW);
    expect([utilization.resource, utilization.value]).toEqual(["nvidia.com/gpu", 0.5]);
  });

  it("forgets pods that have been terminating for longer than their grace and half a minute", () => {
    const leaving = (seconds: number) => [pod("a", { deleted: NOW - seconds * SECOND })];
    expect(utilizationOf(node("n"), leaving(60), rules, NOW).value).toBe(0.25);
    expect(utilizationOf(node("n"), leaving(61), rules, NOW).value).toBe(0);
  });
});

describe("a node may be unneeded", () => {
  const rules = CLUSTER_AUTOSCALER_DEFAULTS;
  const reasonOf = (changes: Parameters<typeof node>[1], value: number, changed = {}) =>
    ineligibility(node("n", changes), () => ({ cpu: value, memory: 0, gpu: 0, resource: "cpu", value }), { ...rules, ...changed }, NOW);

  it("where less than half of it is asked for", () => {
    expect(reasonOf({}, 0.49)).toBeUndefined();
    expect(reasonOf({}, 0.5)).toBe("NotUnderutilized");
    expect(reasonOf({}, 0.6, { scaleDownUtilizationThreshold: 0.7 })).toBeUndefined();
    expect(reasonOf({ gpu: 1 }, 0.4, { scaleDownGpuUtilizationThreshold: 0.3 })).toBe("NotUnderutilized");
  });

  it("unless an annotation forbids it, it is being deleted, or unready nodes are left alone", () => {
    expect(reasonOf({ annotations: { "cluster-autoscaler.kubernetes.io/scale-down-disabled": "true" } }, 0)).toBe(
      "ScaleDownDisabledAnnotation",
    );
    const marked = (ago: number) => ({
      spec: { taints: [{ key: TO_BE_DELETED, value: String((NOW - ago) / SECOND), effect: "NoSchedule" as const }] },
    });
    expect(reasonOf(marked(4 * MINUTE), 0)).toBe("CurrentlyBeingDeleted");
    expect(reasonOf(marked(5 * MINUTE), 0)).toBeUndefined();
    expect(reasonOf({ ready: false }, 0)).toBeUndefined();
    expect(reasonOf({ ready: false }, 0, { scaleDownUnreadyEnabled: false })).toBe("ScaleDownUnreadyDisabled");
  });
});

describe("pods that keep a node", () => {
  const judge = (changes: PodChanges, budgets = NO_BUDGETS, controllers = THREE_REPLICAS, rules = CLUSTER_AUTOSCALER_DEFAULTS) => {
    const outcome = podsToMove([pod("p", changes)], rules, controllers, budgets, NOW);
    return "reason" in outcome ? outcome.reason : outcome.pods.length;
  };
  const emptyDir = { spec: { volumes: [{ name: "cache", emptyDir: {} }] } };
  const safe = { annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "true" } };

  it.each<[string, PodChanges, BlockingPod["reason"]]>([
    ["nobody's", { owner: undefined }, "NotReplicated"],
    ["of an unknown controller", { owner: "Sandbox" }, "NotReplicated"],
    ["of kube-system without a budget", { namespace: "kube-system" }, "UnmovableKubeSystemPod"],
    ["with an emptyDir", emptyDir, "LocalStorageRequested"],
    ["with a path of the host", { spec: { volumes: [{ name: "host", hostPath: { path: "/" } }] } }, "LocalStorageRequested"],
    [
      "annotated as not safe to evict",
      { annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } },
      "NotSafeToEvictAnnotation",
    ],
  ])("are those %s", (_, changes, reason) => {
    expect(judge(changes)).toBe(reason);
  });

  it("are not those that an annotation calls safe, nor volumes that one calls safe, nor ended pods", () => {
    expect(judge({ owner: undefined, ...safe })).toBe(1);
    expect(judge({ ...emptyDir, ...safe })).toBe(1);
    expect(judge({ ...emptyDir, annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "cache, other" } })).toBe(1);
    expect(judge({ owner: undefined, phase: "Failed" })).toBe(1);
  });

  it("are not heeded where flags say so", () => {
    const rules = { ...CLUSTER_AUTOSCALER_DEFAULTS, skipNodesWithLocalStorage: false, skipNodesWithSystemPods: false };
    expect(judge(emptyDir, NO_BUDGETS, THREE_REPLICAS, rules)).toBe(1);
    expect(judge({ namespace: "kube-system" }, NO_BUDGETS, THREE_REPLICAS, rules)).toBe(1);
  });

  it("are those whose controller is gone or has few replicas, which no annotation overrules, daemon pods among them", () => {
    const few = { ...CLUSTER_AUTOSCALER_DEFAULTS, minReplicaCount: 4 };
    for (const changes of [{}, safe]) {
      expect(judge(changes, NO_BUDGETS, { replicas: () => undefined })).toBe("ControllerNotFound");
      expect(judge(changes, NO_BUDGETS, THREE_REPLICAS, few)).toBe("MinReplicasReached");
    }
    expect(judge({ owner: "DaemonSet" }, NO_BUDGETS, { replicas: () => undefined })).toBe("ControllerNotFound");
  });

  it("are those that a budget does not let go, unless they are called safe or have ended", () => {
    expect(judge({}, new RemainingBudgets([budget({ app: "web" }, 0)]))).toBe("NotEnoughPdb");
    expect(judge(safe, new RemainingBudgets([budget({ app: "web" }, 0)]))).toBe(1);
    expect(judge({ phase: "Failed" }, new RemainingBudgets([budget({ app: "web" }, 0)]))).toBe(1);
    expect(judge({}, new RemainingBudgets([budget({ app: "other" }, 0)]))).toBe(1);
    expect(judge({ namespace: "kube-system" }, new RemainingBudgets([budget({ app: "web" }, 1, "kube-system")]))).toBe(1);
  });

  it("do not include daemon pods, mirror pods and pods that are long gone", () => {
    const some = [
      pod("d", { owner: "DaemonSet" }),
      pod("m", { owner: "Node", annotations: { "kubernetes.io/config.mirror": "x" } }),
      pod("t", { owner: undefined, deleted: NOW - 61 * SECOND }),
    ];
    const outcome = podsToMove(some, CLUSTER_AUTOSCALER_DEFAULTS, THREE_REPLICAS, NO_BUDGETS, NOW);
    expect(outcome).toEqual({ pods: [], daemonPods: [some[0]] });
  });

  it("use up what budgets allow", () => {
    const budgets = new RemainingBudgets([budget({ app: "web" }, 2)]);
    const [a, b, c] = pods("p", 3);
    budgets.remove([a, b]);
    expect(budgets.allows(c)).toBe(false);
    expect(budgets.allows(pod("other", { labels: { app: "other" } }))).toBe(true);
  });
});

describe("unneeded nodes", () => {
  const group = new TestGroup("g", 4, 1, 9);
  const cloud = { nodeGroups: [group], groupOf: () => group, onChange: () => undefined };
  const removable = (name: string, count = 0, ready = true) => ({ node: node(name, { ready }), pods: pods(name, count) });
  const names = (found: readonly { readonly node: { readonly metadata: { readonly name: string } } }[]) =>
    found.map((each) => each.node.metadata.name);
  const none = () => 0;

  it("may go after 10 minutes in a row, those that are not ready after 20", () => {
    const unneeded = new UnneededNodes(CLUSTER_AUTOSCALER_DEFAULTS);
    unneeded.update([removable("a"), removable("b"), removable("broken", 0, false)], 0);
    unneeded.update([removable("a"), removable("broken", 0, false)], 5 * MINUTE);
    unneeded.update([removable("a"), removable("b"), removable("broken", 0, false)], 6 * MINUTE);
    expect(unneeded.deadline(6 * MINUTE)).toBe(10 * MINUTE);
    expect(names(unneeded.removableAt(10 * MINUTE, cloud, none).empty)).toEqual([]);
    expect(names(unneeded.removableAt(10 * MINUTE + 1, cloud, none).empty)).toEqual(["a"]);
    expect(names(unneeded.removableAt(17 * MINUTE, cloud, none).empty)).toEqual(["a", "b"]);
    expect(names(unneeded.removableAt(21 * MINUTE, cloud, none).empty)).toEqual(["a", "b", "broken"]);
  });

  it("go down to the group's least size, deletions under way included, empty ones before others", () => {
    const unneeded = new UnneededNodes(CLUSTER_AUTOSCALER_DEFAULTS);
    unneeded.update([removable("full", 2), removable("a"), removable("b"), removable("c")], 0);
    const all = unneeded.removableAt(11 * MINUTE, cloud, none);
    expect([names(all.empty), names(all.drain)]).toEqual([["a", "b", "c"], []]);
    const rest = unneeded.removableAt(11 * MINUTE, cloud, () => 2);
    expect([names(rest.empty), names(rest.drain)]).toEqual([["a"], []]);
  });
});

describe("the marks of nodes that are to go", () => {
  it("tell their time, are set once, and go without a trace", () => {
    const plain = node("n", { spec: { taints: [] } });
    const marked = withTaint(plain, TO_BE_DELETED, NOW, true);
    expect(marked.spec).toEqual({
      taints: [{ key: TO_BE_DELETED, value: String(NOW / SECOND), effect: "NoSchedule" }],
      unschedulable: true,
    });
    expect(withTaint(marked, TO_BE_DELETED, NOW + MINUTE)).toBe(marked);
    expect(isBeingDeleted(marked, NOW + MINUTE)).toBe(true);
    expect(withoutTaint(marked, TO_BE_DELETED, true).spec).toEqual({ taints: [] });
    expect(withoutTaint(marked, TO_BE_DELETED).spec.unschedulable).toBe(true);
  });
});
