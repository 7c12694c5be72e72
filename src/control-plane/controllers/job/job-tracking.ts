/**
 * How a Job's status follows its pods: ended pods are counted once, then the Job's end is announced, and then it has ended.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers and kubernetes
 * pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers).
 */
import type { Job, Pod } from "../../../api/types/index.js";
import { targetOf, type Lister } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf } from "../conditions.js";
import type { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { firstError, inParallel, unless, type Task } from "../task.js";
import type { BackoffRecord } from "./backoff.js";
import { formatIndexes } from "./indexes.js";
import { jobCondition } from "./job-outcome.js";
import { isIndexed, isTracked, mayRelease, TRACKING_FINALIZER } from "./job-pods.js";
import type { JobSync, StatusDraft } from "./job-sync.js";
import { judgeFailure } from "./pod-failure-policy.js";

/** Finalizers that are taken off at a time. Source: job_controller.go removes them with one goroutine a pod, on one client. */
const RELEASE_PARALLEL = 32;

export class JobTracker {
  /** Failures of each Job since its last success, by the Job's key. */
  readonly records = new Map<string, BackoffRecord>();
  /** Uids of pods whose finalizer was taken off, until the cache shows it. */
  readonly released = new Set<string>();

  constructor(
    private readonly context: ControllerContext,
    private readonly calls: ApiCalls,
    private readonly consistency: ConsistencyStore,
    private readonly jobs: Lister<Job>,
  ) {}

  /**
   * Counts ended pods in three steps, so that none is lost or counted twice: their uids are noted in the status, then their
   * finalizers are taken off, then they are counted.
   */
  *track(sync: JobSync, suspensionChanged: boolean, satisfied: boolean): Task<void> {
    const { status, pods, job } = sync;
    let flush =
      suspensionChanged || status.active !== sync.active || status.ready !== sync.ready || (status.terminating ?? 0) !== sync.terminating;
    flush ||= job.spec.suspend !== true && this.jobs.get(sync.key)?.status?.startTime === undefined;
    Object.assign(status, { active: sync.active, ready: sync.ready, terminating: sync.terminating });
    const tracked = new Set(
      pods.all.filter((pod) => isTracked(pod) && !this.released.has(pod.metadata.uid!)).map(({ metadata }) => metadata.uid!),
    );
    flush = countReleased(status, tracked) || flush;
    const toRelease = this.note(sync);
    flush ||= toRelease.length > 0;
    flush = this.announce(sync) || flush;
    if (toRelease.length > 0) {
      yield* this.write(sync);
      const outcomes = yield* inParallel(toRelease, RELEASE_PARALLEL, (pod) => this.releaseCounted(pod, tracked));
      sync.error ??= firstError(outcomes);
      flush = countReleased(status, tracked);
    }
    this.records.set(sync.key, sync.record);
    const finished = satisfied && this.finish(sync);
    if (!flush && !finished) return;
    yield* this.write(sync);
    if (finished) this.tellEnd(sync);
  }

  /** Notes pods that ended in the status, and returns those whose finalizer may go. */
  private note(sync: JobSync): Pod[] {
    const { job, pods, status, outcome } = sync;
    const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
    const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
    const retained = new Set([...sync.retained.values()].map(({ metadata }) => metadata.uid));
    const toRelease: Pod[] = [];
    const newlySucceeded = new Set(pods.newlySucceeded);
    const newlyFailed = new Set(pods.newlyFailed);
    for (const pod of pods.all) {
      const uid = pod.metadata.uid!;
      if (!isTracked(pod) || this.released.has(uid) || !mayRelease(job, pod, outcome !== undefined)) continue;
      if (retained.has(uid) && outcome === undefined && job.metadata.deletionTimestamp === undefined) continue;
      toRelease.push(pod);
      if (newlySucceeded.has(pod)) {
        if (!isIndexed(job)) succeeded.push(uid);
      } else if (newlyFailed.has(pod) || (outcome !== undefined && pod.status?.phase !== "Succeeded")) {
        if (!failed.includes(uid) && judgeFailure(job, pod).action !== "Ignore") failed.push(uid);
      }
    }
    status.uncountedTerminatedPods = { ...(succeeded.length > 0 && { succeeded }), ...(failed.length > 0 && { failed }) };
    if (isIndexed(job)) {
      status.completedIndexes = formatIndexes(sync.succeededIndexes);
      status.succeeded = sync.succeededIndexes.size;
      if (job.spec.backoffLimitPerIndex !== undefined) status.failedIndexes = formatIndexes(sync.failedIndexes);
    }
    return toRelease;
  }

  private *releaseCounted(pod: Pod, tracked: Set<string>): Task<void> {
    const uid = pod.metadata.uid!;
    this.released.add(uid);
    try {
      yield* this.release(pod);
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
  private finish({ status, outcome, active, terminating }: JobSync): boolean {
    const uncounted = status.uncountedTerminatedPods;
    if (
      outcome === undefined ||
      active > 0 ||
      terminating > 0 ||
      (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0) > 0
    )
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

  private tellEnd({ job, outcome }: JobSync): void {
    if (outcome!.type === "Complete") this.calls.recordEvent(referenceTo(job), "Normal", "Completed", "Job completed");
    else this.calls.recordEvent(referenceTo(job), "Warning", outcome!.reason, outcome!.message);
  }

  /** Takes the finalizer off a pod. */
  *release(pod: Pod): Task<void> {
    yield* unless(
      ["NotFound"],
      this.calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => ({
        ...current,
        metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((name) => name !== TRACKING_FINALIZER) },
      })),
    );
  }
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
