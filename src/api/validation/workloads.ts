/** Validation of kinds that run pods without end. Source: pkg/apis/apps/validation, ValidateReplicationController. */
import { percentage } from "../int-or-string.js";
import { compileLabelSelector, compileLabelSet } from "../selector.js";
import type { IntOrString, Labels, LabelSelector } from "../types/meta.js";
import type { PodTemplateSpec } from "../types/pod.js";
import type { DaemonSet, Deployment, ReplicaSet, ReplicationController } from "../types/workloads.js";
import { forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { percentText } from "./names.js";
import { validatePodTemplate } from "./pod.js";
import { isEmptySelector, isUsableSelector, shownLabels, shownSelector, validateLabelSelector } from "./selectors.js";

/** A count or a percentage, neither negative (ValidatePositiveIntOrPercent). */
export function intOrPercent(field: string, value: IntOrString): FieldError[] {
  return typeof value === "string" ? check(field, value, percentText) : nonNegative(field, value);
}

export function atMostWhole(field: string, value: IntOrString): FieldError[] {
  return (percentage(value) ?? 0) > 100 ? [invalid(field, value, "must not be greater than 100%")] : [];
}

/** What counts where a value must not be nothing: a number in a text counts as well, though it is no percentage. */
export function amount(value: IntOrString | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  return percentage(value) ?? (/^[+-]?\d+$/.test(value) ? Number(value) : 0);
}

export const MISMATCH = "`selector` does not match template `labels`";

export function labelsOf(template: PodTemplateSpec | undefined): Labels | undefined {
  return template?.metadata?.labels;
}

/** The template's pods have to be the selector's, run for ever, and have no deadline of their own. */
function validateTemplate(field: string, template: PodTemplateSpec | undefined, matches: boolean, kind: string): FieldError[] {
  const errors = matches ? [] : [invalid(`${field}.metadata.labels`, shownLabels(labelsOf(template)), MISMATCH)];
  return [...errors, ...validatePodTemplate(field, template), ...runsForEver(field, template, kind)];
}

export function runsForEver(field: string, template: PodTemplateSpec | undefined, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== "Always") errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy ?? "", ["Always"]));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  }
  return errors;
}

export function validateSelector(field: string, selector: LabelSelector | undefined, kind: string): FieldError[] {
  if (selector === undefined) return [required(field)];
  const errors = validateLabelSelector(field, selector);
  return isEmptySelector(selector) ? [...errors, invalid(field, shownSelector(selector), `empty selector is invalid for ${kind}`)] : errors;
}

function validateSelected(spec: { selector?: LabelSelector; template?: PodTemplateSpec }): FieldError[] {
  const { selector, template } = spec;
  if (!isUsableSelector(selector)) return [invalid("spec.selector", shownSelector(selector), "invalid label selector")];
  const isEmpty = selector !== undefined && isEmptySelector(selector);
  return validateTemplate("spec.template", template, isEmpty || compileLabelSelector(selector)(labelsOf(template)), "ReplicaSet");
}

export function validateReplicationController(object: ReplicationController): FieldError[] {
  const { selector, replicas, minReadySeconds, template } = object.spec;
  const errors = nonNegative("spec.minReadySeconds", minReadySeconds);
  if (Object.keys(selector ?? {}).length === 0) errors.push(required("spec.selector"));
  errors.push(...nonNegative("spec.replicas", replicas));
  if (template === undefined) return [...errors, required("spec.template")];
  const matches = Object.keys(selector ?? {}).length === 0 || compileLabelSet(selector)(labelsOf(template));
  return [...errors, ...validateTemplate("spec.template", template, matches, "ReplicationController")];
}

export function validateReplicaSet(object: ReplicaSet): FieldError[] {
  const { spec } = object;
  return [
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...validateSelector("spec.selector", spec.selector, "deployment"),
    ...validateSelected(spec),
  ];
}

