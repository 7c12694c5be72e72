import { describe, expect, it } from "vitest";
import type { HorizontalPodAutoscaler } from "../../../src/api/types/index.js";
import { NO_METRICS, type MetricsSource } from "../../../src/control-plane/controllers/podautoscaler/metrics-source.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment } from "./manifests.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

const WEB: HorizontalPodAutoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", namespace: "default" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 10,
    metrics: [{ type: "Pods", pods: { metric: { name: "qps" }, target: { type: "AverageValue", averageValue: "10" } } }],
  },
};

/** A load that the pods share equally. */
function sharedLoad(load: () => number): MetricsSource {
  return {
    ...NO_METRICS,
    podsMetric: (_name, _namespace, pods) =>
      new Map(
        pods.map(({ metadata }) => [metadata.name, { milli: (load() * 1_000) / pods.length, timestamp: EPOCH, window: 15 * SECOND }]),
      ),
  };
}

describe("the horizontal pod autoscaler", () => {
  it("looks first a whole period after it was made, scales to the load, and shrinks only after five minutes of less load", () => {
    let load = 40;
    const cluster = new SmallCluster({}, { metrics: sharedLoad(() => load) });
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 2));
    cluster.runTo(5);
    cluster.apply(WEB);
    cluster.runTo(19.9);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(2);
    cluster.runTo(21);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(4);
    expect(cluster.eventsOf("SuccessfulRescale").map(({ message, component }) => [message, component])).toEqual([
      ["New size: 4; reason: pods metric qps above target", "horizontal-pod-autoscaler"],
    ]);
    load = 10;
    cluster.runTo(300);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(4);
    cluster.runTo(360);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(1);
    expect(cluster.get("HorizontalPodAutoscaler", "web")?.status).toMatchObject({
      currentReplicas: 1,
      desiredReplicas: 1,
    });
  });

  it("tells that it has no metrics and leaves the target alone", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(deployment("web", 2), WEB);
    cluster.runTo(40);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(2);
    const active = cluster.get("HorizontalPodAutoscaler", "web")?.status?.conditions?.find(({ type }) => type === "ScalingActive");
    expect(active).toMatchObject({ status: "False", reason: "FailedGetPodsMetric" });
    expect(cluster.eventsOf("FailedComputeMetricsReplicas").length).toBeGreaterThan(0);
  });

  it("tells that its target does not exist", () => {
    const cluster = new SmallCluster();
    cluster.apply(WEB);
    cluster.runTo(20);
    const able = cluster.get("HorizontalPodAutoscaler", "web")?.status?.conditions?.find(({ type }) => type === "AbleToScale");
    expect(able).toMatchObject({ status: "False", reason: "FailedGetScale" });
  });
});
