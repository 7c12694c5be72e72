/** kubectl autoscale: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_autoscale/ */
import { parseQuantity, QuantityError } from "../../api/quantity.js";
import type { MetricSpec } from "../../api/types/policy.js";
import { flag, required } from "./flags.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection } from "./selection.js";
import { OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** Of a number without a unit. */
const DEFAULT_UNITS = { cpu: "m", memory: "Mi" } as const;

/** A percentage, a quantity or a number. Source: kubectl/pkg/cmd/autoscale/autoscale.go parseResourceInput. @throws UsageError */
function resourceMetric(name: "cpu" | "memory", text: string): MetricSpec {
  const target = text.trim();
  if (target === "") throw new UsageError("empty input");
  if (target.endsWith("%")) {
    const percentage = target.slice(0, -1);
    if (!/^\d{1,9}$/.test(percentage)) throw new UsageError(`invalid percentage value: ${percentage}`);
    return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: Number(percentage) } } };
  }
  try {
    const averageValue = parseQuantity(/^\d+(\.\d+)?$/.test(target) ? `${target}${DEFAULT_UNITS[name]}` : target).toString();
    return { type: "Resource", resource: { name, target: { type: "AverageValue", averageValue } } };
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`invalid resource ${name} value: ${target}`);
    throw error;
  }
}

const CPU_PERCENT_IS_OLD =
  "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).";

export const autoscale: Verb = {
  name: "autoscale",
  flags: [
    ...OBJECT_FILE_FLAGS,
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
    required(given, "max");
    const maxReplicas = given.integer("max") ?? -1;
    if (maxReplicas < 1) throw new UsageError(`--max=MAXPODS is required and must be at least 1, max: ${maxReplicas}`);
    const minReplicas = given.integer("min");
    if (minReplicas !== undefined && minReplicas > maxReplicas)
      throw new UsageError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${maxReplicas}, min: ${minReplicas}`);
    const percent = given.integer("cpu-percent") ?? -1;
    if (percent > 0 && given.has("cpu")) throw new UsageError("--cpu-percent and --cpu are mutually exclusive");
    const cpu = percent > 0 ? `${percent}%` : given.text("cpu");
    const memory = given.text("memory");
    const metrics = [
      ...(cpu === undefined ? [] : [resourceMetric("cpu", cpu)]),
      ...(memory === undefined ? [] : [resourceMetric("memory", memory)]),
    ];
    const selection = parseSelection(given, context);
    return function* (session) {
      if (given.has("cpu-percent")) session.warn(CPU_PERCENT_IS_OLD);
      yield* forEachObject(session, selection, function* (object) {
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
    };
  },
};
