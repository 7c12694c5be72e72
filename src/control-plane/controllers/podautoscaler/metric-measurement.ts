/**
 * What one metric of an autoscaler measures and asks for.
 *
 * Source: kubernetes pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric, computeStatusFor*Metric).
 */
import { milliQuantityOf, quantityMilliValue } from "../../../api/quantity.js";
import type { MetricSpec, MetricTarget, Pod } from "../../../api/types/index.js";
import { MetricError } from "./metric-error.js";
import type { MetricsSource, PodMetrics } from "./metrics-source.js";
import {
  proposeByAverage,
  proposeByShare,
  proposeByTotal,
  proposeByUtilization,
  type CalculatorOptions,
  type Proposal,
} from "./replica-calculator.js";
import { goText } from "./selector-text.js";

/** What an autoscaler scales, as a look finds it. */
export interface Target {
  readonly namespace: string;
  /** Kind/namespace/name, for messages. */
  readonly reference: string;
  /** Wished number of replicas. */
  readonly replicas: number;
  /** Number in the status. */
  readonly counted: number;
  readonly pods: readonly Pod[];
  /** Why the pods are not this autoscaler's alone, where they are not. It is asked only where metrics would decide. */
  readonly ambiguity?: () => string | undefined;
}

export type MetricStatus = Readonly<Record<string, unknown>>;

