/**
 * The CronJob controller: makes a Job for each time of a schedule.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ and kubernetes
 * pkg/controller/cronjob/cronjob_controllerv2.go.
 */
import { formatTimestamp } from "../../../api/duration.js";
import { objectKey } from "../../../api/kinds.js";
import type { CronJob, Job, ObjectReference, Timestamp } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isFinished } from "../job/job-outcome.js";
import { BY_OWNER, controlledBy, controllerOf, controllerReference, ownerUids } from "../owner-references.js";
import { namespaceIsTerminating, referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { parseSchedule, ScheduleError, type CronSchedule } from "./cron-schedule.js";
import { formatSchedule, isKnownZone, isTooLate, jobName, missedRuns, NoMomentsError, TOO_MANY_MISSED_TIMES, untilNextRun } from "./due-run.js";
import { TimeZone } from "./time-zone.js";

const ACCOUNT = "cronjob-controller";
const SCHEDULED_TIME_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/** Ended Jobs that are kept where the manifest does not say. Source: batch/v1 defaulting of cron jobs. */
const DEFAULT_SUCCESSFUL_HISTORY = 3;
const DEFAULT_FAILED_HISTORY = 1;

type CronJobStatus = NonNullable<CronJob["status"]>;
type Draft = { -readonly [Field in keyof CronJobStatus]: CronJobStatus[Field] };

class CronJobController {
  private readonly calls: ApiCalls;
  private readonly cronJobs: Informer<CronJob>;
  private readonly jobs: Informer<Job>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentCronJobSyncs, sync: (key) => this.sync(key) });
    this.cronJobs = context.informer("CronJob");
    this.jobs = context.informer("Job");
    this.jobs.addIndex(BY_OWNER, ownerUids);
    this.cronJobs.addHandlers({
      added: (cronJob) => this.queue.add(objectKey(cronJob)),
      updated: (_, cronJob) => this.queue.add(objectKey(cronJob)),
    });
    this.jobs.addHandlers({
      added: (job) => this.jobChanged(job),
      updated: (_, job) => this.jobChanged(job),
      deleted: (job) => this.jobChanged(job),
    });
  }

  private jobChanged(job: Job): void {
    const controller = controllerOf(job);
    if (controller?.kind === "CronJob") this.queue.add(`${job.metadata.namespace}/${controller.name}`);
  }

  private *sync(key: string): Task<void> {
    const cronJob = this.cronJobs.get(key);
    if (cronJob === undefined) return;
    const jobs = [...controlledBy(this.jobs, cronJob.metadata.uid!)];
    const status: Draft = { ...cronJob.status };
    yield* this.settleActive(cronJob, jobs, status);
    let wait: number | undefined;
    let error: ApiError | undefined;
    try {
      wait = yield* this.startDueRun(cronJob, status);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      error = caught;
    }
    yield* this.cleanUpFinished(cronJob, jobs, status);
    if (!sameValue(cronJob.status ?? {}, status)) yield* this.calls.updateStatus<"CronJob">({ ...cronJob, status });
    if (error !== undefined) throw error;
    if (wait !== undefined) this.queue.addAfter(key, wait);
  }

  private warn(cronJob: CronJob, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(cronJob), "Warning", reason, message);
  }

  private note(cronJob: CronJob, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(cronJob), "Normal", reason, message);
  }

  /** Brings the list of active Jobs in line with the Jobs. */
  private *settleActive(cronJob: CronJob, jobs: readonly Job[], status: Draft): Task<void> {
    let active: readonly ObjectReference[] = status.active ?? [];
    for (const job of jobs) {
      let listed = active.some(({ uid }) => uid === job.metadata.uid);
      if (!listed && !isFinished(job)) {
        // The Job may be in the list that was written last and that the cache does not show yet.
        const latest = yield* unless(["NotFound"], this.calls.get<"CronJob">(targetOf<"CronJob">(cronJob)));
        active = latest?.status?.active ?? active;
        listed = active.some(({ uid }) => uid === job.metadata.uid);
      }
      if (!listed && !isFinished(job))
        this.warn(cronJob, "UnexpectedJob", `Saw a job that the controller did not create or forgot: ${job.metadata.name}`);
      if (!isFinished(job)) continue;
      const ended = job.status!.conditions!.find(
        ({ type, status: state }) => (type === "Complete" || type === "Failed") && state === "True",
      )!;
      if (listed) {
        active = active.filter(({ uid }) => uid !== job.metadata.uid);
        this.note(cronJob, "SawCompletedJob", `Saw completed job: ${job.metadata.name}, condition: ${ended.type}`);
      }
      const completed = ended.type === "Complete" ? job.status?.completionTime : undefined;
      if (completed !== undefined && completed > (status.lastSuccessfulTime ?? 0)) status.lastSuccessfulTime = completed;
    }
    for (const reference of active) {
      if (jobs.some(({ metadata }) => metadata.uid === reference.uid)) continue;
      active = active.filter(({ uid }) => uid !== reference.uid);
      this.note(cronJob, "MissingJob", `Active job went missing: ${reference.name}`);
    }
    if (active.length > 0) status.active = active;
    else delete status.active;
  }

  /** Starts the run that is due, if one is. Returns the microseconds until the next look, undefined where nothing is to come. */
  private *startDueRun(cronJob: CronJob, status: Draft): Task<number | undefined> {
    const schedule = this.scheduleOf(cronJob);
    if (schedule === undefined) return undefined;
    const now = this.context.now();
    const run = this.dueRun(cronJob, schedule, now);
    if (run === undefined) return untilNextRun(cronJob, schedule, now);
    if (isTooLate(cronJob, run, now)) {
      this.warn(cronJob, "MissSchedule", `Missed scheduled time to start a job: ${formatTimestamp(run)}`);
      return untilNextRun(cronJob, schedule, now);
    }
    const name = jobName(cronJob, run);
    const active = status.active ?? [];
    if (active.some((reference) => reference.name === name) || status.lastScheduleTime === run) return untilNextRun(cronJob, schedule, now);
    const policy = cronJob.spec.concurrencyPolicy ?? "Allow";
    if (policy === "Forbid" && active.length > 0) {
      this.note(cronJob, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
      return untilNextRun(cronJob, schedule, now);
    }
    if (policy === "Replace") for (const reference of active) yield* this.replaceActive(cronJob, reference, status);
    const job = yield* this.createJob(cronJob, name, run);
    if (job !== undefined) {
      status.active = [...(status.active ?? []), referenceTo(job)];
      status.lastScheduleTime = run;
    }
    return untilNextRun({ ...cronJob, status }, schedule, now);
  }

  private scheduleOf(cronJob: CronJob): CronSchedule | undefined {
    const { timeZone, suspend, schedule } = cronJob.spec;
    if (cronJob.metadata.deletionTimestamp !== undefined) return undefined;
    if (timeZone !== undefined && !isKnownZone(timeZone)) {
      this.warn(cronJob, "UnknownTimeZone", `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`);
      return undefined;
    }
    if (suspend === true) return undefined;
    try {
      return parseSchedule(formatSchedule(cronJob));
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      this.warn(cronJob, "UnparseableSchedule", `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`);
      return undefined;
    }
  }

  private dueRun(cronJob: CronJob, schedule: CronSchedule, now: Timestamp): Timestamp | undefined {
    try {
      const { mostRecent, missed } = missedRuns(cronJob, schedule, now, true);
      if (mostRecent !== undefined && missed === "many") {
        this.warn(cronJob, TOO_MANY_MISSED_TIMES.reason, TOO_MANY_MISSED_TIMES.message);
      }
      return mostRecent;
    } catch (error) {
      if (!(error instanceof NoMomentsError)) throw error;
      this.warn(cronJob, "InvalidSchedule", `invalid schedule: ${cronJob.spec.schedule} : ${error.message}`);
      return undefined;
    }
  }

  private *replaceActive(cronJob: CronJob, reference: ObjectReference, status: Draft): Task<void> {
    const job = this.jobs.get(`${cronJob.metadata.namespace}/${reference.name}`);
    if (job === undefined) {
      this.warn(cronJob, "FailedGet", `Get job: job.batch "${reference.name}" not found`);
      return;
    }
    yield* this.deleteJob(cronJob, job);
    status.active = (status.active ?? []).filter(({ uid }) => uid !== job.metadata.uid);
  }

  private *createJob(cronJob: CronJob, name: string, run: Timestamp): Task<Job | undefined> {
    const { metadata, spec } = cronJob.spec.jobTemplate;
    const wished: Job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: cronJob.metadata.namespace,
        ...(metadata?.labels !== undefined && { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [SCHEDULED_TIME_ANNOTATION]: scheduledTime(cronJob, run) },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec,
    };
    try {
      const created = yield* this.calls.create<"Job">(wished);
      this.note(cronJob, "SuccessfulCreate", `Created job ${name}`);
      return created;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason === "AlreadyExists") return this.jobs.get(`${cronJob.metadata.namespace}/${name}`);
      if (!namespaceIsTerminating(error)) this.warn(cronJob, "FailedCreate", `Error creating job: ${error.message}`);
      throw error;
    }
  }

  private *deleteJob(cronJob: CronJob, job: Job): Task<void> {
    yield* unless(["NotFound"], this.calls.delete<"Job">(targetOf<"Job">(job), { propagationPolicy: "Background" }));
    this.note(cronJob, "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
  }

  /** Deletes the oldest ended Jobs above the history limits. */
  private *cleanUpFinished(cronJob: CronJob, jobs: readonly Job[], status: Draft): Task<void> {
    const { successfulJobsHistoryLimit = DEFAULT_SUCCESSFUL_HISTORY, failedJobsHistoryLimit = DEFAULT_FAILED_HISTORY } = cronJob.spec;
    for (const [type, limit] of [["Complete", successfulJobsHistoryLimit] as const, ["Failed", failedJobsHistoryLimit] as const]) {
      const ended = jobs.filter(({ status: state }) =>
        state?.conditions?.some((condition) => condition.type === type && condition.status === "True"),
      );
      ended.sort((a, b) => (a.status?.startTime ?? 0) - (b.status?.startTime ?? 0) || (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) {
        yield* this.deleteJob(cronJob, job);
        status.active = (status.active ?? []).filter(({ uid }) => uid !== job.metadata.uid);
        if (status.active.length === 0) delete status.active;
      }
    }
  }
}

/** The time of a run in the CronJob's own zone, as RFC 3339 has it. */
export function scheduledTime({ spec }: CronJob, run: Timestamp): string {
  if (spec.timeZone === undefined || !isKnownZone(spec.timeZone)) return formatTimestamp(run);
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

export function startCronJobController(context: ControllerContext): void {
  new CronJobController(context);
}
