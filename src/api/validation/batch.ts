/** Validation of jobs and cron jobs. Source: pkg/apis/batch/validation/validation.go. */
import { compileLabelSelector } from "../selector.js";
import { isTimeZone } from "../time-zone-name.js";
import type { CronJob, Job, JobSpec } from "../types/workloads.js";
import { scheduleMistake } from "./cron-schedule.js";
import { domainPrefixedPath } from "./domain-path.js";
import { invalid, notSupported, required, tooLong, type FieldError, oneOf } from "./field-error.js";
import { nonNegative } from "./metadata.js";
import { dnsLabel } from "./names.js";
import { validatePodTemplate } from "./pod.js";
import { validatePodFailurePolicy } from "./pod-failure-policy.js";
import { isUsableSelector, shownLabels, shownSelector, validateLabelSelector } from "./selectors.js";
import { validateSuccessPolicy } from "./success-policy.js";
import { MISMATCH } from "./workloads.js";

const COMPLETION_MODES = ["NonIndexed", "Indexed"];
const CONCURRENCY_POLICIES = ["Allow", "Forbid", "Replace"];
const JOB_RESTART_POLICIES = ["OnFailure", "Never"];
const REPLACEMENT_POLICIES = ["Failed", "TerminatingOrFailed"];
/** Limits of indexed jobs (batch/validation). */
const MAX_PARALLELISM_OF_INDEXED = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const SOFT_LIMIT_OF_COMPLETIONS = 100_000;
/** Limits of parallelism and failed indexes where there are more completions than that, and each index has a back-off of its own. */
const LIMIT_OF_MANY = 10_000;
const MAX_MANAGED_BY = 63;
/** A cron job's name, of which job names are made with 11 characters more. */
const MAX_CRON_JOB_NAME = 52;

/** Who steers the job in place of the job controller: a domain and a path. */
function validateManagedBy(field: string, value: string | undefined): FieldError[] {
  if (value === undefined) return [];
  const errors = domainPrefixedPath(field, value);
  return value.length > MAX_MANAGED_BY ? [...errors, tooLong(field, MAX_MANAGED_BY)] : errors;
}

function validateIndexing(field: string, spec: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { completionMode, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completionMode !== undefined && !COMPLETION_MODES.includes(completionMode)) {
    errors.push(notSupported(`${field}.completionMode`, completionMode, COMPLETION_MODES));
  }
  if (completionMode === "Indexed") return [...errors, ...validateIndexed(field, spec)];
  // Of a mode that is unknown nothing more is said.
  if (completionMode !== undefined && completionMode !== "NonIndexed") return errors;
  if (backoffLimitPerIndex !== undefined)
    errors.push(invalid(`${field}.backoffLimitPerIndex`, backoffLimitPerIndex, "requires indexed completion mode"));
  if (maxFailedIndexes !== undefined)
    errors.push(invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, "requires indexed completion mode"));
  return errors;
}

function validateIndexed(field: string, spec: JobSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const atMost = (name: "parallelism" | "maxFailedIndexes", bound: number, circumstances: string): void => {
    const value = spec[name];
    if (value !== undefined && value > bound)
      errors.push(invalid(`${field}.${name}`, value, `must be less than or equal to ${bound}${circumstances}`));
  };
  if (completions === undefined) errors.push(required(`${field}.completions`, "when completion mode is Indexed"));
  atMost("parallelism", MAX_PARALLELISM_OF_INDEXED, " when completion mode is Indexed");
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
    errors.push(invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions"));
  }
  atMost("maxFailedIndexes", MAX_FAILED_INDEXES, "");
  if (completions === undefined || completions <= SOFT_LIMIT_OF_COMPLETIONS || backoffLimitPerIndex === undefined) return errors;
  const many = ` when completions are above ${SOFT_LIMIT_OF_COMPLETIONS} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined)
    errors.push(required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${SOFT_LIMIT_OF_COMPLETIONS}`));
  if (parallelism !== undefined) atMost("parallelism", LIMIT_OF_MANY, many);
  atMost("maxFailedIndexes", LIMIT_OF_MANY, many);
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
  errors.push(
    ...validateManagedBy(`${field}.managedBy`, (spec as JobSpec & { readonly managedBy?: string }).managedBy),
    ...validateIndexing(field, spec),
    ...validatePodFailurePolicy(`${field}.podFailurePolicy`, spec),
    ...validateSuccessPolicy(`${field}.successPolicy`, spec),
  );
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
  if (restartPolicy === undefined || restartPolicy === "Always") errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (!JOB_RESTART_POLICIES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, JOB_RESTART_POLICIES));
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

