import { describe, expect, it } from "vitest";
import { parseSelector } from "../../../src/api/selector.js";
import type { Pod } from "../../../src/api/types/pod.js";
import { ClusterMetrics } from "../../../src/cluster/metrics/cluster-metrics.js";
import { DEFAULT_RESOLUTION, MetricsServer } from "../../../src/cluster/metrics/metrics-server.js";
import type { Signal } from "../../../src/cluster/metrics/signal.js";
import { MINUTE, SECOND, Simulation } from "../../../src/engine/simulation.js";

function metricsWith(signals: readonly Signal[], server = true) {
  const simulation = new Simulation({ seed: 1 });
  const metricsServer = new MetricsServer({ simulation, epoch: 0, resolution: DEFAULT_RESOLUTION, read: () => [] });
  const description = { server, resolution: DEFAULT_RESOLUTION, fromStart: false, signals };
  return { simulation, metrics: new ClusterMetrics({ simulation, epoch: 0, server: metricsServer, description }) };
}

function pod(name: string, labels: Readonly<Record<string, string>>, phase: "Running" | "Pending" = "Running"): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", labels }, spec: { containers: [] }, status: { phase } };
}

const named = { namespace: "default", labels: {} };

describe("metrics of a cluster", () => {
  it("say in upstream's words which API is missing", () => {
    const { metrics } = metricsWith([], false);
    expect(() => metrics.resourceMetric("cpu", "default", [])).toThrow(
      "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
    );
    expect(() => metrics.podsMetric("hits", "default", [])).toThrow("no custom metrics API (custom.metrics.k8s.io) registered");
    expect(() => metrics.externalMetric("queue", "default")).toThrow(
      "unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)",
    );
  });

  it("follow the steps of a signal", () => {
    const values = [
      { at: 10 * SECOND, milli: 5_000 },
      { at: MINUTE, milli: 7_000 },
    ];
    const { simulation, metrics } = metricsWith([{ ...named, type: "External", name: "queue", values }]);
    const at = (time: number): readonly number[] => {
      simulation.run(time);
      return metrics.externalMetric("queue", "default");
    };
    expect(at(9 * SECOND)).toEqual([0]);
    expect(at(10 * SECOND)).toEqual([5_000]);
    expect(at(59 * SECOND)).toEqual([5_000]);
    expect(at(2 * MINUTE)).toEqual([7_000]);
  });

  it("choose signals by name, namespace, labels and object", () => {
    const values = [{ at: 0, milli: 1_000 }];
    const { metrics } = metricsWith([
      { ...named, type: "External", name: "queue", labels: { queue: "a" }, values },
      { ...named, type: "External", name: "queue", labels: { queue: "b" }, values: [{ at: 0, milli: 2_000 }] },
      { ...named, type: "Object", name: "hits", object: { kind: "Ingress", name: "main" }, values },
    ]);
    expect(metrics.externalMetric("queue", "default")).toEqual([1_000, 2_000]);
    expect(metrics.externalMetric("queue", "default", { matchLabels: { queue: "b" } })).toEqual([2_000]);
    expect(metrics.externalMetric("queue", "other")).toEqual([]);
    expect(metrics.objectMetric("hits", "default", { kind: "Ingress", name: "main" })).toBe(1_000);
    expect(metrics.objectMetric("hits", "default", { kind: "Ingress", name: "other" })).toBeUndefined();
  });

  it("give each running pod its value, or its share of a total", () => {
    const pods = [pod("a", { app: "w" }), pod("b", { app: "w" }), pod("c", { app: "w" }, "Pending"), pod("d", { app: "x" })];
    const signal = { ...named, type: "Pods" as const, selector: parseSelector("app=w"), values: [{ at: 0, milli: 30_000 }] };
    const { metrics } = metricsWith([
      { ...signal, name: "each", shared: false },
      { ...signal, name: "total", shared: true },
    ]);
    const valuesOf = (name: string) => [...metrics.podsMetric(name, "default", pods)].map(([key, { milli }]) => [key, milli]);
    expect(valuesOf("each")).toEqual([["a", 30_000], ["b", 30_000]]); // prettier-ignore
    expect(valuesOf("total")).toEqual([["a", 15_000], ["b", 15_000]]); // prettier-ignore
  });
});