function validateStrategy(strategy: NonNullable<Deployment["spec"]["strategy"]>): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = "spec.strategy.rollingUpdate";
  if (type === "Recreate") {
    return rollingUpdate === undefined ? [] : [forbidden(field, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== "RollingUpdate") {
    const shown = { Type: type ?? "", RollingUpdate: internalRollingUpdate(rollingUpdate) };
    return [notSupported("spec.strategy", shown, ["Recreate", "RollingUpdate"])];
  }
  if (rollingUpdate === undefined) return [required(field, "this should be defaulted and never be nil")];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const errors = [...intOrPercent(`${field}.maxUnavailable`, maxUnavailable), ...intOrPercent(`${field}.maxSurge`, maxSurge)];
  if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0) {
    errors.push(invalid(`${field}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0"));
  }
  return [...errors, ...atMostWhole(`${field}.maxUnavailable`, maxUnavailable)];
}

/** A rolling update as the API server's own type shows it. */
function internalRollingUpdate(update: { readonly maxUnavailable?: IntOrString; readonly maxSurge?: IntOrString } | undefined): unknown {
  return update === undefined ? null : { MaxUnavailable: update.maxUnavailable ?? 0, MaxSurge: update.maxSurge ?? 0 };
}

export function validateDeployment(object: Deployment): FieldError[] {
  const { spec } = object;
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  const errors = [
    ...nonNegative("spec.replicas", spec.replicas),
    ...validateSelector("spec.selector", spec.selector, "deployment"),
    ...validateSelected(spec),
    ...validateStrategy(spec.strategy ?? {}),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
    ...nonNegative("spec.progressDeadlineSeconds", progressDeadlineSeconds),
  ];
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds) {
    errors.push(invalid("spec.progressDeadlineSeconds", progressDeadlineSeconds, "must be greater than minReadySeconds"));
  }
  return errors;
}

function validateDaemonSetStrategy(strategy: NonNullable<DaemonSet["spec"]["updateStrategy"]>): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = "spec.updateStrategy.rollingUpdate";
  if (type === "OnDelete") return [];
  if (type !== "RollingUpdate") {
    const shown = { Type: type ?? "", RollingUpdate: internalRollingUpdate(rollingUpdate) };
    return [notSupported("spec.updateStrategy", shown, ["RollingUpdate", "OnDelete"])];
  }
  if (rollingUpdate === undefined) return [required(field)];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const errors = [
    ...intOrPercent(`${field}.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${field}.maxSurge`, maxSurge),
    ...atMostWhole(`${field}.maxUnavailable`, maxUnavailable),
    ...atMostWhole(`${field}.maxSurge`, maxSurge),
  ];
  const hasUnavailable = amount(maxUnavailable) !== 0;
  const hasSurge = amount(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) errors.push(invalid(`${field}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (!hasUnavailable && !hasSurge) errors.push(required(`${field}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  return errors;
}

export function validateDaemonSet(object: DaemonSet): FieldError[] {
  const { selector, template, minReadySeconds, updateStrategy, revisionHistoryLimit } = object.spec;
  const errors = validateLabelSelector("spec.selector", selector);
  if (isUsableSelector(selector) && !compileLabelSelector(selector)(labelsOf(template))) {
    errors.push(invalid("spec.template.metadata.labels", shownLabels(labelsOf(template)), MISMATCH));
  }
  if (selector !== undefined && isEmptySelector(selector))
    errors.push(invalid("spec.selector", shownSelector(selector), "empty selector is invalid for daemonset"));
  return [
    ...errors,
    ...validatePodTemplate("spec.template", template),
    ...runsForEver("spec.template", template, "DaemonSet"),
    ...nonNegative("spec.minReadySeconds", minReadySeconds),
    ...validateDaemonSetStrategy(updateStrategy ?? {}),
    ...nonNegative("spec.revisionHistoryLimit", revisionHistoryLimit),
  ];
}
