/**
 * The CronJob controller: makes a Job for each time of a schedule.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ and kubernetes
 * pkg/controller/cronjob/cronjob_controllerv2.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { CronJob, Job } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ControllerContext } from "../controller-context.js";
import { controllerOf } from "../owner-references.js";
import { ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { cleanUpEndedJobs, settleActiveJobs } from "./active-jobs.js";
import { CronJobCalls } from "./cron-job-calls.js";
import type { CronJobSync } from "./cron-job-sync.js";
import { untilNextRun } from "./due-run.js";
import { scheduleOf, startDueRun } from "./run-start.js";

const ACCOUNT = "cronjob-controller";
/** Name of the informer index by the key of the controller, whatever its uid: a CronJob takes the Jobs of a former one of its name for its own. */
const BY_CONTROLLER_NAME = "controller-name";

function controllerName(job: Job): readonly string[] {
  const controller = controllerOf(job);
  return controller === undefined ? [] : [`${job.metadata.namespace}/${controller.name}`];
}

class CronJobController {
  private readonly calls: CronJobCalls;
  private readonly cronJobs: Informer<CronJob>;
  private readonly jobs: Informer<Job>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = new CronJobCalls(context.calls(ACCOUNT, ACCOUNT));
    this.queue = context.queue({ workers: context.options.concurrentCronJobSyncs, sync: (key) => this.sync(key) });
    this.cronJobs = context.informer("CronJob");
    this.jobs = context.informer("Job");
    this.jobs.addIndex(BY_CONTROLLER_NAME, controllerName);
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
    const schedule = scheduleOf(this.calls, current);
    const wait = schedule && untilNextRun(current, schedule, this.context.now());
    if (wait !== undefined) this.queue.addAfter(objectKey(current), wait);
  }

  private jobChanged(job: Job): void {
    const controller = controllerOf(job);
    if (controller?.kind !== "CronJob") return;
    const key = `${job.metadata.namespace}/${controller.name}`;
    if (this.cronJobs.get(key)?.metadata.uid === controller.uid) this.queue.add(key);
  }

  private *sync(key: string): Task<void> {
    const cached = this.cronJobs.get(key);
    if (cached === undefined) return;
    const jobs = [...this.jobs.byIndex(BY_CONTROLLER_NAME, key)];
    const sync: CronJobSync = { cached, status: { ...cached.status }, changed: false };
    yield* cleanUpEndedJobs(this.calls, sync, jobs);
    const now = this.context.now();
    let wait: number | undefined;
    let error: ApiError | undefined;
    try {
      yield* settleActiveJobs(this.calls, sync, jobs);
      wait = yield* startDueRun(this.calls, sync, now);
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      error = caught;
    }
    // Where the cache was behind, this is refused as a conflict, and all is looked at again.
    if (sync.changed) yield* this.calls.api.updateStatus<"CronJob">({ ...cached, status: sync.status });
    if (wait !== undefined) this.queue.addAfter(key, wait);
    else if (error !== undefined) throw error;
  }
}

export function startCronJobController(context: ControllerContext): void {
  new CronJobController(context);
}
