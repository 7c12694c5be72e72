/**
 * How a Job's status follows its pods: ended pods are counted once, then the Job's end is announced, and then it has ended.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers and kubernetes
 * pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers).
 */
import type { Pod } from "../../../api/types/index.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import type { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { firstError, inParallel, unless, type Task } from "../task.js";
import type { BackoffRecord } from "./backoff.js";
import { completionIndex, formatIndexes, parseIndexes } from "./indexes.js";
import { jobCondition } from "./job-outcome.js";
import { hasValidIndex, isIndexed, isPodFailed, mayRelease } from "./job-pods.js";
import type { JobSync, StatusDraft } from "./job-sync.js";
import { judgeFailure } from "./pod-failure-policy.js";
import { isTracked, release } from "./tracking-finalizer.js";

/** Finalizers that are taken off at a time. Source: job_controller.go removes them with one goroutine a pod, on one client. */
const RELEASE_PARALLEL = 32;
/** Pods that are noted in a status at a time, so that it does not get too long. Source: MaxUncountedPods in job_controller.go. */
const MOST_NOTED = 500;

export class JobTracker {
  /** Failures of each Job since its last success, by the Job's key. */
  readonly records = new Map<string, BackoffRecord>();
  /** Uids of pods whose finalizer was taken off, until the cache shows it. */
  readonly released = new Set<string>();

  constructor(
    private readonly context: ControllerContext,
    private readonly calls: ApiCalls,
    private readonly consistency: ConsistencyStore,
  ) {}

  /**
   * Counts ended pods in three steps, so that none is lost or counted twice: their uids are noted in the status, then their
   * finalizers are taken off, then they are counted.
   */
  *track(sync: JobSync, suspensionChanged: boolean): Task<void> {
    const { status, pods } = sync;
    let flush =
      suspensionChanged || status.active !== sync.active || status.ready !== sync.ready || (status.terminating ?? 0) !== sync.terminating;
    Object.assign(status, { active: sync.active, ready: sync.ready, terminating: sync.terminating });
    const tracked = new Set(
      pods.all.filter((pod) => isTracked(pod) && !this.released.has(pod.metadata.uid!)).map(({ metadata }) => metadata.uid!),
    );
    flush = countReleased(status, tracked) || flush;
    const noted = this.note(sync);
    flush ||= noted.isNews;
    flush = this.announce(sync) || flush;
    if (flush) {
      yield* this.write(sync);
      this.records.set(sync.key, sync.record);
    }
    const outcomes = yield* inParallel(noted.toRelease, RELEASE_PARALLEL, (pod) => this.releaseCounted(sync.key, pod, tracked));
    const error = firstError(outcomes);
    flush = countReleased(status, tracked);
    const finished = error === undefined && !noted.isCutShort && this.finish(sync);
    if (flush || finished) yield* this.write(sync);
    if (finished) this.tellEnd(sync);
    sync.error = error ?? sync.error;
  }

  /** Notes pods that ended in the status, and tells which finalizers may go. */
  private note(sync: JobSync): { readonly toRelease: readonly Pod[]; readonly isNews: boolean; readonly isCutShort: boolean } {
    const { job, pods, status, outcome } = sync;
    const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
    const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
    const retained = new Set([...sync.retained.values()].map(({ metadata }) => metadata.uid));
    const before = parseIndexes(status.completedIndexes, job.spec.completions ?? 0);
    const newIndexes = new Set<number>();
    const toRelease: Pod[] = [];
    const alreadyNoted = succeeded.length + failed.length;
    let isCutShort = false;
    const all = isIndexed(job) ? pods.all.toSorted((a, b) => completionIndex(a) - completionIndex(b)) : pods.all;
    for (const pod of all) {
      const uid = pod.metadata.uid!;
      if (!isTracked(pod) || this.released.has(uid) || !mayRelease(job, pod, outcome !== undefined)) continue;
      if (retained.has(uid) && outcome === undefined && job.metadata.deletionTimestamp === undefined) continue;
      toRelease.push(pod);
      if (pod.status?.phase === "Succeeded" && !failed.includes(uid)) {
        if (!isIndexed(job)) {
          if (!succeeded.includes(uid)) succeeded.push(uid);
        } else if (hasValidIndex(job, pod) && !before.has(completionIndex(pod))) newIndexes.add(completionIndex(pod));
      } else if (isPodFailed(job, pod) || outcome?.type === "Failed") {
        // When a Job fails, every pod that has not ended counts as failed; when it has succeeded early, none does.
        if (!failed.includes(uid) && hasValidIndex(job, pod) && judgeFailure(job, pod).action !== "Ignore") failed.push(uid);
      }
      isCutShort = newIndexes.size + succeeded.length + failed.length >= MOST_NOTED;
      if (isCutShort) break;
    }
    let isNews = newIndexes.size > 0 || succeeded.length + failed.length > alreadyNoted;
    status.uncountedTerminatedPods = { ...(succeeded.length > 0 && { succeeded }), ...(failed.length > 0 && { failed }) };
    if (isIndexed(job)) isNews = noteIndexes(sync) || isNews;
    return { toRelease, isNews, isCutShort };
  }

