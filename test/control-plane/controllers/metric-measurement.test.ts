import { describe, expect, it } from "vitest";
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget, Pod } from "../../../src/api/types/index.js";
import { look, type Look } from "../../../src/control-plane/controllers/podautoscaler/autoscaler-look.js";
import { NO_METRICS, type MetricsSource } from "../../../src/control-plane/controllers/podautoscaler/metrics-source.js";
import { newMemory } from "../../../src/control-plane/controllers/podautoscaler/scaling-rules.js";
import { SECOND } from "../../../src/engine/simulation.js";

const NOW = 1_700_000_000 * SECOND;
const DESCRIBED = { apiVersion: "v1", kind: "Service", name: "front" };
const SELECTOR = { matchLabels: { tier: "b", app: "a" }, matchExpressions: [{ key: "zone", operator: "In" as const, values: ["x", "y"] }] };
/** As the generated String method of metav1.LabelSelector prints it. */
const SELECTOR_TEXT =
  "&LabelSelector{MatchLabels:map[string]string{app: a,tier: b,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:zone,Operator:In,Values:[x y],},},}";

const PODS: readonly Pod[] = ["a", "b"].map((name) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }] },
  status: { phase: "Running", startTime: NOW - 3600 * SECOND, conditions: [{ type: "Ready", status: "True", lastTransitionTime: 0 }] },
}));

function lookWith(metrics: readonly MetricSpec[], source: MetricsSource, replicas = 2, counted = replicas): Look {
  const autoscaler: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "default" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 0, maxReplicas: 20, metrics },
  };
  return look(
    autoscaler,
    { namespace: "default", reference: "Deployment/default/web", replicas, counted, pods: PODS },
    source,
    newMemory(),
    {
      tolerances: { scaleUp: 0.1, scaleDown: 0.1 },
      cpuInitializationPeriod: 300 * SECOND,
      initialReadinessDelay: 30 * SECOND,
      downscaleStabilization: 300 * SECOND,
      now: NOW,
    },
  );
}

const share: MetricTarget = { type: "AverageValue", averageValue: "10" };
const total: MetricTarget = { type: "Value", value: "10" };
const resource = { name: "cpu", target: { type: "Utilization" as const, averageUtilization: 50 } };

function external(target: MetricTarget, selector?: typeof SELECTOR): MetricSpec {
  return { type: "External", external: { metric: { name: "queue", ...(selector !== undefined && { selector }) }, target } };
}

function ofObject(target: MetricTarget): MetricSpec {
  return { type: "Object", object: { metric: { name: "hits" }, describedObject: DESCRIBED, target } };
}

/** Reason and text of the event, and what the look says after "first error is: ". Source: horizontal.go, replica_calculator.go. */
const FAILURES: readonly (readonly [MetricSpec, reason: string, cause: string, before: string])[] = [
  [
    { type: "Resource", resource },
    "FailedGetResourceMetric",
    "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    "failed to get cpu resource metric value: ",
  ],
  [
    { type: "Resource", resource: { name: "cpu", target: share } },
    "FailedGetResourceMetric",
    "failed to get cpu usage: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    "failed to get cpu resource metric value: ",
  ],
  [
    { type: "ContainerResource", containerResource: { ...resource, container: "c" } },
    "FailedGetContainerResourceMetric",
    "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    "failed to get c container metric value: ",
  ],
  [
    ofObject(total),
    "FailedGetObjectMetric",
    "unable to get metric hits: Service on default front/no metrics returned from custom metrics API",
    "failed to get object metric value: ",
  ],
  [
    ofObject(share),
    "FailedGetObjectMetric",
    "unable to get metric hits: Service on default front/no metrics returned from custom metrics API",
    "failed to get object metric value: failed to get hits object metric: ",
  ],
  [
    external(total),
    "FailedGetExternalMetric",
    "unable to get external metric default/queue/nil: no metrics returned from external metrics API",
    "failed to get queue external metric value: failed to get external metric queue: ",
  ],
  [
    external(share, SELECTOR),
    "FailedGetExternalMetric",
    `unable to get external metric default/queue/${SELECTOR_TEXT}: no metrics returned from external metrics API`,
    "failed to get queue external metric value: failed to get queue external metric: ",
  ],
];

