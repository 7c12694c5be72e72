/**
 * The metrics APIs of a cluster: resource metrics by metrics-server, custom and external ones from the signals that the scenario
 * declares, as an adapter serves them.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis
 */
import { compileLabelSelector } from "../../api/selector.js";
import type { LabelSelector, ObjectReference, Pod, Timestamp } from "../../api/types/index.js";
import type { MetricsSource, PodMetric, PodMetrics } from "../../control-plane/controllers/podautoscaler/metrics-source.js";
import { MetricError } from "../../control-plane/controllers/podautoscaler/metric-error.js";
import { SECOND, type Simulation } from "../../engine/simulation.js";
import type { MetricsServer } from "./metrics-server.js";
import { valueAt, type MetricsDescription, type PodsSignal, type Signal } from "./signal.js";

/** Window of custom metrics that do not say over which time they are averaged. Source: metricServerDefaultMetricWindow of pkg/controller/podautoscaler/metrics/client.go. */
const CUSTOM_METRIC_WINDOW = 60 * SECOND;

export interface ClusterMetricsOptions {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly server: MetricsServer;
  readonly description: MetricsDescription;
}

export class ClusterMetrics implements MetricsSource {
  constructor(private readonly options: ClusterMetricsOptions) {}

  /** @throws MetricError in upstream's words where there is no metrics-server; as the others do where nothing serves theirs */
  resourceMetric(resource: string, _namespace: string, pods: readonly Pod[], container?: string): PodMetrics {
    const { server, description } = this.options;
    if (description.server) return server.resourceMetric(resource, pods, container);
    throw new MetricError(
      "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
    );
  }

  podsMetric(name: string, namespace: string, pods: readonly Pod[], selector?: LabelSelector): PodMetrics {
    this.needsCustomMetrics();
    const signal = this.find("Pods", name, namespace, selector)[0];
    if (signal === undefined) return new Map();
    const measured = pods.filter((pod) => isMeasured(pod, signal));
    if (signal.values === "requests") return this.options.server.requestRates(measured);
    const { simulation, epoch } = this.options;
    const value = valueAt(signal.values, simulation.now);
    const metric: PodMetric = {
      milli: signal.shared ? Math.ceil(value / Math.max(1, measured.length)) : value,
      timestamp: epoch + simulation.now,
      window: CUSTOM_METRIC_WINDOW,
    };
    return new Map(measured.map(({ metadata }) => [metadata.name, metric]));
  }

  objectMetric(name: string, namespace: string, object: ObjectReference, selector?: LabelSelector): number | undefined {
    this.needsCustomMetrics();
    const signal = this.find("Object", name, namespace, selector).find(
      (one) => one.object.kind === object.kind && one.object.name === object.name,
    );
    return signal === undefined ? undefined : valueAt(signal.values, this.options.simulation.now);
  }

  externalMetric(name: string, namespace: string, selector?: LabelSelector): readonly number[] {
    if (!this.options.description.signals.some(({ type }) => type === "External")) {
      throw new MetricError(
        `unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`,
      );
    }
    return this.find("External", name, namespace, selector).map(({ values }) => valueAt(values, this.options.simulation.now));
  }

  /** Without any signal of pods or objects no adapter is installed. */
  private needsCustomMetrics(): void {
    if (this.options.description.signals.some(({ type }) => type !== "External")) return;
    throw new MetricError("unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered");
  }

  private find<T extends Signal["type"]>(
    type: T,
    name: string,
    namespace: string,
    selector: LabelSelector | undefined,
  ): readonly Extract<Signal, { readonly type: T }>[] {
    const matches = selector === undefined ? () => true : compileLabelSelector(selector);
    return this.options.description.signals.filter(
      (signal): signal is Extract<Signal, { readonly type: T }> =>
        signal.type === type && signal.name === name && signal.namespace === namespace && matches(signal.labels),
    );
  }
}

/** Pods that do not run yield no samples. */
function isMeasured({ metadata, status }: Pod, { selector }: PodsSignal): boolean {
  return status?.phase === "Running" && (selector === undefined || selector(metadata.labels));
}
