/** What may change in a pod. Source: ValidatePodUpdate in pkg/apis/core/validation/validation.go. */
import { indentedJson } from "../go-json.js";
import { internalForm } from "../internal-form.js";
import type { NodeSelectorTerm } from "../types/node.js";
import type { Container, Pod, PodSpec } from "../types/pod.js";
import { unifiedDiff } from "../unified-diff.js";
import { forbidden, invalid, required, type FieldError } from "./field-error.js";
import { inclusiveRange } from "./names.js";
import { validateLivingPod } from "./pod.js";
import { semanticallyEqual } from "./sameness.js";
import { shownLabels } from "./selectors.js";
import { validateTolerations } from "./scheduling.js";

const POD_UPDATE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
const MAX_INT32 = 2 ** 31 - 1;
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

function withImages(
  containers: PodSpec["containers"] | undefined,
  old: PodSpec["containers"] | undefined,
): PodSpec["containers"] | undefined {
  return containers?.map((container, index) => ({ ...container, image: old?.[index]?.image }));
}

/** A deadline may only be set or shortened; undefined where what follows is not looked at any more. */
function validateDeadline(spec: PodSpec, old: PodSpec): { readonly errors: FieldError[]; readonly stops: boolean } {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: next } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (next === undefined) {
    return {
      errors: before === undefined ? [] : [invalid(field, null, "must not update from a positive integer to nil value")],
      stops: false,
    };
  }
  if (next < 0 || next > MAX_INT32) return { errors: [invalid(field, next, inclusiveRange(0, MAX_INT32))], stops: true };
  const isLonger = before !== undefined && before < next;
  return { errors: isLonger ? [invalid(field, next, "must be less than or equal to previous value")] : [], stops: isLonger };
}

function validateImages(field: string, containers: readonly Container[]): FieldError[] {
  return containers.flatMap(({ image = "" }, index) => [
    ...(image === "" ? [required(`${field}[${index}].image`)] : []),
    ...(image === image.trim() ? [] : [invalid(`${field}[${index}].image`, image, "must not have leading or trailing whitespace")]),
  ]);
}

function validateTolerationChange({ tolerations = [] }: PodSpec, old: PodSpec): FieldError[] {
  const field = "spec.tolerations";
  const lost = (old.tolerations ?? []).some(
    (one) => !tolerations.some((other) => semanticallyEqual({ ...one, tolerationSeconds: other.tolerationSeconds }, other)),
  );
  return lost
    ? [forbidden(field, "existing toleration can not be modified except its tolerationSeconds")]
    : validateTolerations(field, tolerations);
}

function validateGateChange({ schedulingGates = [] }: PodSpec, old: PodSpec): FieldError[] {
  return schedulingGates.flatMap(({ name }, index) =>
    (old.schedulingGates ?? []).some((one) => one.name === name)
      ? []
      : [forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** While a pod is gated its node selector may grow. */
function validateNodeSelectorChange({ nodeSelector = {} }: PodSpec, old: PodSpec): FieldError[] {
  const lost = Object.entries(old.nodeSelector ?? {}).some(([key, value]) => nodeSelector[key] !== value);
  const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
  return lost ? [invalid("spec.nodeSelector", shownLabels(nodeSelector), detail)] : [];
}

function hasOnlyAdditions(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  const { matchExpressions: expressions = [], matchFields: fields = [] } = old;
  if (expressions.length + fields.length === 0) return matchExpressions.length + matchFields.length === 0;
  return (
    semanticallyEqual(matchExpressions.slice(0, expressions.length), expressions) &&
    semanticallyEqual(matchFields.slice(0, fields.length), fields)
  );
}

/** While a pod is gated the terms of its node affinity may become stricter. */
function validateNodeAffinityChange(spec: PodSpec, old: PodSpec): FieldError[] {
  const before = old.affinity?.nodeAffinity;
  if (before === undefined) return [];
  const field = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const oldTerms = before.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const shown = (term: NodeSelectorTerm) => internalForm("NodeSelectorTerm", term);
  if (oldTerms.length > 0 && oldTerms.length !== terms.length) {
    return [
      invalid(
        field,
        terms.length === 0 ? null : terms.map(shown),
        "no additions/deletions to non-empty NodeSelectorTerms list are allowed",
      ),
    ];
  }
  return oldTerms.flatMap((term, index) =>
    hasOnlyAdditions(terms[index], term)
      ? []
      : [invalid(`${field}[${index}]`, shown(terms[index]), "only additions are allowed (no mutations or deletions)")],
  );
}

function shownSpec(spec: PodSpec): string {
  return indentedJson(internalForm("PodSpec", spec));
}

/** The spec with everything that may change as it was before. */
function munged(spec: PodSpec, old: PodSpec): PodSpec {
  const isGated = (old.schedulingGates ?? []).length > 0;
  const nodeAffinity = old.affinity?.nodeAffinity;
  const affinity = spec.affinity === undefined && nodeAffinity === undefined ? undefined : { ...spec.affinity, nodeAffinity };
  const becomesOne = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  return {
    ...spec,
    containers: withImages(spec.containers, old.containers) ?? [],
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(becomesOne && { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }),
    ...(isGated && { nodeSelector: old.nodeSelector, affinity }),
  };
}

function validateSpecChange(spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ["containers", "initContainers"] as const) {
    if ((spec[name] ?? []).length !== (old[name] ?? []).length) {
      return [...errors, forbidden(`spec.${name}`, "pod updates may not add or remove containers")];
    }
    errors.push(...validateImages(`spec.${name}`, spec[name] ?? []));
  }
  const deadline = validateDeadline(spec, old);
  errors.push(...deadline.errors);
  if (deadline.stops) return errors;
  errors.push(...validateTolerationChange(spec, old), ...validateGateChange(spec, old));
  if (semanticallyEqual(spec, old)) return errors;
  if ((old.schedulingGates ?? []).length > 0)
    errors.push(...validateNodeSelectorChange(spec, old), ...validateNodeAffinityChange(spec, old));
  const rest = munged(spec, old);
  if (!semanticallyEqual(rest, old)) errors.push(forbidden("spec", `${POD_UPDATE}\n${unifiedDiff(shownSpec(old), shownSpec(rest))}`));
  return errors;
}

function validateAnnotationChange(pod: Pod, old: Pod): FieldError[] {
  const mark = `metadata.annotations[${MIRROR_ANNOTATION}]`;
  const [next, before] = [pod.metadata.annotations?.[MIRROR_ANNOTATION], old.metadata.annotations?.[MIRROR_ANNOTATION]];
  if (next === before) return [];
  return [forbidden(mark, before === undefined ? "may not add mirror pod annotation" : "may not remove or update mirror pod annotation")];
}

/** What is wrong with a pod's change beyond its metadata; the spec is looked at where it changed. */
export function validatePodChange(pod: Pod, old: Pod): FieldError[] {
  const errors = [...validateLivingPod(pod), ...validateAnnotationChange(pod, old)];
  return pod.spec === old.spec ? errors : [...errors, ...validateSpecChange(pod.spec, old.spec)];
}
