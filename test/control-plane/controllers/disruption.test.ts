import { describe, expect, it } from "vitest";
import type { PodDisruptionBudget } from "../../../src/api/types/index.js";
import {
  countHealthy,
  disruptionsAllowed,
  expectedCounts,
  pendingDisruptions,
} from "../../../src/control-plane/controllers/disruption/budget.js";
import { deployment } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

function budget(spec: PodDisruptionBudget["spec"]): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  };
}

describe("a disruption budget", () => {
  it.each([
    { spec: { minAvailable: 2 }, pods: 3, scale: 0, expected: { expectedPods: 3, desiredHealthy: 2 } },
    { spec: { minAvailable: "50%" }, pods: 2, scale: 5, expected: { expectedPods: 5, desiredHealthy: 3 } },
    { spec: { maxUnavailable: 1 }, pods: 2, scale: 5, expected: { expectedPods: 5, desiredHealthy: 4 } },
    { spec: { maxUnavailable: "30%" }, pods: 2, scale: 5, expected: { expectedPods: 5, desiredHealthy: 3 } },
    { spec: { maxUnavailable: 9 }, pods: 2, scale: 5, expected: { expectedPods: 5, desiredHealthy: 0 } },
  ])("rounds percentages up: $spec", ({ spec, pods, scale, expected }) => {
    expect(expectedCounts(budget(spec), pods, scale)).toEqual(expected);
  });

  it("allows what is healthy above the wish, and nothing where no pods are expected", () => {
    expect(disruptionsAllowed({ expectedPods: 3, desiredHealthy: 2 }, 3)).toBe(1);
    expect(disruptionsAllowed({ expectedPods: 3, desiredHealthy: 2 }, 1)).toBe(0);
    expect(disruptionsAllowed({ expectedPods: 0, desiredHealthy: 0 }, 1)).toBe(0);
  });

  it("forgets an approved eviction that has not deleted its pod after two minutes", () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod" as const,
      metadata: { name: "a" },
      spec: { containers: [] },
      status: { conditions: [{ type: "Ready", status: "True" as const }] },
    };
    const disrupted = { a: 0 };
    expect(pendingDisruptions(disrupted, [pod], 119_000_000)).toEqual({ pending: disrupted, recheckAt: 120_000_000, expired: [] });
    expect(countHealthy([pod], disrupted, 119_000_000)).toBe(0);
    expect(pendingDisruptions(disrupted, [pod], 120_000_000)).toEqual({ pending: {}, recheckAt: undefined, expired: [pod] });
    expect(countHealthy([pod], disrupted, 120_000_000)).toBe(1);
  });
});

describe("the disruption controller", () => {
  it("keeps the status by which evictions are refused", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 3, {}, { "fake-kubelet/ready": "3s" }), budget({ maxUnavailable: 1 }));
    cluster.runTo(5);
    expect(cluster.get("PodDisruptionBudget", "web")?.status).toMatchObject({
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
    });
    const codes: number[] = [];
    for (const { metadata } of cluster.list("Pod").slice(0, 2)) {
      cluster.kubectl.evict({ kind: "Pod", namespace: "default", name: metadata.name }, {}, (result) =>
        codes.push(result.ok ? 201 : result.status.code),
      );
    }
    cluster.runTo(5.6);
    expect(codes.toSorted()).toEqual([201, 429]);
    cluster.runTo(10);
    expect(cluster.get("PodDisruptionBudget", "web")?.status).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3 });
  });

  it("tells that a budget selects no pods", () => {
    const cluster = new SmallCluster();
    cluster.apply(budget({ minAvailable: 1 }));
    cluster.runTo(2);
    expect(cluster.eventsOf("NoPods").map(({ message }) => message)).toContain("No matching pods found");
    expect(cluster.get("PodDisruptionBudget", "web")?.status).toMatchObject({ disruptionsAllowed: 0, expectedPods: 0 });
  });
});

describe("evictions at the same time", () => {
  function evictAll(cluster: SmallCluster): { code: number; at: number }[] {
    const answers: { code: number; at: number }[] = [];
    for (const { metadata } of cluster.list("Pod")) {
      cluster.kubectl.evict({ kind: "Pod", namespace: "default", name: metadata.name }, {}, (result) =>
        answers.push({ code: result.ok ? 201 : result.status.code, at: cluster.simulation.now / 1_000_000 }),
      );
    }
    return answers;
  }

  it("conflict over their budget: one is let through, and the server tries the others again after half a second", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 3, {}, { "fake-kubelet/ready": "3s" }), budget({ maxUnavailable: 1 }));
    cluster.runTo(5);
    const answers = evictAll(cluster);
    cluster.runTo(5.2);
    expect(answers.map(({ code }) => code)).toEqual([201]);
    cluster.runTo(6);
    expect(answers.map(({ code }) => code)).toEqual([201, 429, 429]);
    // 500 ms and up to a tenth more, and the way there and back.
    for (const { at } of answers.slice(1)) {
      expect(at).toBeGreaterThan(5.5);
      expect(at).toBeLessThan(5.57);
    }
  });

  it("are all let through by a budget that allows all of them, one after the other", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 3), budget({ maxUnavailable: 3 }));
    cluster.runTo(5);
    const answers = evictAll(cluster);
    cluster.runTo(8);
    expect(answers.map(({ code }) => code)).toEqual([201, 201, 201]);
    expect(answers[0].at).toBeLessThan(5.1);
    expect(answers[1].at).toBeGreaterThan(5.5);
  });

  it("do not wait for each other where no budget is concerned", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 3));
    cluster.runTo(5);
    const answers = evictAll(cluster);
    cluster.runTo(5.1);
    expect(answers.map(({ code }) => code)).toEqual([201, 201, 201]);
  });
});