/** All but what is generated and the name (ValidateJobSpec). */
export function validateJobSpec(job: Job): FieldError[] {
  const { selector, template } = job.spec;
  const errors = validateSpec("spec", job.spec);
  if (selector === undefined) errors.push(required("spec.selector"));
  else errors.push(...validateLabelSelector("spec.selector", selector));
  const labels = template?.metadata?.labels;
  if (isUsableSelector(selector) && !compileLabelSelector(selector)(labels))
    errors.push(invalid("spec.template.metadata.labels", shownLabels(labels), MISMATCH));
  return errors;
}

/** Pods of an indexed job have its name and their index as their host name. */
function validateHostNames({ metadata: { name }, spec: { completionMode, completions = 0 } }: Job): FieldError[] {
  if (completionMode !== "Indexed" || completions <= 0) return [];
  const longest = `${name}-${completions - 1}`;
  if (dnsLabel(longest).length === 0) return [];
  return [invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`)];
}

export function validateJob(job: Job): FieldError[] {
  return [...validateGeneratedSelector(job), ...validateJobSpec(job), ...validateHostNames(job)];
}

/** A part of a zone's name (validTimeZoneCharacters). */
const ZONE_PART = /^[A-Za-z._0-9+][A-Za-z.\-_0-9+]{0,13}$/;

function validateTimeZone(field: string, zone: string | undefined): FieldError[] {
  if (zone === undefined) return [];
  if (zone === "") return [invalid(field, zone, "timeZone must be nil or non-empty string")];
  const unknown = invalid(field, zone, `unknown time zone ${zone}`);
  if (zone.split("/").some((part) => part === "." || part === ".." || !ZONE_PART.test(part))) return [unknown];
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === "local") {
    errors.push(invalid(field, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
    if (zone === "Local") return errors;
  }
  return isTimeZone(zone) ? errors : [...errors, unknown];
}

/** A schedule that had a zone in itself may go on having one, if there is none beside it. */
function validateSchedule(field: string, { schedule, timeZone }: CronJob["spec"], old: CronJob["spec"] | undefined): FieldError[] {
  if (schedule === "") return [required(field)];
  const mistake = scheduleMistake(schedule);
  const errors = mistake === undefined ? [] : [invalid(field, schedule, mistake)];
  if (!schedule.includes("TZ")) return errors;
  if (old?.schedule.includes("TZ") !== true)
    errors.push(invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  else if (timeZone !== undefined) errors.push(invalid(field, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  return errors;
}

/**
 * All but the name, which is looked at only when the cron job is made.
 *
 * @param old what is changed; absent of a new cron job
 */
export function validateCronJobSpec(object: CronJob, old?: CronJob): FieldError[] {
  const { spec } = object;
  const isSameZone = old !== undefined && old.spec.timeZone === spec.timeZone;
  const errors = [
    ...validateSchedule("spec.schedule", spec, old?.spec),
    ...nonNegative("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds),
    ...(isSameZone ? [] : validateTimeZone("spec.timeZone", spec.timeZone)),
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
  return errors;
}

export function validateCronJob(object: CronJob): FieldError[] {
  const { name } = object.metadata;
  const errors = validateCronJobSpec(object);
  if ((name ?? "").length > MAX_CRON_JOB_NAME)
    errors.push(invalid("metadata.name", name, `must be no more than ${MAX_CRON_JOB_NAME} characters`));
  return errors;
}
