/** Autoscalers. Source: kubectl/pkg/describe/describe.go, describeHorizontalPodAutoscalerV2. */
import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec, MetricTarget } from "../../../api/types/policy.js";
import type { Describer } from "./describer.js";
import { field, type Lines, longTime, nameLines, noteLines, quantityText, row, table, UNSET } from "./lines.js";

interface Measured {
  readonly averageUtilization?: number;
  readonly averageValue?: string | number;
  readonly value?: string | number;
}

const UNKNOWN = "<unknown>";

export const horizontalPodAutoscalerDescriber: Describer<HorizontalPodAutoscaler> = {
  describe({ metadata, spec, status }) {
    const { kind, name } = spec.scaleTargetRef;
    const conditions = status?.conditions ?? [];
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      field(0, "CreationTimestamp", longTime(metadata.creationTimestamp)),
      field(0, "Reference", `${kind}/${name}`),
      field(0, "Metrics", "( current / target )"),
      ...(spec.metrics ?? []).map((metric, index) => metricLine(metric, status?.currentMetrics?.[index])),
      field(0, "Min replicas", spec.minReplicas ?? UNSET),
      field(0, "Max replicas", spec.maxReplicas),
      ...(spec.behavior === undefined
        ? []
        : ["Behavior:", ...ruleLines("Scale Up", spec.behavior.scaleUp), ...ruleLines("Scale Down", spec.behavior.scaleDown)]),
      field(0, `${kind} pods`, `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`),
      ...(conditions.length === 0
        ? []
        : [
            "Conditions:",
            ...table(
              1,
              ["Type", "Status", "Reason", "Message"],
              conditions.map(({ type, status: is, reason = "", message = "" }) => [type, is, reason, message]),
            ),
          ]),
    ];
  },
};

function metricLine(metric: MetricSpec, current: Readonly<Record<string, unknown>> | undefined): string {
  const measured = (source: string): Measured | undefined => (current?.[source] as { readonly current?: Measured } | undefined)?.current;
  const { resource, containerResource, pods, object, external } = metric;
  if (resource !== undefined) return resourceLine(`resource ${resource.name} on pods`, resource.target, measured("resource"));
  if (containerResource !== undefined) {
    const { name, container, target } = containerResource;
    return resourceLine(`resource ${name} of container "${container}" on pods`, target, measured("containerResource"));
  }
  if (pods !== undefined)
    return field(1, `"${pods.metric.name}" on pods`, amounts(measured("pods")?.averageValue, pods.target.averageValue));
  if (object !== undefined) {
    const { kind, name } = object.describedObject;
    return valueLine(`"${object.metric.name}" on ${kind}/${name}`, object.target, measured("object"));
  }
  return external === undefined
    ? row(1, `<unknown metric type "${metric.type}">`)
    : valueLine(`"${external.metric.name}"`, external.target, measured("external"));
}

function resourceLine(what: string, target: MetricTarget, measured: Measured | undefined): string {
  if (target.averageValue !== undefined) return field(1, what, amounts(measured?.averageValue, target.averageValue));
  const current =
    measured?.averageUtilization === undefined ? UNKNOWN : `${measured.averageUtilization}% (${quantityText(measured.averageValue)})`;
  const wanted = target.averageUtilization === undefined ? "<auto>" : `${target.averageUtilization}%`;
  return field(1, `${what}  (as a percentage of request)`, `${current} / ${wanted}`);
}

function valueLine(what: string, { type, averageValue, value }: MetricTarget, measured: Measured | undefined): string {
  if (type === "AverageValue") return field(1, `${what} (target average value)`, amounts(measured?.averageValue, averageValue));
  return field(1, `${what} (target value)`, amounts(measured?.value, value));
}

function amounts(current: string | number | undefined, target: string | number | undefined): string {
  return `${current === undefined ? UNKNOWN : quantityText(current)} / ${quantityText(target)}`;
}

function ruleLines(title: string, rules: HPAScalingRules | undefined): Lines {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, policies = [], selectPolicy = "Max" } = rules;
  return [
    row(1, `${title}:`),
    ...(window === undefined ? [] : [row(2, `Stabilization Window: ${window} seconds`)]),
    ...(policies.length === 0
      ? []
      : [
          row(2, `Select Policy: ${selectPolicy}`),
          row(2, "Policies:"),
          ...policies.map(({ type, value, periodSeconds }) =>
            row(3, `- Type: ${type}`, `Value: ${value}`, `Period: ${periodSeconds} seconds`),
          ),
        ]),
  ];
}
