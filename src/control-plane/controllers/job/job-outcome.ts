/**
 * Whether and why a Job ends.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup and kubernetes
 * pkg/controller/job/job_controller.go (syncJob), success_policy.go.
 */
import type { Condition, Job, Pod, Timestamp } from "../../../api/types/index.js";
import { conditionOf } from "../conditions.js";
import { parseIndexes } from "./indexes.js";
import { isPodFailed, type JobPods } from "./job-pods.js";
import { judgeFailure } from "./pod-failure-policy.js";

const MICROSECONDS_A_SECOND = 1_000_000;
/** Failures that a Job may have where its manifest does not say. Source: batch/v1 defaulting. */
const DEFAULT_BACKOFF_LIMIT = 6;

const OWN_MANAGER = "kubernetes.io/job-controller";

/** The end that a Job is heading for. */
export interface Outcome {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

function failed(reason: string, message: string): Outcome {
  return { type: "Failed", reason, message };
}

/** A condition of a Job that begins now. @param now whole seconds */
export function jobCondition(type: string, status: Condition["status"], reason: string, message: string, now: Timestamp): Condition {
  return { type, status, reason, message, lastProbeTime: now, lastTransitionTime: now };
}

/** Whether another controller takes care of the Job. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#delegation-of-managing-a-job-object-to-external-controller */
export function isForeign({ spec }: Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== OWN_MANAGER;
}

export function isFinished(job: Job): boolean {
  return job.status?.conditions?.some(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True") === true;
}

/** The end that was announced in the status before. */
export function announcedOutcome(job: Job): Outcome | undefined {
  const announced = (type: string): Condition | undefined => {
    const condition = conditionOf(job.status?.conditions, type);
    return condition?.status === "True" ? condition : undefined;
  };
  const failure = announced("FailureTarget");
  if (failure !== undefined) return failed(failure.reason ?? "", failure.message ?? "");
  const success = announced("SuccessCriteriaMet");
  return success === undefined ? undefined : { type: "Complete", reason: success.reason ?? "", message: success.message ?? "" };
}

/** Restarts of all containers of a pod together. */
export function restartsOf({ status }: Pod): number {
  let sum = 0;
  for (const { restartCount } of status?.initContainerStatuses ?? []) sum += restartCount;
  for (const { restartCount } of status?.containerStatuses ?? []) sum += restartCount;
  return sum;
}

/** Restarts of containers count against the limit where the kubelet restarts them itself. */
function restartsExceedLimit(job: Job, { all }: JobPods, limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const pod of all) {
    if (pod.status?.phase !== "Running" && pod.status?.phase !== "Pending") continue;
    restarts += restartsOf(pod);
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

export function deadlineOf(job: Job): Timestamp | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  const startTime = job.status?.startTime;
  return activeDeadlineSeconds === undefined || startTime === undefined || suspend === true
    ? undefined
    : startTime + activeDeadlineSeconds * MICROSECONDS_A_SECOND;
}

/** A failure of the Job as a whole. @param failures counted and newly failed pods */
export function failureOf(job: Job, pods: JobPods, failures: number, now: Timestamp): Outcome | undefined {
  for (const pod of pods.all) {
    const message = isPodFailed(job, pod) ? judgeFailure(job, pod).message : undefined;
    if (message !== undefined) return failed("PodFailurePolicy", message);
  }
  const limit = job.spec.backoffLimit ?? (job.spec.backoffLimitPerIndex === undefined ? DEFAULT_BACKOFF_LIMIT : Number.POSITIVE_INFINITY);
  if (failures > limit || restartsExceedLimit(job, pods, limit))
    return failed("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  const deadline = deadlineOf(job);
  return deadline !== undefined && now >= deadline
    ? failed("DeadlineExceeded", "Job was active longer than specified deadline")
    : undefined;
}

/** A failure by the indexes of an indexed Job. */
export function indexFailureOf(
  { spec }: Job,
  failedIndexes: ReadonlySet<number>,
  succeededIndexes: ReadonlySet<number>,
): Outcome | undefined {
  if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes) {
    return failed("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  }
  const allEnded = failedIndexes.size + succeededIndexes.size >= (spec.completions ?? 0);
  return failedIndexes.size > 0 && allEnded ? failed("FailedIndexes", "Job has failed indexes") : undefined;
}

/** Success before all indexes have succeeded, as the Job's success policy has it. */
export function earlySuccessOf({ spec }: Job, succeeded: ReadonlySet<number>): Outcome | undefined {
  if (succeeded.size === 0) return undefined;
  const index = spec.successPolicy?.rules.findIndex(({ succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }) => {
    if (succeededIndexes === undefined) return succeeded.size >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, spec.completions ?? 0);
    let reached = 0;
    for (const one of wanted) if (succeeded.has(one)) reached++;
    return wanted.size > 0 && (reached === wanted.size || reached >= succeededCount);
  });
  return index === undefined || index < 0
    ? undefined
    : { type: "Complete", reason: "SuccessPolicy", message: `Matched rules at index ${index}` };
}

export const COMPLETIONS_REACHED: Outcome = {
  type: "Complete",
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods",
};
