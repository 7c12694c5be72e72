import { describe, expect, it } from "vitest";
import type { Container, Pod, PodSpec } from "../../../src/api/types/index.js";
import type { PodMetrics } from "../../../src/control-plane/controllers/podautoscaler/metrics-source.js";
import { requestsOf } from "../../../src/control-plane/controllers/podautoscaler/pod-requests.js";
import {
  proposeByShare,
  proposeByTotal,
  proposeByUtilization,
  type CalculatorOptions,
} from "../../../src/control-plane/controllers/podautoscaler/replica-calculator.js";
import { SECOND } from "../../../src/engine/simulation.js";

const NOW = 1_700_000_000 * SECOND;
/** The defaults of kube-controller-manager. */
const OPTIONS: CalculatorOptions = {
  tolerances: { scaleUp: 0.1, scaleDown: 0.1 },
  cpuInitializationPeriod: 300 * SECOND,
  initialReadinessDelay: 30 * SECOND,
  now: NOW,
};

function container(name: string, cpu?: string): Container {
  return { name, ...(cpu !== undefined && { resources: { requests: { cpu } } }) };
}

function pod(name: string, spec: Partial<PodSpec>, phase: "Running" | "Pending" = "Running"): Pod {
  const startTime = NOW - 3600 * SECOND;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [container("c", "1")], ...spec },
    status: { phase, startTime, conditions: [{ type: "Ready", status: "True", lastTransitionTime: startTime }] },
  };
}

function use(milli: number, ...names: readonly string[]): PodMetrics {
  return new Map(names.map((name) => [name, { milli, timestamp: NOW, window: 15 * SECOND }]));
}

describe("a pod's request", () => {
  it("is the sum over containers and sidecars, without init containers that end", () => {
    const initContainers = [{ ...container("side", "300m"), restartPolicy: "Always" as const }, container("init", "5")];
    const one = pod("web", { containers: [container("a", "100m"), container("b", "200m")], initContainers });
    expect(requestsOf([one], "cpu", undefined).get("web")).toBe(600);
    expect(requestsOf([one], "cpu", "side").get("web")).toBe(300);
  });

  it("is that of the pod as a whole where it has one, with its overhead; a named container's own comes first", () => {
    const resources = { requests: { cpu: "2" } };
    const one = pod("web", { containers: [container("a", "100m"), container("b")], resources, overhead: { cpu: "250m" } });
    expect(requestsOf([one], "cpu", undefined).get("web")).toBe(2250);
    expect(requestsOf([one], "cpu", "a").get("web")).toBe(100);
    expect(() => requestsOf([one], "memory", undefined)).toThrow("missing pod-level request for memory in Pod web");
  });

  it("is missing where a container has none, or there is no such container", () => {
    const one = pod("web", { containers: [container("a", "100m"), container("b")] });
    expect(() => requestsOf([one], "cpu", undefined)).toThrow("missing request for cpu in container b of Pod web");
    expect(() => requestsOf([one], "cpu", "sidecar")).toThrow("container sidecar not found in Pod web");
  });
});

describe("replicas by utilization", () => {
  const propose = (pods: readonly Pod[], metrics: PodMetrics): number =>
    proposeByUtilization(pods.length, 50, "cpu", undefined, pods, metrics, OPTIONS).replicas;

  it("ask for measurements of ready pods before requests", () => {
    const waiting = pod("web", { containers: [container("a")] }, "Pending");
    expect(() => propose([waiting], use(100, "web"))).toThrow("did not receive metrics for targeted pods (pods might be unready)");
    expect(() => propose([pod("web", { containers: [container("a")] })], use(100, "web"))).toThrow("missing request for cpu");
  });

  it("stay while pods of whom nothing is known would turn the decision", () => {
    // Two use 30 % of their requests where 50 % are wanted; with the other two at all of theirs it would be 65 %.
    const pods = ["a", "b", "c", "d"].map((name) => pod(name, {}));
    expect(propose(pods, use(300, "a", "b"))).toBe(4);
  });
});

describe("replicas by a total", () => {
  it("count ready pods only, but from none go to the ratio itself", () => {
    const pods = [pod("a", {}), pod("b", {}, "Pending")];
    expect(proposeByTotal(2, 100_000, 300_000, pods, OPTIONS)).toEqual({ replicas: 3, milli: 300_000 });
    expect(proposeByTotal(0, 100_000, 250_000, [], OPTIONS)).toEqual({ replicas: 3, milli: 250_000 });
    expect(() => proposeByTotal(2, 100_000, 300_000, [], OPTIONS)).toThrow(
      "unable to calculate ready pods: no pods returned by selector while calculating replica count",
    );
  });

  it("are no more than an int32 holds", () => {
    expect(proposeByTotal(1, 1, 1e12, [pod("a", {})], OPTIONS).replicas).toBe(2_147_483_647);
    expect(proposeByShare(1, 1, 1e12, OPTIONS).replicas).toBe(2_147_483_647);
  });
});
