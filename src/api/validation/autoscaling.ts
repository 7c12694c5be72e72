/** Validation of horizontal pod autoscalers. Source: pkg/apis/autoscaling/validation/validation.go. */
import { parseQuantity } from "../quantity.js";
import type { ObjectReference, QuantityText } from "../types/meta.js";
import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec, MetricTarget } from "../types/policy.js";
import { forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, pathSegmentName } from "./names.js";
import { validateContainerResourceName } from "./resources.js";

const METRIC_TYPES = ["ContainerResource", "External", "Object", "Pods", "Resource"];
const TARGET_TYPES = ["Utilization", "Value", "AverageValue"];
const SELECT_POLICIES = ["Disabled", "Max", "Min"];
const POLICY_TYPES = ["Percent", "Pods"];
/** One hour and half an hour (MaxStabilizationWindowSeconds, MaxPeriodSeconds). */
const MAX_STABILIZATION_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

type TargetReference = HorizontalPodAutoscaler["spec"]["scaleTargetRef"] | ObjectReference;

/** @param needsGroup whether the reference has to name an API group */
function validateReference(field: string, reference: Partial<TargetReference>, needsGroup: boolean): FieldError[] {
  const { apiVersion = "", kind = "", name = "" } = reference;
  const mistake = versionMistake(apiVersion, needsGroup);
  return [
    ...(kind === "" ? [required(`${field}.kind`)] : check(`${field}.kind`, kind, pathSegmentName)),
    ...(name === "" ? [required(`${field}.name`)] : check(`${field}.name`, name, pathSegmentName)),
    ...(mistake === undefined ? [] : [invalid(`${field}.apiVersion`, apiVersion, mistake)]),
  ];
}

/** Source: ValidateAPIVersion; ParseGroupVersion of apimachinery's runtime/schema. */
function versionMistake(apiVersion: string, needsGroup: boolean): string | undefined {
  const parts = apiVersion.split("/");
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  return needsGroup && (parts.length < 2 || parts[0] === "") ? "apiVersion must specify API group" : undefined;
}

function positiveQuantity(field: string, quantity: QuantityText | undefined): FieldError[] {
  return quantity !== undefined && parseQuantity(quantity).sign !== 1
    ? [invalid(field, parseQuantity(quantity).toString(), "must be positive")]
    : [];
}

function validateTarget(field: string, target: MetricTarget | undefined): FieldError[] {
  const { type, value, averageValue, averageUtilization } = target ?? {};
  const errors: FieldError[] = [];
  if ((type ?? "") === "") errors.push(required(`${field}.type`, "must specify a metric target type"));
  if (!TARGET_TYPES.includes(type ?? ""))
    errors.push(invalid(`${field}.type`, type ?? "", "must be either Utilization, Value, or AverageValue"));
  errors.push(...positiveQuantity(`${field}.value`, value), ...positiveQuantity(`${field}.averageValue`, averageValue));
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalid(`${field}.averageUtilization`, averageUtilization, "must be greater than 0"));
  return errors;
}

function validateUtilization(field: string, target: MetricTarget | undefined): FieldError[] {
  const errors = validateTarget(`${field}.target`, target);
  if (target?.averageUtilization === undefined && target?.averageValue === undefined) {
    errors.push(required(`${field}.target.averageUtilization`, "must set either a target raw value or a target utilization"));
  }
  if (target?.averageUtilization !== undefined && target.averageValue !== undefined) {
    errors.push(forbidden(`${field}.target.averageValue`, "may not set both a target raw value and a target utilization"));
  }
  return errors;
}

function validateIdentifier(field: string, metric: { readonly name?: string } | undefined): FieldError[] {
  const name = metric?.name ?? "";
  return name === "" ? [required(`${field}.name`, "must specify a metric name")] : check(`${field}.name`, name, pathSegmentName);
}

