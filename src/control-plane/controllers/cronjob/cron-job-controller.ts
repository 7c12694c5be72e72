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
import { ApiError, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { parseSchedule, ScheduleError, type CronSchedule } from "./cron-schedule.js";
import {
  formatSchedule,
  isKnownZone,
  isTooLate,
  jobName,
  missedRuns,
  NoMomentsError,
  TOO_MANY_MISSED_TIMES,
  untilNextRun,
} from "./due-run.js";
import { TimeZone } from "./time-zone.js";

const ACCOUNT = "cronjob-controller";
const SCHEDULED_TIME_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/** Ended Jobs that are kept where the manifest does not say. Source: batch/v1 defaulting of cron jobs. */
const DEFAULT_SUCCESSFUL_HISTORY = 3;
const DEFAULT_FAILED_HISTORY = 1;

type CronJobStatus = NonNullable<CronJob["status"]>;

/** What one sync knows and changes. */
interface CronJobSync {
  /** As the cache had it when the sync began. */
  readonly cached: CronJob;
  /** The status as the sync changes it. */
  status: { -readonly [Field in keyof CronJobStatus]: CronJobStatus[Field] };
  /** Whether there is something to write. */
  changed: boolean;
}

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
      updated: (previous, current) => this.cronJobUpdated(previous, current),
    });
    this.jobs.addHandlers({
      added: (job) => this.jobChanged(job),
      updated: (_, job) => this.jobChanged(job),
      deleted: (job) => this.jobChanged(job),
    });
  }

  /** Under another schedule it is looked at when that has its next run. */
  private cronJobUpdated(previous: CronJob, current: CronJob): void {
    const isRescheduled = previous.spec.schedule !== current.spec.schedule || previous.spec.timeZone !== current.spec.timeZone;
    if (!isRescheduled) {
      this.queue.add(objectKey(current));
      return;
    }
    const schedule = this.scheduleOf(current);
    const wait = schedule && untilNextRun(current, schedule, this.context.now());
    if (wait !== undefined) this.queue.addAfter(objectKey(current), wait);
  }

  private jobChanged(job: Job): void {
    const controller = controllerOf(job);
    if (controller?.kind === "CronJob") this.queue.add(`${job.metadata.namespace}/${controller.name}`);
  }

  private *sync(key: string): Task<void> {
    const cached = this.cronJobs.get(key);
    if (cached === undefined) return;
    const jobs = [...controlledBy(this.jobs, cached.metadata.uid!)];
    const sync: CronJobSync = { cached, status: { ...cached.status }, changed: false };
    let wait: number | undefined;
    let error: ApiError | undefined;
    try {
      yield* this.settleActive(sync, jobs);
      wait = yield* this.startDueRun(sync);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      error = caught;
    }
    yield* this.cleanUpFinished(sync, jobs);
    // Where the cache was behind, this is refused as a conflict, and all is looked at again.
    if (sync.changed) yield* this.calls.updateStatus<"CronJob">({ ...cached, status: sync.status });
    if (wait !== undefined) this.queue.addAfter(key, wait);
    else if (error !== undefined) throw error;
  }

  private warn(cronJob: CronJob, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(cronJob), "Warning", reason, message);
  }

  private note(cronJob: CronJob, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(cronJob), "Normal", reason, message);
  }

  /** Brings the list of active Jobs in line with the Jobs. */
  private *settleActive(sync: CronJobSync, jobs: readonly Job[]): Task<void> {
    const { cached } = sync;
    for (const job of jobs) {
      const { uid, name } = job.metadata;
      const listed = isActive(sync, uid);
      if (!isFinished(job)) {
        if (listed) continue;
        // The Job may be in the list that was written last and that the cache does not show yet.
        const { status } = yield* this.calls.get<"CronJob">(targetOf<"CronJob">(cached));
        if (status?.active?.some((reference) => reference.uid === uid) === true) sync.status = { ...status };
        else this.warn(cached, "UnexpectedJob", `Saw a job that the controller did not create or forgot: ${name}`);
        continue;
      }
      const ended = job.status!.conditions!.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True")!;
      if (listed) {
        this.note(cached, "SawCompletedJob", `Saw completed job: ${name}, condition: ${ended.type}`);
        strike(sync, uid);
      }
      const completed = ended.type === "Complete" ? job.status?.completionTime : undefined;
      const { lastSuccessfulTime } = sync.status;
      if (lastSuccessfulTime === undefined || (completed !== undefined && completed > lastSuccessfulTime)) {
        if (completed !== undefined) sync.status.lastSuccessfulTime = completed;
        sync.changed = true;
      }
    }
    for (const { uid, name } of sync.status.active ?? []) {
      if (jobs.some(({ metadata }) => metadata.uid === uid)) continue;
      const { namespace } = cached.metadata;
      const found = yield* unless(["NotFound"], this.calls.get<"Job">({ kind: "Job", namespace: namespace!, name }));
      if (found !== undefined) continue;
      this.note(cached, "MissingJob", `Active job went missing: ${name}`);
      strike(sync, uid);
    }
  }

  /** Starts the run that is due, if one is. Returns the microseconds until the next look, undefined where nothing is to come. */
  private *startDueRun(sync: CronJobSync): Task<number | undefined> {
    const { cached } = sync;
    const schedule = this.scheduleOf(cached);
    if (schedule === undefined) return undefined;
    const now = this.context.now();
    const current = (): CronJob => ({ ...cached, status: sync.status });
    const run = this.dueRun(current(), schedule, now);
    if (run === undefined) return untilNextRun(current(), schedule, now);
    if (isTooLate(cached, run, now)) {
      this.warn(
        cached,
        "MissSchedule",
        `Missed scheduled time to start a job: ${new Date(run / 1_000).toUTCString().replace("GMT", "+0000")}`,
      );
      return untilNextRun(current(), schedule, now);
    }
    const name = jobName(cached, run);
    const active = sync.status.active ?? [];
    const isStarted = active.some((reference) => reference.name === name) || sync.status.lastScheduleTime === run;
    if (isStarted) return untilNextRun(current(), schedule, now);
    const policy = cached.spec.concurrencyPolicy ?? "Allow";
    if (policy === "Forbid" && active.length > 0) {
      this.note(cached, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
      return untilNextRun(current(), schedule, now);
    }
    if (policy === "Replace") for (const reference of active) yield* this.replaceActive(sync, reference);
    const job = yield* this.createJob(sync, name, run);
    if (job === undefined) return undefined;
    sync.status.active = [...(sync.status.active ?? []), referenceTo(job)];
    sync.status.lastScheduleTime = run;
    sync.changed = true;
    return untilNextRun(current(), schedule, now);
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

  private *replaceActive(sync: CronJobSync, { name, uid }: ObjectReference): Task<void> {
    const { cached } = sync;
    try {
      const job = yield* this.calls.get<"Job">({ kind: "Job", namespace: cached.metadata.namespace!, name: name });
      yield* this.deleteJob(cached, job);
    } catch (error) {
      if (error instanceof ApiError) this.warn(cached, "FailedGet", `Get job: ${error.message}`);
      throw error;
    }
    strike(sync, uid);
  }

  /** The Job of a run; undefined where it was there already and is either in the list or another's. */
  private *createJob({ cached, status }: CronJobSync, name: string, run: Timestamp): Task<Job | undefined> {
    const { metadata, spec } = cached.spec.jobTemplate;
    const namespace = cached.metadata.namespace!;
    const wished: Job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace,
        ...(metadata?.labels !== undefined && { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [SCHEDULED_TIME_ANNOTATION]: scheduledTime(cached, run) },
        ownerReferences: [controllerReference(cached)],
      },
      spec,
    };
    try {
      const created = yield* this.calls.create<"Job">(wished);
      this.note(cached, "SuccessfulCreate", `Created job ${name}`);
      return created;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason === "AlreadyExists") {
        const present = yield* this.calls.get<"Job">({ kind: "Job", namespace, name });
        const isListed = status.active?.some(({ uid }) => uid === present.metadata.uid) === true;
        return controllerOf(present)?.uid === cached.metadata.uid && !isListed ? present : undefined;
      }
      if (!namespaceIsTerminating(error)) this.warn(cached, "FailedCreate", `Error creating job: ${error.message}`);
      throw error;
    }
  }

  private *deleteJob(cronJob: CronJob, job: Job): Task<void> {
    yield* this.calls.delete<"Job">(targetOf<"Job">(job), { propagationPolicy: "Background" });
    this.note(cronJob, "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
  }

  /** Deletes the oldest ended Jobs above the history limits. */
  private *cleanUpFinished(sync: CronJobSync, jobs: readonly Job[]): Task<void> {
    const { spec } = sync.cached;
    const { successfulJobsHistoryLimit = DEFAULT_SUCCESSFUL_HISTORY, failedJobsHistoryLimit = DEFAULT_FAILED_HISTORY } = spec;
    for (const [type, limit] of [["Complete", successfulJobsHistoryLimit] as const, ["Failed", failedJobsHistoryLimit] as const]) {
      const ended = jobs.filter(({ status }) =>
        status?.conditions?.some((condition) => condition.type === type && condition.status === "True"),
      );
      ended.sort((a, b) => (a.status?.startTime ?? 0) - (b.status?.startTime ?? 0) || (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) {
        try {
          yield* this.deleteJob(sync.cached, job);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          this.warn(sync.cached, "FailedDelete", `Deleted job: ${error.message}`);
          continue;
        }
        strike(sync, job.metadata.uid);
      }
    }
  }
}

function isActive({ status }: CronJobSync, job: string | undefined): boolean {
  return status.active?.some(({ uid }) => uid === job) === true;
}

/** Takes a Job off the list of active ones. */
function strike(sync: CronJobSync, job: string | undefined): void {
  sync.changed = true;
  const active = (sync.status.active ?? []).filter(({ uid }) => uid !== job);
  if (active.length > 0) sync.status.active = active;
  else delete sync.status.active;
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
