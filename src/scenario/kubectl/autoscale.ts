/** kubectl autoscale: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_autoscale/ */
import type { MetricSpec } from "../../api/types/policy.js";
import { flag } from "./flags.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection, SELECTION_FLAGS } from "./selection.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

function resourceMetric(name: "cpu" | "memory", target: string): MetricSpec {
  const percentage = /^(\d+)%?$/.exec(target);
  // A bare number is a percentage for --cpu-percent, and milli-units otherwise need their unit.
  return percentage === null
    ? { type: "Resource", resource: { name, target: { type: "AverageValue", averageValue: target } } }
    : { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: Number(percentage[1]) } } };
}

export const autoscale: Verb = {
  name: "autoscale",
  flags: [
    ...SELECTION_FLAGS,
    ...OUTCOME_FLAGS,
    flag("min", "int32"),
    flag("max", "int32"),
    flag("cpu-percent", "int32"),
    flag("cpu", "text"),
    flag("memory", "text"),
    flag("name", "text"),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const maxReplicas = given.integer("max") ?? -1;
    if (maxReplicas < 1) throw new UsageError(`--max=MAXPODS is required and must be at least 1, max: ${maxReplicas}`);
    const minReplicas = given.integer("min");
    if (minReplicas !== undefined && minReplicas > maxReplicas)
      throw new UsageError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${maxReplicas}, min: ${minReplicas}`);
    const cpu = given.text("cpu") ?? given.text("cpu-percent");
    const memory = given.text("memory");
    const metrics = [
      ...(cpu === undefined ? [] : [resourceMetric("cpu", cpu)]),
      ...(memory === undefined ? [] : [resourceMetric("memory", memory)]),
    ];
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const name = given.text("name") ?? object.metadata.name;
        const scaler = {
          apiVersion: "autoscaling/v2",
          kind: "HorizontalPodAutoscaler",
          metadata: { name, ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }) },
          spec: {
            scaleTargetRef: { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name },
            ...(minReplicas !== undefined && { minReplicas }),
            maxReplicas,
            ...(metrics.length > 0 && { metrics }),
          },
        };
        yield* outcome.create(session, scaler, "autoscaled");
      });
  },
};
