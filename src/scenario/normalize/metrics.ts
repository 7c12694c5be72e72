/** `metrics:` as the cluster's metrics. */
import { kindByResourceName } from "../../api/kinds.js";
import { quantityMilliValue } from "../../api/quantity.js";
import { DEFAULT_RESOLUTION } from "../../cluster/metrics/metrics-server.js";
import type { MetricsDescription, Signal, SignalValues } from "../../cluster/metrics/signal.js";
import type { Path } from "../mistake.js";
import type { Scenario } from "../scenario.js";
import type { Metrics } from "../schema/metrics.js";
import { durationOf, optionalDuration, type Source } from "./source.js";

type SignalSchema = NonNullable<Metrics["signals"]>[number];

export function normalizeMetrics(metrics: Metrics | undefined, source: Source): MetricsDescription {
  const { server = true, resolution, signals = [] } = metrics ?? {};
  return {
    server,
    resolution: optionalDuration(resolution) ?? DEFAULT_RESOLUTION,
    fromStart: false,
    signals: signals.map((signal, index) => signalOf(signal, ["metrics", "signals", index], source)),
  };
}

/** A cluster that an autoscaler can be expected in measures from the beginning, so that there is something when it comes. */
export function withMeasurements(scenario: Scenario): Scenario {
  const { cluster, manifests, timeline } = scenario;
  const { metrics } = cluster;
  if (metrics === undefined || !(metrics.server || metrics.signals.length > 0)) return scenario;
  const bringsAutoscaler =
    manifests.some(({ object }) => object.kind === "HorizontalPodAutoscaler") ||
    timeline.some((step) => step.kind === "kubectl" && /^(autoscale|apply|create|top)\b/.test(step.text));
  return bringsAutoscaler ? { ...scenario, cluster: { ...cluster, metrics: { ...metrics, fromStart: true } } } : scenario;
}

function signalOf(signal: SignalSchema, path: Path, source: Source): Signal {
  const { name, type, namespace = "default", labels = {}, selector, object, value, shared = false } = signal;
  const onlyFor = (field: "selector" | "object" | "shared", wanted: SignalSchema["type"]): void => {
    if (signal[field] !== undefined && type !== wanted)
      source.wrong([...path, field], `belongs to metrics of type ${wanted}, not ${type}`, "key");
  };
  onlyFor("selector", "Pods");
  onlyFor("shared", "Pods");
  onlyFor("object", "Object");
  const named = { name, namespace, labels };
  if (type === "Pods") {
    return {
      ...named,
      type,
      shared,
      values: value === "requests" ? value : valuesOf(value),
      ...(selector !== undefined && { selector: source.selector([...path, "selector"], selector) }),
    };
  }
  if (value === "requests") source.wrong([...path, "value"], "requests are measured of pods; must be a quantity or steps");
  const values = value === "requests" ? [] : valuesOf(value);
  if (type === "External") return { ...named, type, values };
  if (object === undefined) source.wrong(path, 'Required value: object: must be the kind and name of the object, such as "Ingress/main"');
  const [kind, objectName] = (object ?? "Service/").split("/") as [string, string];
  return { ...named, type, values, object: { kind: kindByResourceName(kind)?.kind ?? kind, name: objectName } };
}

function valuesOf(value: Exclude<SignalSchema["value"], "requests">): SignalValues {
  if (!Array.isArray(value)) return [{ at: 0, milli: quantityMilliValue(value) }];
  return value.map((step) => ({ at: durationOf(step.at), milli: quantityMilliValue(step.value) })).sort((a, b) => a.at - b.at);
}
