/** What one sync of a Job knows and changes on its way through the controller's steps. */
import type { Job, Pod } from "../../../api/types/index.js";
import type { ApiError } from "../task.js";
import type { BackoffRecord } from "./backoff.js";
import type { Outcome } from "./job-outcome.js";
import type { JobPods } from "./job-pods.js";

type JobStatus = NonNullable<Job["status"]>;
/** A Job's status that a sync writes piece by piece. */
export type StatusDraft = { -readonly [Field in keyof JobStatus]: JobStatus[Field] };

export interface JobSync {
  readonly key: string;
  readonly job: Job;
  readonly pods: JobPods;
  readonly record: BackoffRecord;
  readonly succeededIndexes: Set<number>;
  readonly failedIndexes: Set<number>;
  /** Failed pods that stay until their index is tried again. */
  readonly retained: ReadonlyMap<number, Pod>;
  readonly succeeded: number;
  readonly status: StatusDraft;
  /** The Job as it was last read or written. */
  stored: Job;
  outcome: Outcome | undefined;
  active: number;
  ready: number;
  terminating: number;
  error: ApiError | undefined;
}
