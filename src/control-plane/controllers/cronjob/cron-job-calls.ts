/** What a CronJob's controller does about Jobs, with the events that tell of it. Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go. */
import type { CronJob, Job } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { referenceTo } from "../pod-control.js";
import { ApiError, type Task } from "../task.js";
import { strike, type CronJobSync } from "./cron-job-sync.js";

export class CronJobCalls {
  constructor(readonly api: ApiCalls) {}

  warn(cronJob: CronJob, reason: string, message: string): void {
    this.api.recordEvent(referenceTo(cronJob), "Warning", reason, message);
  }

  note(cronJob: CronJob, reason: string, message: string): void {
    this.api.recordEvent(referenceTo(cronJob), "Normal", reason, message);
  }

  getJob({ metadata }: CronJob, name: string): Task<Job> {
    return this.api.get<"Job">({ kind: "Job", namespace: metadata.namespace!, name });
  }

  /** Deletes a Job with its pods and takes it off the list of active ones. Returns whether it could be. */
  *deleteJob(sync: CronJobSync, job: Job): Task<boolean> {
    try {
      yield* this.api.delete<"Job">(targetOf<"Job">(job), { propagationPolicy: "Background" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.warn(sync.cached, "FailedDelete", `Deleted job: ${error.message}`);
      return false;
    }
    strike(sync, job.metadata.uid);
    this.note(sync.cached, "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
    return true;
  }
}
