/** Rules of the disruption controller and the eviction API one by one, as kubernetes of 1.36 has them. */
import { describe, expect, it } from "vitest";
import type { Pod, PodDisruptionBudget } from "../../../src/api/types/index.js";
import type { ApiStatus } from "../../../src/control-plane/apiserver/client.js";
import { selectorText } from "../../../src/control-plane/controllers/disruption/selector-text.js";
import { deployment, daemonSet, statefulSet } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function budget(spec: Partial<PodDisruptionBudget["spec"]>, name = "web"): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  };
}

function pod(name: string, extra: Partial<Pod["metadata"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "web" }, ...extra },
    spec: { containers: [{ name: "c", image: "web:1" }] },
  };
}

function cluster(): SmallCluster {
  const made = new SmallCluster();
  made.addNodes("worker", 2);
  return made;
}

function evict(of: SmallCluster, name: string): { refusal?: ApiStatus } {
  const answer: { refusal?: ApiStatus } = {};
  of.kubectl.evict({ kind: "Pod", namespace: "default", name }, {}, (result) => {
    if (!result.ok) answer.refusal = result.status;
  });
  return answer;
}

function allowedCondition(of: SmallCluster, name = "web") {
  return of.get("PodDisruptionBudget", name)?.status?.conditions?.[0];
}

describe("a budget's share", () => {
  it("counts a StatefulSet's wished replicas and, of pods without a controller, nothing, which an event tells", () => {
    const made = cluster();
    const set = statefulSet("web", 3);
    made.apply(set, pod("alone"), budget({ maxUnavailable: 1 }));
    made.runTo(6);
    expect(made.get("PodDisruptionBudget", "web")?.status).toMatchObject({ expectedPods: 3, desiredHealthy: 2, currentHealthy: 4 });
    expect(made.eventsOf("UnmanagedPods")[0]).toMatchObject({
      type: "Warning",
      message:
        'Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    });
  });

  it("cannot be told of controllers without a size; nothing is allowed, and nobody tries again before something changes", () => {
    const made = cluster();
    made.apply(daemonSet("web"), budget({ minAvailable: "50%" }));
    made.runTo(3);
    const told = made.eventsOf("CalculateExpectedPodCountFailed").length;
    expect(made.eventsOf("CalculateExpectedPodCountFailed")[0].message).toBe(
      "Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource",
    );
    expect(allowedCondition(made)).toMatchObject({
      status: "False",
      reason: "SyncFailed",
      message: "daemonsets.apps does not implement the scale subresource",
    });
    made.runTo(60);
    expect(made.eventsOf("CalculateExpectedPodCountFailed")).toHaveLength(told);
  });

  it("cannot be told where a pod's controller is gone", () => {
    const made = cluster();
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "gone", uid: "1", controller: true };
    made.apply({ ...pod("a", { ownerReferences: [owner], finalizers: ["example.com/hold"] }) }, budget({ maxUnavailable: 1 }));
    made.runTo(1);
    expect(allowedCondition(made)?.message).toBe('found no controllers for pod "a"');
    made.change("Pod", "a", (held) => ({ ...held, metadata: { ...held.metadata, finalizers: [] } }));
    made.runTo(5);
  });
});

describe("selectors in messages", () => {
  it("read as Go prints them", () => {
    expect(selectorText({ matchLabels: { b: "2", a: "1" }, matchExpressions: [{ key: "tier", operator: "In", values: ["x", "y"] }] })).toBe(
      "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:tier,Operator:In,Values:[x y],},},}",
    );
  });
});

describe("an eviction", () => {
  it("that takes the last disruption says so in the budget's condition", () => {
    const made = cluster();
    made.apply(deployment("web", 2, {}, { "fake-kubelet/stop": "5s" }), budget({ minAvailable: 1 }));
    made.runTo(4);
    expect(allowedCondition(made)).toMatchObject({ status: "True", reason: "SufficientPods" });
    const seen: string[] = [];
    made.api.onCommit(({ kind, object }) => {
      if (kind !== "PodDisruptionBudget") return;
      const { disruptionsAllowed, conditions } = (object as PodDisruptionBudget).status!;
      seen.push(`${disruptionsAllowed} ${conditions?.[0].reason}`);
    });
    const [first] = made.list("Pod");
    evict(made, first.metadata.name);
    made.runTo(4.5);
    expect(seen[0]).toBe("0 InsufficientPods");
  });

  it("is refused with the budget's need, or with why its size cannot be found", () => {
    const made = cluster();
    made.apply(deployment("web", 2), budget({ minAvailable: 2 }));
    made.runTo(4);
    const [first] = made.list("Pod");
    const refused = evict(made, first.metadata.name);
    made.runTo(5);
    expect(refused.refusal).toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      causes: [{ type: "DisruptionBudget", message: "The disruption budget web needs 2 healthy pods and has 2 currently" }],
    });
    const other = cluster();
    other.apply(daemonSet("web"), budget({ maxUnavailable: 1 }));
    other.runTo(4);
    const failed = evict(other, other.list("Pod")[0].metadata.name);
    other.runTo(5);
    expect(failed.refusal?.causes?.[0].message).toBe(
      "The disruption budget web does not allow evicting pods currently because it failed sync: daemonsets.apps does not implement the scale subresource",
    );
  });

  it("announces itself on a pod that no budget guards, too", () => {
    const made = cluster();
    made.apply(pod("pending", { finalizers: ["example.com/hold"] }));
    made.runTo(0.001);
    evict(made, "pending");
    made.runTo(0.5);
    expect(made.get("Pod", "pending")?.status?.conditions?.find(({ type }) => type === "DisruptionTarget")).toMatchObject({
      status: "True",
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
    });
    made.change("Pod", "pending", (held) => ({ ...held, metadata: { ...held.metadata, finalizers: [] } }));
    made.runTo(2);
  });

  it("of a pod of two budgets is an error, and the controller warns of such pods", () => {
    const made = cluster();
    made.apply(deployment("web", 2), budget({ minAvailable: 1 }), budget({ minAvailable: 0 }, "web2"));
    made.runTo(4);
    const [first] = made.list("Pod");
    const refused = evict(made, first.metadata.name);
    made.runTo(5);
    expect(refused.refusal).toMatchObject({
      code: 500,
      message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    });
    const warning = made.eventsOf("MultiplePodDisruptionBudgets").find(({ object }) => object === `Pod ${first.metadata.name}`);
    expect(warning?.message.replace(/web2?" arbitrarily/, 'web" arbitrarily')).toBe(
      `Pod "default"/"${first.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "web" arbitrarily.`,
    );
  });
});

describe("a disruption that is announced and never comes", () => {
  it("is taken back after two minutes", () => {
    const made = cluster();
    made.apply(pod("a"));
    made.runTo(1);
    made.kubectl.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: "a" }, (current) => ({
      ...current,
      status: {
        ...current.status,
        conditions: [
          ...(current.status?.conditions ?? []),
          { type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler", lastTransitionTime: 1_700_000_001_000_000 },
        ],
      },
    }));
    const target = () => made.get("Pod", "a")?.status?.conditions?.find(({ type }) => type === "DisruptionTarget");
    made.runTo(119);
    expect(target()?.status).toBe("True");
    made.runTo(122);
    expect(target()).toMatchObject({ status: "False" });
    expect(target()?.reason).toBeUndefined();
  });
});