describe("a metric that cannot be had", () => {
  it("is told in its condition and its event without what was tried, and in the look's error with it", () => {
    for (const [spec, reason, cause, before] of FAILURES) {
      const found = lookWith([spec], NO_METRICS);
      const message = `the HPA was unable to compute the replica count: ${cause}`;
      expect(found.conditions.at(-1)).toEqual({ type: "ScalingActive", status: "False", reason, message });
      expect(found.warnings).toEqual([
        { reason, message: cause },
        {
          reason: "FailedComputeMetricsReplicas",
          message: `invalid metrics (1 invalid out of 1), first error is: ${before}${cause}`,
        },
      ]);
    }
  });

  it("is that of a container which a measured pod has not", () => {
    const use = (...names: string[]) => new Map(names.map((name) => [name, { milli: 100, timestamp: NOW, window: 15 * SECOND }]));
    const source: MetricsSource = {
      ...NO_METRICS,
      resourceMetric: (_name, _namespace, _pods, container) => (container === undefined ? use("a", "b") : use("a")),
    };
    const found = lookWith([{ type: "ContainerResource", containerResource: { ...resource, container: "c" } }], source);
    expect(found.warnings[0].message).toBe(
      "failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: " +
        "container c not present in metrics for pod default/b",
    );
  });

  it("keeps its place among the current metrics, which are read by their index", () => {
    const source: MetricsSource = { ...NO_METRICS, externalMetric: () => [60_000] };
    const found = lookWith([{ type: "Resource", resource }, external(share)], source);
    expect(found.currentMetrics).toEqual([
      { type: "" },
      { type: "External", external: { metric: { name: "queue" }, current: { averageValue: "30" } } },
    ]);
    expect(found.warnings.map(({ reason }) => reason)).toEqual(["FailedGetResourceMetric"]);
    expect(found).toMatchObject({ replicas: 4, reason: "external metric queue(nil) above target" });
  });
});

describe("a metric", () => {
  const idle = new Map(PODS.map(({ metadata }) => [metadata.name, { milli: 100, timestamp: NOW, window: 15 * SECOND }]));
  const source: MetricsSource = { ...NO_METRICS, resourceMetric: () => idle, objectMetric: () => 60_000, externalMetric: () => [0] };
  const active = (found: Look): string | undefined => found.conditions.find(({ type }) => type === "ScalingActive")?.message;

  it("by use is called alike for pods and their containers", () => {
    const text = "the HPA was able to successfully calculate a replica count from cpu resource";
    expect(active(lookWith([{ type: "Resource", resource: { name: "cpu", target: share } }], source))).toBe(text);
    const containerResource = { name: "cpu", container: "c", target: share };
    expect(active(lookWith([{ type: "ContainerResource", containerResource }], source))).toBe(text);
    expect(active(lookWith([{ type: "ContainerResource", containerResource: { ...resource, container: "c" } }], source))).toBe(
      "the HPA was able to successfully calculate a replica count from cpu container resource utilization (percentage of request)",
    );
  });

  it("of an object is in the status with its object, unless it is shared by the replicas", () => {
    expect(lookWith([ofObject(total)], source).currentMetrics).toEqual([
      { type: "Object", object: { metric: { name: "hits" }, describedObject: DESCRIBED, current: { value: "60" } } },
    ]);
    expect(lookWith([ofObject(share)], source).currentMetrics).toEqual([
      { type: "Object", object: { metric: { name: "hits" }, describedObject: { kind: "", name: "" }, current: { averageValue: "30" } } },
    ]);
  });

  it("that asks for no replicas gives way to the next one that does", () => {
    const other: MetricSpec = { type: "External", external: { metric: { name: "other" }, target: share } };
    expect(active(lookWith([external(share), other], source))).toContain("external metric other(nil)");
  });

  it("shared by none has no finite average, of which amd64 makes the least int64", () => {
    const found = lookWith([ofObject(share)], source, 2, 0);
    expect(found.replicas).toBe(4);
    expect(found.currentMetrics[0]).toMatchObject({ object: { current: { averageValue: "-9223372036854775808m" } } });
  });
});
