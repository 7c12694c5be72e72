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

  it("remembers its changes for as long as the policies of its behaviour look back", () => {
    const cluster = new SmallCluster({}, { metrics: sharedLoad(() => 60) });
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 1));
    cluster.runTo(5);
    const behavior = { scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 } as const] } };
    const paced: HorizontalPodAutoscaler = { ...WEB, spec: { ...WEB.spec, behavior } };
    cluster.apply(paced);
    const sizes = [21, 79, 82, 139, 142].map((time) => {
      cluster.runTo(time);
      return cluster.get("Deployment", "web")?.spec.replicas;
    });
    expect(sizes).toEqual([3, 3, 5, 5, 6]);
  });

  it("tells that it has no metrics, of each metric and of all, and leaves the target alone", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(deployment("web", 2), WEB);
    cluster.runTo(40);
    expect(cluster.get("Deployment", "web")?.spec.replicas).toBe(2);
    const active = cluster.get("HorizontalPodAutoscaler", "web")?.status?.conditions?.find(({ type }) => type === "ScalingActive");
    const cause = "unable to get metric qps: no metrics returned from custom metrics API";
    const message = `the HPA was unable to compute the replica count: ${cause}`;
    expect(active).toMatchObject({ status: "False", reason: "FailedGetPodsMetric", message });
    expect(cluster.eventsOf("FailedGetPodsMetric")[0].message).toBe(cause);
    expect(cluster.eventsOf("FailedComputeMetricsReplicas")[0].message).toBe(
      `invalid metrics (1 invalid out of 1), first error is: failed to get pods metric value: ${cause}`,
    );
    // Each look tells it anew; the last was at 30 s.
    expect(cluster.eventsOf("FailedGetPodsMetric")).toHaveLength(2);
  });

  it("tells that its target does not exist, or is nothing that scales, and looks again a period later", () => {
    const target = (apiVersion: string, kind: string): HorizontalPodAutoscaler["spec"] => ({
      ...WEB.spec,
      scaleTargetRef: { apiVersion, kind, name: "web" },
    });
    const texts = [
      [WEB.spec, 'deployments/scale.apps "web" not found'],
      [target("v1", "ReplicationController"), 'replicationcontrollers/scale.autoscaling "web" not found'],
      [target("batch/v1", "Deployment"), 'no matches for kind "Deployment" in group "batch"'],
      [target("apps/v1", "DaemonSet"), "the server could not find the requested resource"],
    ] as const;
    for (const [spec, text] of texts) {
      const cluster = new SmallCluster();
      cluster.apply({ ...WEB, spec } as HorizontalPodAutoscaler);
      cluster.runTo(35);
      const able = cluster.get("HorizontalPodAutoscaler", "web")?.status?.conditions?.find(({ type }) => type === "AbleToScale");
      const message = `the HPA controller was unable to get the target's current scale: ${text}`;
      expect(able).toMatchObject({ status: "False", reason: "FailedGetScale", message });
      expect(cluster.eventsOf("FailedGetScale").map((event) => [Math.round(event.seconds), event.message])).toEqual([
        [15, text],
        [30, text],
      ]);
    }
  });

  it("scales no pods that another autoscaler selects too", () => {
    const cluster = new SmallCluster({}, { metrics: sharedLoad(() => 20) });
    cluster.addNodes("worker", 2);
    cluster.apply(deployment("web", 2));
    cluster.runTo(1);
    cluster.apply(WEB);
    cluster.runTo(2);
    cluster.apply({ ...WEB, metadata: { name: "other", namespace: "default" } });
    cluster.runTo(35);
    const message = `pods by selector app=web are controlled by multiple HPAs: [default/web default/other]`;
    // The first look of the first one came before the second one selected anything.
    expect(cluster.eventsOf("AmbiguousSelector").map((event) => [event.object, Math.round(event.seconds), event.message])).toEqual([
      ["HorizontalPodAutoscaler other", 17, message],
      ["HorizontalPodAutoscaler web", 31, message],
      ["HorizontalPodAutoscaler other", 32, message],
    ]);
    expect(cluster.eventsOf("FailedComputeMetricsReplicas")[0].message).toBe(message);
    cluster.delete("HorizontalPodAutoscaler", "other");
    cluster.runTo(50);
    const active = cluster.get("HorizontalPodAutoscaler", "web")?.status?.conditions?.find(({ type }) => type === "ScalingActive");
    expect(active).toMatchObject({ status: "True", reason: "ValidMetricFound" });
  });

  it("does nothing while its target is scaled to zero", () => {
    const cluster = new SmallCluster({}, { metrics: sharedLoad(() => 20) });
    cluster.apply(deployment("web", 0), WEB);
    cluster.runTo(20);
    const { conditions, ...status } = cluster.get("HorizontalPodAutoscaler", "web")!.status!;
    expect(status).toMatchObject({ currentReplicas: 0, desiredReplicas: 0 });
    expect(conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`)).toEqual([
      "AbleToScale=True SucceededGetScale",
      "ScalingActive=False ScalingDisabled",
    ]);
  });
});