export interface Measured {
  readonly replicas: number;
  /** What the metric is called in messages. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** Reasons of a metric's failure, in its condition and its event. */
export const FAILURE_REASON: Readonly<Record<MetricSpec["type"], string>> = {
  Resource: "FailedGetResourceMetric",
  ContainerResource: "FailedGetContainerResourceMetric",
  Pods: "FailedGetPodsMetric",
  Object: "FailedGetObjectMetric",
  External: "FailedGetExternalMetric",
};

/** The place in the status of a metric that could not be had: those after it keep theirs. */
export const NOT_MEASURED: MetricStatus = { type: "" };

/** Least value of Go's int64, which amd64 makes of a number that is not finite. Source: https://go.dev/ref/spec#Conversions (implementation-dependent), CVTTSD2SQ. */
const NO_INT64 = -(2n ** 63n);

function quantity(milli: number): string {
  return milliQuantityOf(Number.isFinite(milli) ? milli : NO_INT64).toString();
}

function milliOf(target: MetricTarget, field: "value" | "averageValue"): number | undefined {
  const text = target[field];
  return text === undefined ? undefined : quantityMilliValue(text);
}

function currentOf({ milli, utilization }: Proposal, field: "value" | "averageValue"): MetricStatus {
  return { [field]: quantity(milli), ...(utilization !== undefined && { averageUtilization: utilization }) };
}

/** Runs a calculation and puts what it was for before the message of its error. */
function labelled<T>(what: string, calculate: () => T): T {
  try {
    return calculate();
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    throw new MetricError(`${what}: ${error.message}`);
  }
}

/**
 * Measures a metric. @throws MetricError with the text of its condition and its event; {@link failureText} is that of the look's error
 */
export function measure(spec: MetricSpec, at: Target, source: MetricsSource, options: CalculatorOptions): Measured {
  switch (spec.type) {
    case "Resource":
    case "ContainerResource":
      return measureResource(spec, at, source, options);
    case "Pods":
      return measurePods(spec.pods!, at, source, options);
    case "Object":
      return measureObject(spec.object!, at, source, options);
    case "External":
      return measureExternal(spec.external!, at, source, options);
  }
}

/** What a look tells of a metric that failed. @param cause message of the error that {@link measure} threw */
export function failureText(spec: MetricSpec, cause: string): string {
  switch (spec.type) {
    case "Resource":
      return `failed to get ${spec.resource!.name} resource metric value: ${cause}`;
    case "ContainerResource":
      return `failed to get ${spec.containerResource!.container} container metric value: ${cause}`;
    case "Pods":
      return `failed to get pods metric value: ${cause}`;
    case "Object": {
      const { target, metric } = spec.object!;
      const isShare = target.type === "AverageValue" && target.averageValue !== undefined;
      return `failed to get object metric value: ${isShare ? `failed to get ${metric.name} object metric: ` : ""}${cause}`;
    }
    case "External": {
      const { target, metric } = spec.external!;
      const what = target.averageValue !== undefined ? `${metric.name} external metric` : `external metric ${metric.name}`;
      return `failed to get ${metric.name} external metric value: failed to get ${what}: ${cause}`;
    }
  }
}

function measureResource(
  { type, resource, containerResource }: MetricSpec,
  { replicas, namespace, pods }: Target,
  source: MetricsSource,
  options: CalculatorOptions,
): Measured {
  const { name, target } = (resource ?? containerResource)!;
  const container = containerResource?.container;
  const metrics = (): PodMetrics =>
    labelled(`unable to get metrics for resource ${name}`, () => {
      const whole = source.resourceMetric(name, namespace, pods);
      if (whole.size === 0) throw new MetricError("no metrics returned from resource metrics API");
      if (container === undefined) return whole;
      const found = source.resourceMetric(name, namespace, pods, container);
      for (const pod of whole.keys()) {
        if (found.has(pod)) continue;
        throw new MetricError(`failed to get container metrics: container ${container} not present in metrics for pod ${namespace}/${pod}`);
      }
      return found;
    });
  const measured = (proposal: Proposal, called: string): Measured => ({
    replicas: proposal.replicas,
    name: called,
    status: {
      type,
      [container === undefined ? "resource" : "containerResource"]: {
        name,
        ...(container !== undefined && { container }),
        current: currentOf(proposal, "averageValue"),
      },
    },
  });
  const average = milliOf(target, "averageValue");
  if (average !== undefined) {
    const proposal = labelled(`failed to get ${name} usage`, () => proposeByAverage(replicas, average, name, pods, metrics(), options));
    return measured(proposal, `${name} resource`);
  }
  const utilization = target.averageUtilization;
  if (utilization === undefined) {
    throw new MetricError(
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  }
  const proposal = labelled(`failed to get ${name} utilization`, () =>
    proposeByUtilization(replicas, utilization, name, container, pods, metrics(), options),
  );
  return measured(proposal, `${name}${container === undefined ? "" : " container"} resource utilization (percentage of request)`);
}

function measurePods(
  { metric, target }: NonNullable<MetricSpec["pods"]>,
  { replicas, namespace, pods }: Target,
  source: MetricsSource,
  options: CalculatorOptions,
): Measured {
  const metrics = labelled(`unable to get metric ${metric.name}`, () => {
    const found = source.podsMetric(metric.name, namespace, pods, metric.selector);
    if (found.size === 0) throw new MetricError("no metrics returned from custom metrics API");
    return found;
  });
  const proposal = proposeByAverage(replicas, milliOf(target, "averageValue")!, "", pods, metrics, options);
  return {
    replicas: proposal.replicas,
    name: `pods metric ${metric.name}`,
    status: { type: "Pods", pods: { metric, current: currentOf(proposal, "averageValue") } },
  };
}

function measureObject(
  { metric, target, describedObject }: NonNullable<MetricSpec["object"]>,
  { replicas, counted, namespace, pods }: Target,
  source: MetricsSource,
  options: CalculatorOptions,
): Measured {
  const total = (): number => {
    const where = `unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}`;
    try {
      const milli = source.objectMetric(metric.name, namespace, describedObject, metric.selector);
      if (milli === undefined) throw new MetricError("no metrics returned from custom metrics API");
      return milli;
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      throw new MetricError(`${where}/${error.message}`);
    }
  };
  const measured = (proposal: Proposal, name: string, field: "value" | "averageValue", described: object): Measured => ({
    replicas: proposal.replicas,
    name,
    status: { type: "Object", object: { metric, describedObject: described, current: currentOf(proposal, field) } },
  });
  const value = target.type === "Value" ? milliOf(target, "value") : undefined;
  if (value !== undefined) {
    const proposal = proposeByTotal(replicas, value, total(), pods, options);
    return measured(proposal, `${describedObject.kind} metric ${metric.name}`, "value", describedObject);
  }
  const average = target.type === "AverageValue" ? milliOf(target, "averageValue") : undefined;
  if (average === undefined)
    throw new MetricError("invalid object metric source: neither a value target nor an average value target was set");
  // Upstream calls a shared total an external metric, whatever it is a metric of, and leaves its object out of the status.
  const name = `external metric ${metric.name}(${goText(metric.selector)})`;
  return measured(proposeByShare(counted, average, total(), options), name, "averageValue", NO_OBJECT);
}

/** An object reference that is not filled in, as it is serialised. */
const NO_OBJECT = { kind: "", name: "" };

function measureExternal(
  { metric, target }: NonNullable<MetricSpec["external"]>,
  { replicas, counted, namespace, pods }: Target,
  source: MetricsSource,
  options: CalculatorOptions,
): Measured {
  const selector = goText(metric.selector);
  const total = (): number =>
    labelled(`unable to get external metric ${namespace}/${metric.name}/${selector}`, () => {
      const values = source.externalMetric(metric.name, namespace, metric.selector);
      if (values.length === 0) throw new MetricError("no metrics returned from external metrics API");
      return values.reduce((sum, milli) => sum + milli, 0);
    });
  const measured = (proposal: Proposal, field: "value" | "averageValue"): Measured => ({
    replicas: proposal.replicas,
    name: `external metric ${metric.name}(${selector})`,
    status: { type: "External", external: { metric, current: currentOf(proposal, field) } },
  });
  const average = milliOf(target, "averageValue");
  if (average !== undefined) return measured(proposeByShare(counted, average, total(), options), "averageValue");
  const value = milliOf(target, "value");
  if (value === undefined)
    throw new MetricError("invalid external metric source: neither a value target nor an average value target was set");
  return measured(proposeByTotal(replicas, value, total(), pods, options), "value");
}
