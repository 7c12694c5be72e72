/** How a Job's status tells that it was suspended or resumed. Source: syncJob in kubernetes pkg/controller/job/job_controller.go. */
import type { Timestamp } from "../../../api/types/index.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import { referenceTo } from "../pod-control.js";
import { jobCondition } from "./job-outcome.js";
import type { JobSync } from "./job-sync.js";

/** Brings the condition up to date. Returns whether it is news, and then tells of it in an event. */
export function updateSuspension(calls: ApiCalls, { job, status }: JobSync, now: Timestamp): boolean {
  const suspended = job.spec.suspend === true;
  const present = conditionOf(status.conditions, "Suspended");
  if (suspended === (present?.status === "True") || (!suspended && present === undefined)) return false;
  const condition = suspended
    ? jobCondition("Suspended", "True", "JobSuspended", "Job suspended", now)
    : jobCondition("Suspended", "False", "JobResumed", "Job resumed", now);
  status.conditions =
    present === undefined
      ? [...(status.conditions ?? []), condition]
      : status.conditions?.map((one) => (one === present ? condition : one));
  // A resumed Job has its whole deadline anew.
  status.startTime = suspended ? undefined : now;
  calls.recordEvent(referenceTo(job), "Normal", suspended ? "Suspended" : "Resumed", suspended ? "Job suspended" : "Job resumed");
  return true;
}
