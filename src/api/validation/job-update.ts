/** What may change in a job. Source: ValidateJobSpecUpdate in pkg/apis/batch/validation/validation.go, and the job's registry. */
import { internalForm } from "../internal-form.js";
import type { Job } from "../types/workloads.js";
import { invalid, type FieldError } from "./field-error.js";
import { validateJobSpec } from "./batch.js";
import { immutable, semanticallyEqual } from "./sameness.js";
import { shownLabels, shownSelector } from "./selectors.js";

/** An indexed job may be resized, if its parallelism goes with it. */
function validateCompletions({ completions, parallelism, completionMode }: Job["spec"], old: Job["spec"]): FieldError[] {
  if (completionMode !== "Indexed") return immutable("spec.completions", completions, old.completions, completions ?? null);
  if (completions === undefined || completions === old.completions || completions === parallelism) return [];
  return [invalid("spec.completions", completions, "can only be modified in tandem with spec.parallelism")];
}

/** While a job is suspended and has not started, what steers its pods' place may change. */
function validateTemplateChange(job: Job, old: Job): FieldError[] {
  const { template } = job.spec;
  if (template === old.spec.template) return [];
  const mayMove = old.spec.suspend === true && old.status?.startTime === undefined;
  const { nodeSelector, tolerations, schedulingGates, affinity } = template.spec;
  const oldSpec = old.spec.template.spec;
  const nodeAffinity = affinity?.nodeAffinity;
  const movedAffinity = nodeAffinity === undefined ? oldSpec.affinity : { ...oldSpec.affinity, nodeAffinity };
  const expected = mayMove ? { ...oldSpec, nodeSelector, tolerations, schedulingGates, affinity: movedAffinity } : oldSpec;
  if (!semanticallyEqual(template.spec, expected)) {
    return [invalid("spec.template.spec", internalForm("PodSpec", template.spec), "field is immutable")];
  }
  if (mayMove || semanticallyEqual(template.metadata, old.spec.template.metadata)) return [];
  const { labels, annotations } = template.metadata ?? {};
  const shown = { labels: shownLabels(labels), annotations: shownLabels(annotations), Spec: internalForm("PodSpec", template.spec) };
  return [invalid("spec.template", shown, "field is immutable")];
}

/** Policies are shown as the API server's own types, with Go's names. */
function shownValue(name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  return internalForm(name === "podFailurePolicy" ? "PodFailurePolicy" : "SuccessPolicy", value);
}

export function validateJobChange(job: Job, old: Job): FieldError[] {
  const { spec } = job;
  const fixed = (name: "completionMode" | "podFailurePolicy" | "backoffLimitPerIndex" | "managedBy" | "successPolicy"): FieldError[] => {
    const value = (spec as unknown as Readonly<Record<string, unknown>>)[name];
    return immutable(`spec.${name}`, value, (old.spec as unknown as Readonly<Record<string, unknown>>)[name], shownValue(name, value));
  };
  return [
    ...validateJobSpec(job),
    ...validateCompletions(spec, old.spec),
    ...immutable("spec.selector", spec.selector, old.spec.selector, shownSelector(spec.selector)),
    ...validateTemplateChange(job, old),
    ...fixed("completionMode"),
    ...fixed("podFailurePolicy"),
    ...fixed("backoffLimitPerIndex"),
    ...fixed("managedBy"),
    ...fixed("successPolicy"),
  ];
}
