/** Validation of jobs and cron jobs. Source: pkg/apis/batch/validation/validation.go. */
import { compileLabelSelector } from "../selector.js";
import type { CronJob, Job, JobSpec, PodFailurePolicyRule } from "../types/workloads.js";
import { scheduleMistake, isTimeZone } from "./cron-schedule.js";
import { duplicate, invalid, notSupported, required, tooMany, type FieldError, oneOf } from "./field-error.js";
import { isUsableSelector, nonNegative, shownLabels, shownSelector, validateLabelSelector, validateObjectMeta } from "./metadata.js";
import { dnsSubdomain } from "./names.js";
import { validatePodTemplate } from "./pod.js";
import { MISMATCH } from "./workloads.js";

const COMPLETION_MODES = ["NonIndexed", "Indexed"];
const CONCURRENCY_POLICIES = ["Allow", "Forbid", "Replace"];
const REPLACEMENT_POLICIES = ["Failed", "TerminatingOrFailed"];
const FAILURE_ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
/** Limits of jobs and their policies (batch/validation). */
const MAX_PARALLELISM_OF_INDEXED = 100_000;
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
/** A cron job's name, of which job names are made with 11 characters more. */
const MAX_CRON_JOB_NAME = 52;

function validateFailureRule(field: string, rule: PodFailurePolicyRule, spec: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { action, onExitCodes, onPodConditions = [] } = rule;
  errors.push(...oneOf(`${field}.action`, action, FAILURE_ACTIONS));
  if (action === "FailIndex" && spec.backoffLimitPerIndex === undefined) {
    errors.push(invalid(`${field}.action`, action, "requires the backoffLimitPerIndex to be set"));
  }
  if (onExitCodes !== undefined) {
    const path = `${field}.onExitCodes`;
    errors.push(...oneOf(`${path}.operator`, onExitCodes.operator, ["In", "NotIn"]));
    const names = [...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])].map((one) => one.name);
    if (onExitCodes.containerName !== undefined && !names.includes(onExitCodes.containerName)) {
      errors.push(
        invalid(
          `${path}.containerName`,
          onExitCodes.containerName,
          "must be one of the container or initContainer names in the pod template",
        ),
      );
    }
    const values = onExitCodes.values ?? [];
    if (values.length === 0) errors.push(invalid(`${path}.values`, values, "at least one value is required"));
    else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${path}.values`, values.length, MAX_EXIT_CODES));
    for (const [index, value] of values.entries()) {
      if (onExitCodes.operator === "In" && value === 0)
        errors.push(invalid(`${path}.values[${index}]`, value, "must not be 0 for the In operator"));
      if (values.indexOf(value) < index) errors.push(duplicate(`${path}.values[${index}]`, value));
      if (index > 0 && values[index - 1] > value) errors.push(invalid(`${path}.values`, values, "must be ordered"));
    }
  }
  for (const [index, pattern] of onPodConditions.entries()) {
    errors.push(...oneOf(`${field}.onPodConditions[${index}].status`, pattern.status, ["False", "True", "Unknown"]));
  }
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalid(field, rule, "specifying both OnExitCodes and OnPodConditions is not supported"));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalid(field, rule, "specifying one of OnExitCodes and OnPodConditions is required"));
  }
  return errors;
}

function validateSuccessPolicy(field: string, spec: JobSpec): FieldError[] {
  const { successPolicy } = spec;
  if (successPolicy === undefined) return [];
  if (spec.completionMode !== "Indexed") return [invalid(field, successPolicy, "requires indexed completion mode")];
  const rules = successPolicy.rules ?? [];
  if (rules.length === 0) return [required(`${field}.rules`, "at least one rules must be specified when the successPolicy is specified")];
  const errors = rules.length > MAX_RULES ? [tooMany(`${field}.rules`, rules.length, MAX_RULES)] : [];
  for (const [index, rule] of rules.entries()) {
    if (rule.succeededCount === undefined && rule.succeededIndexes === undefined) {
      errors.push(required(`${field}.rules[${index}]`, "at least one of succeededCount or succeededIndexes must be specified"));
    }
    errors.push(...nonNegative(`${field}.rules[${index}].succeededCount`, rule.succeededCount));
  }
  return errors;
}

function validateIndexing(field: string, spec: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { completionMode, completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completionMode !== undefined && !COMPLETION_MODES.includes(completionMode)) {
    errors.push(notSupported(`${field}.completionMode`, completionMode, COMPLETION_MODES));
  }
  if (completionMode === "Indexed") {
    if (completions === undefined) errors.push(required(`${field}.completions`, "when completion mode is Indexed"));
    if (parallelism !== undefined && parallelism > MAX_PARALLELISM_OF_INDEXED) {
      const detail = `must be less than or equal to ${MAX_PARALLELISM_OF_INDEXED} when completion mode is Indexed`;
      errors.push(invalid(`${field}.parallelism`, parallelism, detail));
    }
    if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
      errors.push(invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions"));
    }
    return errors;
  }
  if (backoffLimitPerIndex !== undefined)
    errors.push(invalid(`${field}.backoffLimitPerIndex`, backoffLimitPerIndex, "requires indexed completion mode"));
  if (maxFailedIndexes !== undefined)
    errors.push(invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, "requires indexed completion mode"));
  return errors;
}

function validateSpec(field: string, spec: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const counts = [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
  ] as const;
  for (const name of counts) errors.push(...nonNegative(`${field}.${name}`, spec[name]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${field}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  }
  errors.push(...validateIndexing(field, spec));
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > MAX_RULES) errors.push(tooMany(`${field}.podFailurePolicy.rules`, rules.length, MAX_RULES));
  for (const [index, rule] of rules.entries()) errors.push(...validateFailureRule(`${field}.podFailurePolicy.rules[${index}]`, rule, spec));
  errors.push(...validateSuccessPolicy(`${field}.successPolicy`, spec));
  const { podReplacementPolicy } = spec;
  if (podReplacementPolicy !== undefined) {
    // A failure policy looks at pods that have ended, so the replacement has to wait for that as well.
    const supported = spec.podFailurePolicy === undefined ? REPLACEMENT_POLICIES : ["Failed"];
    if (!supported.includes(podReplacementPolicy))
      errors.push(notSupported(`${field}.podReplacementPolicy`, podReplacementPolicy, supported));
  }
  errors.push(...validatePodTemplate(`${field}.template`, spec.template));
  const restartPolicy = spec.template?.spec?.restartPolicy;
  const path = `${field}.template.spec.restartPolicy`;
  if (restartPolicy !== "OnFailure" && restartPolicy !== "Never") errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== "Never") {
    errors.push(invalid(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
  return errors;
}

/** Labels that generated selectors rest on, newer and older names. */
const UID_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const NAME_LABELS = ["job-name", "batch.kubernetes.io/job-name"];

function validateGeneratedSelector(job: Job): FieldError[] {
  const { selector, manualSelector, template } = job.spec;
  if (manualSelector === true || selector === undefined) return [];
  const { uid = "" } = job.metadata;
  const name = (job.metadata.name as string | undefined) ?? "";
  const errors = uid === "" ? [required("metadata.uid")] : [];
  const expected: Record<string, string> = {};
  for (const label of UID_LABELS) expected[label] = uid;
  for (const label of NAME_LABELS) expected[label] = name;
  const labels = template?.metadata?.labels ?? {};
  for (const [label, value] of Object.entries(expected)) {
    if (labels[label] === undefined) errors.push(required(`spec.template.metadata.labels[${label}]`, `must be '${value}'`));
    else if (labels[label] !== value) errors.push(invalid(`spec.template.metadata.labels[${label}]`, labels, `must be '${value}'`));
  }
  if (isUsableSelector(selector) && !compileLabelSelector(selector)(expected))
    errors.push(invalid("spec.selector", shownSelector(selector), "`selector` not auto-generated"));
  return errors;
}

export function validateJob(job: Job): FieldError[] {
  const { selector, template } = job.spec;
  const errors = [...validateObjectMeta(job, true, dnsSubdomain), ...validateGeneratedSelector(job), ...validateSpec("spec", job.spec)];
  if (selector === undefined) errors.push(required("spec.selector"));
  else errors.push(...validateLabelSelector("spec.selector", selector));
  const labels = template?.metadata?.labels;
  if (isUsableSelector(selector) && !compileLabelSelector(selector)(labels))
    errors.push(invalid("spec.template.metadata.labels", shownLabels(labels), MISMATCH));
  return errors;
}

function validateTimeZone(field: string, zone: string | undefined): FieldError[] {
  if (zone === undefined) return [];
  if (zone === "") return [invalid(field, zone, "timeZone must be nil or non-empty string")];
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === "local") {
    errors.push(invalid(field, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
    if (zone === "Local") return errors;
  }
  return isTimeZone(zone) ? errors : [...errors, invalid(field, zone, `unknown time zone ${zone}`)];
}

function validateSchedule(field: string, { schedule }: CronJob["spec"]): FieldError[] {
  if (schedule === "") return [required(field)];
  const mistake = scheduleMistake(schedule);
  const errors = mistake === undefined ? [] : [invalid(field, schedule, mistake)];
  if (schedule.includes("TZ")) errors.push(invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  return errors;
}

export function validateCronJob(object: CronJob): FieldError[] {
  const { spec } = object;
  const errors = [
    ...validateObjectMeta(object, true, dnsSubdomain),
    ...validateSchedule("spec.schedule", spec),
    ...nonNegative("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds),
    ...validateTimeZone("spec.timeZone", spec.timeZone),
    ...oneOf("spec.concurrencyPolicy", spec.concurrencyPolicy, CONCURRENCY_POLICIES),
    ...validateSpec("spec.jobTemplate.spec", spec.jobTemplate?.spec ?? ({} as JobSpec)),
  ];
  const { selector, manualSelector } = spec.jobTemplate?.spec ?? {};
  if (selector !== undefined)
    errors.push(invalid("spec.jobTemplate.spec.selector", shownSelector(selector), "`selector` will be auto-generated"));
  if (manualSelector === true) errors.push(notSupported("spec.jobTemplate.spec.manualSelector", manualSelector, ["nil", "false"]));
  errors.push(
    ...nonNegative("spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit),
    ...nonNegative("spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit),
  );
  const { name } = object.metadata;
  if ((name ?? "").length > MAX_CRON_JOB_NAME)
    errors.push(invalid("metadata.name", name, `must be no more than ${MAX_CRON_JOB_NAME} characters`));
  return errors;
}
