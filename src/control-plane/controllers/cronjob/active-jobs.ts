/**
 * How the list of a CronJob's active Jobs follows the Jobs.
 *
 * Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob).
 */
import type { Condition, Job } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import { unless, type Task } from "../task.js";
import type { CronJobCalls } from "./cron-job-calls.js";
import { isListed, strike, type CronJobSync } from "./cron-job-sync.js";

/** How a Job has ended, undefined where it has not. */
export function endOf(job: Job): Condition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
}

export function* settleActiveJobs(calls: CronJobCalls, sync: CronJobSync, jobs: readonly Job[]): Task<void> {
  for (const job of jobs) {
    const end = endOf(job);
    if (end !== undefined) noteEnd(calls, sync, job, end.type);
    else if (!isListed(sync, job.metadata.uid)) yield* noteUnlisted(calls, sync, job);
  }
  for (const { uid, name } of sync.status.active ?? []) {
    if (jobs.some(({ metadata }) => metadata.uid === uid)) continue;
    // The cache of Jobs may be behind the list.
    const found = yield* unless(["NotFound"], calls.getJob(sync.cached, name));
    if (found !== undefined) continue;
    calls.note(sync.cached, "MissingJob", `Active job went missing: ${name}`);
    strike(sync, uid);
  }
}

function noteEnd(calls: CronJobCalls, sync: CronJobSync, { metadata, status }: Job, end: string): void {
  if (isListed(sync, metadata.uid)) {
    calls.note(sync.cached, "SawCompletedJob", `Saw completed job: ${metadata.name}, condition: ${end}`);
    strike(sync, metadata.uid);
  }
  const completed = end === "Complete" ? status?.completionTime : undefined;
  if (completed === undefined || completed <= (sync.status.lastSuccessfulTime ?? Number.NEGATIVE_INFINITY)) return;
  sync.status.lastSuccessfulTime = completed;
  sync.changed = true;
}

/** The Job may be in the list that was written last and that the cache does not show yet. */
function* noteUnlisted(calls: CronJobCalls, sync: CronJobSync, { metadata: { uid, name } }: Job): Task<void> {
  const { status } = yield* calls.api.get<"CronJob">(targetOf<"CronJob">(sync.cached));
  if (isListed({ status: status ?? {} }, uid)) sync.status = { ...status };
  else calls.warn(sync.cached, "UnexpectedJob", `Saw a job that the controller did not create or forgot: ${name}`);
}

/** Ended Jobs that are kept where the manifest does not say. Source: batch/v1 defaulting of cron jobs. */
const DEFAULT_SUCCESSFUL_HISTORY = 3;
const DEFAULT_FAILED_HISTORY = 1;

/** Deletes the oldest ended Jobs above the history limits. */
export function* cleanUpEndedJobs(calls: CronJobCalls, sync: CronJobSync, jobs: readonly Job[]): Task<void> {
  const { successfulJobsHistoryLimit = DEFAULT_SUCCESSFUL_HISTORY, failedJobsHistoryLimit = DEFAULT_FAILED_HISTORY } = sync.cached.spec;
  for (const [type, limit] of [["Complete", successfulJobsHistoryLimit] as const, ["Failed", failedJobsHistoryLimit] as const]) {
    const ended = jobs.filter((job) => endOf(job)?.type === type).sort(compareStarts);
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) yield* calls.deleteJob(sync, job);
  }
}

/** A Job that never started comes last. Source: byJobStartTime in pkg/controller/cronjob/utils.go. */
function compareStarts(a: Job, b: Job): number {
  const started = ({ status }: Job): number => status?.startTime ?? Number.MAX_SAFE_INTEGER;
  return started(a) - started(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