/** The rules of each kind of source, by the field that holds it. */
const SOURCES: Readonly<Record<string, (field: string, spec: MetricSpec) => FieldError[]>> = {
  object: (field, { object }) => {
    const errors = [
      ...validateReference(`${field}.describedObject`, object?.describedObject ?? {}, false),
      ...validateIdentifier(`${field}.metric`, object?.metric),
      ...validateTarget(`${field}.target`, object?.target),
    ];
    const isUnset = object?.target.value === undefined && object?.target.averageValue === undefined;
    return isUnset ? [...errors, required(`${field}.target.averageValue`, "must set either a target value or averageValue")] : errors;
  },
  external: (field, { external }) => {
    const errors = [...validateIdentifier(`${field}.metric`, external?.metric), ...validateTarget(`${field}.target`, external?.target)];
    const { value, averageValue } = external?.target ?? {};
    if (value === undefined && averageValue === undefined) {
      errors.push(required(`${field}.target.averageValue`, "must set either a target value for metric or a per-pod target"));
    }
    if (value !== undefined && averageValue !== undefined) {
      errors.push(forbidden(`${field}.target.value`, "may not set both a target value for metric and a per-pod target"));
    }
    return errors;
  },
  pods: (field, { pods }) => {
    const errors = [...validateIdentifier(`${field}.metric`, pods?.metric), ...validateTarget(`${field}.target`, pods?.target)];
    if (pods?.target.averageValue !== undefined) return errors;
    return [...errors, required(`${field}.target.averageValue`, "must specify a positive target averageValue")];
  },
  containerResource: (field, { containerResource }) => {
    const { name = "", container = "", target }: Partial<NonNullable<MetricSpec["containerResource"]>> = containerResource ?? {};
    return [
      ...(name === "" ? [required(`${field}.name`, "must specify a resource name")] : validateContainerResourceName(`${field}.name`, name)),
      ...(container === ""
        ? [required(`${field}.container`, "must specify a container")]
        : check(`${field}.container`, container, dnsLabel)),
      ...validateUtilization(field, target),
    ];
  },
  resource: (field, { resource }) => [
    ...((resource?.name ?? "") === "" ? [required(`${field}.name`, "must specify a resource name")] : []),
    ...validateUtilization(field, resource?.target),
  ],
};

function validateMetric(field: string, spec: MetricSpec): FieldError[] {
  const errors: FieldError[] = [];
  const type = spec.type ?? "";
  if ((type as string) === "") errors.push(required(`${field}.type`, "must specify a metric source type"));
  const isKnown = METRIC_TYPES.includes(type);
  if (!isKnown) errors.push(notSupported(`${field}.type`, type, METRIC_TYPES));
  const present = Object.keys(SOURCES).filter((name) => spec[name as keyof MetricSpec] !== undefined);
  if (present.length > 0) errors.push(...SOURCES[present[0]](`${field}.${present[0]}`, spec));
  // The API server looks at the type twice, and says twice that it knows no such one.
  if (!isKnown) errors.push(notSupported(`${field}.type`, type, METRIC_TYPES));
  const expected = type.charAt(0).toLowerCase() + type.slice(1);
  if (isKnown && !present.includes(expected))
    errors.push(required(`${field}.${expected}`, "must populate information for the given metric source"));
  if (present.length !== 1) {
    const others = present.filter((name) => name !== expected);
    errors.push(...others.map((name) => forbidden(`${field}.${name}`, "must populate the given metric source only")));
  }
  return errors;
}

function validateRules(field: string, rules: HPAScalingRules | undefined): FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  if (window !== undefined && window < 0)
    errors.push(invalid(`${field}.stabilizationWindowSeconds`, window, "must be greater than or equal to zero"));
  if (window !== undefined && window > MAX_STABILIZATION_SECONDS) {
    errors.push(invalid(`${field}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MAX_STABILIZATION_SECONDS}`));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy))
    errors.push(notSupported(`${field}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  if (policies.length === 0) errors.push(required(`${field}.policies`, "must specify at least one Policy"));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const path = `${field}.policies[${index}]`;
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, POLICY_TYPES));
    if (value <= 0) errors.push(invalid(`${path}.value`, value, "must be greater than zero"));
    if (periodSeconds <= 0) errors.push(invalid(`${path}.periodSeconds`, periodSeconds, "must be greater than zero"));
    if (periodSeconds > MAX_PERIOD_SECONDS)
      errors.push(invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
  if (tolerance !== undefined && parseQuantity(tolerance).sign < 0) {
    errors.push(invalid(`${field}.tolerance`, parseQuantity(tolerance).toString(), "must be greater than or equal to 0"));
  }
  return errors;
}

export function validateHorizontalPodAutoscaler(object: HorizontalPodAutoscaler): FieldError[] {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = object.spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  if (maxReplicas < 1) errors.push(required("spec.maxReplicas", "must be set and greater than 0"));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  errors.push(
    // The target is looked up by group: only the core group's one scalable kind may go without.
    ...validateReference("spec.scaleTargetRef", scaleTargetRef, scaleTargetRef.kind !== "ReplicationController"),
    ...metrics.flatMap((metric, index) => validateMetric(`spec.metrics[${index}]`, metric)),
  );
  const measuresOutside = metrics.some((metric) => metric.type === "Object" || metric.type === "External");
  if (minReplicas === 0 && !measuresOutside) {
    errors.push(forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas"));
  }
  return [
    ...errors,
    ...validateRules("spec.behavior.scaleUp", behavior?.scaleUp),
    ...validateRules("spec.behavior.scaleDown", behavior?.scaleDown),
  ];
}