  private *releaseCounted(key: string, pod: Pod, tracked: Set<string>): Task<void> {
    const uid = pod.metadata.uid!;
    this.released.add(uid);
    try {
      const written = yield* unless(["NotFound"], release(this.calls, pod));
      if (written !== undefined) this.consistency.wroteAt(key, written);
    } catch (error) {
      this.released.delete(uid);
      throw error;
    }
    tracked.delete(uid);
  }

  /** Says in the conditions how the Job is going to end. Returns whether that is news. */
  private announce({ status, outcome }: JobSync): boolean {
    if (outcome === undefined) return false;
    const type = outcome.type === "Failed" ? "FailureTarget" : "SuccessCriteriaMet";
    if (conditionOf(status.conditions, type)?.status === "True") return false;
    status.conditions = [
      ...(status.conditions ?? []),
      jobCondition(type, "True", outcome.reason, outcome.message, this.context.nowInSeconds()),
    ];
    return true;
  }

  /** Ends the Job once all its pods are gone and counted. Returns whether it ended. */
  private finish({ status, outcome, terminating }: JobSync): boolean {
    const uncounted = status.uncountedTerminatedPods;
    if (outcome === undefined || terminating > 0 || (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0) > 0)
      return false;
    status.conditions = [
      ...(status.conditions ?? []),
      jobCondition(outcome.type, "True", outcome.reason, outcome.message, this.context.nowInSeconds()),
    ];
    if (outcome.type === "Complete") status.completionTime = this.context.nowInSeconds();
    return true;
  }

  private *write(sync: JobSync): Task<void> {
    if (sameValue(sync.stored.status, sync.status)) return;
    sync.stored = yield* this.calls.updateStatus<"Job">({ ...sync.stored, status: { ...sync.status } });
    this.consistency.wroteAt(sync.key, sync.stored);
  }

  private tellEnd({ job, status, outcome }: JobSync): void {
    const regarding = referenceTo(job);
    if (outcome!.type === "Failed") {
      this.calls.recordEvent(regarding, "Warning", outcome!.reason, outcome!.message);
      return;
    }
    if (job.spec.completions !== undefined && (status.succeeded ?? 0) > job.spec.completions) {
      const message = "Too many succeeded pods running after completion count reached";
      this.calls.recordEvent(regarding, "Warning", "TooManySucceededPods", message);
    }
    this.calls.recordEvent(regarding, "Normal", "Completed", "Job completed");
  }
}

/** Writes the indexes that have ended into the status. Returns whether that is news. */
function noteIndexes({ job, status, succeededIndexes, failedIndexes }: JobSync): boolean {
  const completed = formatIndexes(succeededIndexes);
  const failed = job.spec.backoffLimitPerIndex === undefined ? undefined : formatIndexes(failedIndexes);
  const isNews = completed !== (status.completedIndexes ?? "") || failed !== status.failedIndexes;
  status.completedIndexes = completed;
  status.succeeded = succeededIndexes.size;
  if (failed !== undefined) status.failedIndexes = failed;
  return isNews;
}

/** Counts noted pods that have lost their finalizer. Returns whether there were any. */
function countReleased(status: StatusDraft, tracked: ReadonlySet<string>): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const succeededLeft = succeeded.filter((uid) => tracked.has(uid));
  const failedLeft = failed.filter((uid) => tracked.has(uid));
  if (succeededLeft.length === succeeded.length && failedLeft.length === failed.length) return false;
  status.succeeded = (status.succeeded ?? 0) + succeeded.length - succeededLeft.length;
  status.failed = (status.failed ?? 0) + failed.length - failedLeft.length;
  status.uncountedTerminatedPods = {
    ...(succeededLeft.length > 0 && { succeeded: succeededLeft }),
    ...(failedLeft.length > 0 && { failed: failedLeft }),
  };
  return true;
}
