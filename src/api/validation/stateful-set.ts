/** Validation of StatefulSets. Source: pkg/apis/apps/validation/validation.go. */
import { compileLabelSelector } from "../selector.js";
import type { PodTemplateSpec, Volume } from "../types/pod.js";
import type { StatefulSet } from "../types/workloads.js";
import { invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { dnsLabel } from "./names.js";
import { validatePodTemplate } from "./pod.js";
import { isEmptySelector, isUsableSelector, shownLabels, shownSelector } from "./selectors.js";
import { amount, atMostWhole, intOrPercent, labelsOf, MISMATCH, runsForEver, validateSelector } from "./workloads.js";

const MANAGEMENT_POLICIES = ["OrderedReady", "Parallel"];
const RETENTION_POLICIES = ["Delete", "Retain"];

function validateStatefulSetStrategy(strategy: NonNullable<StatefulSet["spec"]["updateStrategy"]>): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = "spec.updateStrategy";
  if (type === undefined) return [required(field)];
  // The API server's own type is shown, with Go's names.
  const shown =
    rollingUpdate === undefined ? null : { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null };
  if (type === "OnDelete")
    return shown === null ? [] : [invalid(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  if (type !== "RollingUpdate") return [invalid(field, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  const errors = nonNegative(`${field}.rollingUpdate.partition`, rollingUpdate?.partition);
  const limit = rollingUpdate?.maxUnavailable;
  if (limit === undefined) return errors;
  const path = `${field}.rollingUpdate.maxUnavailable`;
  errors.push(...intOrPercent(path, limit));
  if (amount(limit) === 0) errors.push(invalid(path, limit, "cannot be 0"));
  return [...errors, ...atMostWhole(path, limit)];
}

const withClaims = new WeakMap<StatefulSet["spec"], PodTemplateSpec>();

/** The template as pods are made of it: claims are volumes of theirs. */
function templateWithClaims(spec: StatefulSet["spec"]): PodTemplateSpec {
  const known = withClaims.get(spec);
  if (known !== undefined) return known;
  const made = claimsAdded(spec);
  withClaims.set(spec, made);
  return made;
}

function claimsAdded({ template, volumeClaimTemplates = [] }: StatefulSet["spec"]): PodTemplateSpec {
  if (volumeClaimTemplates.length === 0) return template;
  const claimed = volumeClaimTemplates.map(({ metadata }): Volume => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: metadata.name },
  }));
  const others = (template.spec.volumes ?? []).filter(({ name }) => !claimed.some((one) => one.name === name));
  return { ...template, spec: { ...template.spec, volumes: [...others, ...claimed] } };
}

/** A mistake of the template that was there before does not keep an update from other things. */
function validateTemplate(spec: StatefulSet["spec"], old: StatefulSet["spec"] | undefined): FieldError[] {
  const errors = (one: StatefulSet["spec"]): FieldError[] =>
    validatePodTemplate("spec.template", (one.template as PodTemplateSpec | undefined) && templateWithClaims(one));
  return old !== undefined && errors(old).length > 0 ? [] : errors(spec);
}

/** @param old what is changed; absent of a new object */
export function validateStatefulSetSpec({ spec }: StatefulSet, old?: StatefulSet): FieldError[] {
  const { podManagementPolicy, selector, template, persistentVolumeClaimRetentionPolicy: retention, serviceName = "" } = spec;
  const errors: FieldError[] = [];
  if (podManagementPolicy === undefined) errors.push(required("spec.podManagementPolicy"));
  else if (!MANAGEMENT_POLICIES.includes(podManagementPolicy)) {
    errors.push(invalid("spec.podManagementPolicy", podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...validateStatefulSetStrategy(spec.updateStrategy ?? {}));
  for (const name of ["whenDeleted", "whenScaled"] as const) {
    const policy = retention?.[name];
    if (policy !== undefined && !RETENTION_POLICIES.includes(policy)) {
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${name}`, policy, RETENTION_POLICIES));
    }
  }
  errors.push(
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.ordinals.start", spec.ordinals?.start),
    ...(old === undefined && serviceName !== "" ? check("spec.serviceName", serviceName, dnsLabel) : []),
    ...validateSelector("spec.selector", selector, "statefulset"),
  );
  if (!isUsableSelector(selector)) errors.push(invalid("spec.selector", shownSelector(selector), ""));
  else {
    const isEmpty = selector !== undefined && isEmptySelector(selector);
    if (!isEmpty && !compileLabelSelector(selector)(labelsOf(template))) {
      errors.push(invalid("spec.template.metadata.labels", shownLabels(labelsOf(template)), MISMATCH));
    }
    errors.push(...validateTemplate(spec, old?.spec));
  }
  return [...errors, ...runsForEver("spec.template", template, "StatefulSet")];
}

export function validateStatefulSet(object: StatefulSet): FieldError[] {
  return validateStatefulSetSpec(object);
}
