/**
 * How a CronJob starts the run that is due.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ and kubernetes
 * pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob), utils.go (getJobFromTemplate2).
 */
import { formatTimestamp } from "../../../api/duration.js";
import { isTimeZone } from "../../../api/time-zone-name.js";
import type { CronJob, Job, Timestamp } from "../../../api/types/index.js";
import { controllerOf, controllerReference } from "../owner-references.js";
import { namespaceIsTerminating, referenceTo } from "../pod-control.js";
import { ApiError, RetryLater, type Task } from "../task.js";
import type { CronJobCalls } from "./cron-job-calls.js";
import { isListed, type CronJobSync } from "./cron-job-sync.js";
import { parseSchedule, ScheduleError, type CronSchedule } from "./cron-schedule.js";
import { formatSchedule, isTooLate, jobName, missedRuns, NoMomentsError, TOO_MANY_MISSED_TIMES, untilNextRun } from "./due-run.js";
import { TimeZone } from "./time-zone.js";

const SCHEDULED_TIME_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** The schedule of a CronJob that may start runs; undefined where it may not. */
export function scheduleOf(calls: CronJobCalls, cronJob: CronJob): CronSchedule | undefined {
  const { timeZone, suspend, schedule } = cronJob.spec;
  if (cronJob.metadata.deletionTimestamp !== undefined) return undefined;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    calls.warn(cronJob, "UnknownTimeZone", `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`);
    return undefined;
  }
  if (suspend === true) return undefined;
  try {
    return parseSchedule(formatSchedule(cronJob));
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    calls.warn(cronJob, "UnparseableSchedule", `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`);
    return undefined;
  }
}

function dueRun(calls: CronJobCalls, cronJob: CronJob, schedule: CronSchedule, now: Timestamp): Timestamp | "never" | undefined {
  try {
    const { mostRecent, missed } = missedRuns(cronJob, schedule, now, true);
    if (mostRecent !== undefined && missed === "many") {
      calls.warn(cronJob, TOO_MANY_MISSED_TIMES.reason, TOO_MANY_MISSED_TIMES.message);
    }
    return mostRecent;
  } catch (error) {
    if (!(error instanceof NoMomentsError)) throw error;
    calls.warn(cronJob, "InvalidSchedule", `invalid schedule: ${cronJob.spec.schedule} : ${error.message}`);
    return "never";
  }
}

/** Starts the run that is due, if one is. Returns the microseconds until the next look, undefined where nothing is to come. */
export function* startDueRun(calls: CronJobCalls, sync: CronJobSync, now: Timestamp): Task<number | undefined> {
  const { cached } = sync;
  const schedule = scheduleOf(calls, cached);
  if (schedule === undefined) return undefined;
  const current = (): CronJob => ({ ...cached, status: sync.status });
  const run = dueRun(calls, current(), schedule, now);
  if (run === "never") return undefined;
  if (run !== undefined && mayStart(calls, sync, run, now)) {
    if (cached.spec.concurrencyPolicy === "Replace") yield* replaceActive(calls, sync);
    const job = yield* createJob(calls, sync, jobName(cached, run), run);
    if (job === undefined) return undefined;
    sync.status.active = [...(sync.status.active ?? []), referenceTo(job)];
    sync.status.lastScheduleTime = run;
    sync.changed = true;
  }
  return untilNextRun(current(), schedule, now);
}

function mayStart(calls: CronJobCalls, { cached, status }: CronJobSync, run: Timestamp, now: Timestamp): boolean {
  if (isTooLate(cached, run, now)) {
    const time = new Date(run / 1_000).toUTCString().replace("GMT", "+0000");
    calls.warn(cached, "MissSchedule", `Missed scheduled time to start a job: ${time}`);
    return false;
  }
  const { active = [], lastScheduleTime } = status;
  const name = jobName(cached, run);
  if (active.some((reference) => reference.name === name) || lastScheduleTime === run) return false;
  if (cached.spec.concurrencyPolicy !== "Forbid" || active.length === 0) return true;
  calls.note(cached, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
  return false;
}

function* replaceActive(calls: CronJobCalls, sync: CronJobSync): Task<void> {
  for (const { name } of sync.status.active ?? []) {
    let job: Job;
    try {
      job = yield* calls.getJob(sync.cached, name);
    } catch (error) {
      if (error instanceof ApiError) calls.warn(sync.cached, "FailedGet", `Get job: ${error.message}`);
      throw error;
    }
    if (!(yield* calls.deleteJob(sync, job))) throw new RetryLater(`could not replace job ${job.metadata.namespace}/${name}`);
  }
}

/** The Job of a run; undefined where it was there already and is either in the list or another's. */
function* createJob(calls: CronJobCalls, sync: CronJobSync, name: string, run: Timestamp): Task<Job | undefined> {
  const { cached } = sync;
  const { metadata, spec } = cached.spec.jobTemplate;
  const wished: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cached.metadata.namespace!,
      ...(metadata?.labels !== undefined && { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_TIME_ANNOTATION]: scheduledTime(cached, run) },
      ownerReferences: [controllerReference(cached)],
    },
    spec,
  };
  try {
    const created = yield* calls.api.create<"Job">(wished);
    calls.note(cached, "SuccessfulCreate", `Created job ${name}`);
    return created;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status.reason === "AlreadyExists") {
      const present = yield* calls.getJob(cached, name);
      return controllerOf(present)?.uid === cached.metadata.uid && !isListed(sync, present.metadata.uid) ? present : undefined;
    }
    if (!namespaceIsTerminating(error)) calls.warn(cached, "FailedCreate", `Error creating job: ${error.message}`);
    throw error;
  }
}

/** The time of a run in the CronJob's own zone, as RFC 3339 has it. */
export function scheduledTime({ spec }: CronJob, run: Timestamp): string {
  if (spec.timeZone === undefined || !isTimeZone(spec.timeZone)) return formatTimestamp(run);
  const zone = TimeZone.named(spec.timeZone);
  const minutes = Math.round(zone.offset(run) / 60_000_000);
  if (minutes === 0) return formatTimestamp(run);
  const two = (value: number): string => String(value).padStart(2, "0");
  const magnitude = Math.abs(minutes);
  return formatTimestamp(zone.localTime(run)).replace(
    "Z",
    `${minutes < 0 ? "-" : "+"}${two(Math.floor(magnitude / 60))}:${two(magnitude % 60)}`,
  );
}
