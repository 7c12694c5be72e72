/**
 * The Job controller: runs pods until enough of them have succeeded.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/ and kubernetes pkg/controller/job/job_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Job, Pod } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf, withoutCondition } from "../conditions.js";
import { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { Expectations } from "../expectations.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodReady } from "../pod-conditions.js";
import { PodControl, referenceTo } from "../pod-control.js";
import { RetryLimiter } from "../rate-limiters.js";
import { firstError, inParallel, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { ActivePods } from "./active-pods.js";
import { nextRecord, NO_FAILURES } from "./backoff.js";
import { completionIndex, parseIndexes } from "./indexes.js";
import {
  announcedOutcome,
  COMPLETIONS_REACHED,
  deadlineOf,
  earlySuccessOf,
  failureOf,
  indexFailureOf,
  isFinished,
  jobCondition,
} from "./job-outcome.js";
import { isIndexed, isTracked, sortPods } from "./job-pods.js";
import type { JobSync, StatusDraft } from "./job-sync.js";
import { JobTracker } from "./job-tracking.js";
import { failedIndexes, lastFailures } from "./per-index.js";
import { judgeFailure } from "./pod-failure-policy.js";

const ACCOUNT = "job-controller";
/** Changes of pods are gathered for this long before their Job is synced. Source: syncJobBatchPeriod in job_controller.go. */
const BATCH_PERIOD: SimTime = SECOND;
/** Delays of a Job whose sync has failed, doubling from the first. Source: DefaultJobApiBackOff and MaxJobApiBackOff in job_controller.go. */
const FIRST_RETRY_DELAY: SimTime = SECOND;
const GREATEST_RETRY_DELAY: SimTime = 60 * SECOND;
const OWN_MANAGER = "kubernetes.io/job-controller";

class JobController {
  private readonly calls: ApiCalls;
  private readonly podControl: PodControl;
  private readonly activePods: ActivePods;
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;
  private readonly orphans: WorkQueue;
  private readonly expectations = new Expectations();
  private readonly consistency: ConsistencyStore;
  private readonly tracker: JobTracker;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    const workers = context.options.concurrentJobSyncs;
    const retryLimiter = new RetryLimiter(FIRST_RETRY_DELAY, GREATEST_RETRY_DELAY);
    this.queue = context.queue({ workers, retryLimiter, sync: (key) => this.sync(key) });
    this.jobs = context.informer("Job");
    this.pods = context.informer("Pod");
    this.consistency = new ConsistencyStore({ Job: this.jobs, Pod: this.pods });
    this.podControl = new PodControl(this.calls, (pod, owner) => this.consistency.wroteAt(objectKey(owner), pod));
    this.tracker = new JobTracker(context, this.calls, this.consistency, this.jobs);
    this.activePods = new ActivePods(context, this.podControl, this.expectations, (key, delay) => this.queue.addAfter(key, delay));
    this.orphans = context.queue({ workers: 1, sync: (key) => this.releaseOrphan(key) });
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.jobs.addHandlers({
      added: (job) => this.queue.add(objectKey(job)),
      updated: (previous, current) => this.jobUpdated(previous, current),
      deleted: (job) => this.jobDeleted(job),
    });
    this.pods.addHandlers({
      added: (pod) => this.podAdded(pod),
      updated: (previous, current) => this.podUpdated(previous, current),
      deleted: (pod) => this.podDeleted(pod),
    });
  }

  private jobUpdated(previous: Job, current: Job): void {
    const key = objectKey(current);
    if (previous.metadata.generation === current.metadata.generation) this.queue.addAfter(key, BATCH_PERIOD);
    else this.queue.add(key);
    const deadline = deadlineOf(current);
    if (deadline !== undefined && deadline !== deadlineOf(previous)) this.queue.addAfter(key, Math.max(0, deadline - this.context.now()));
  }

  private jobDeleted(job: Job): void {
    this.consistency.clear(objectKey(job));
    this.queue.add(objectKey(job));
    for (const pod of controlledBy(this.pods, job.metadata.uid!)) this.orphans.add(objectKey(pod));
  }

  /** Key of the Job that controls the pod; pods of a Job that is gone are let go. */
  private keyOf(pod: Pod): string | undefined {
    const controller = controllerOf(pod);
    if (controller?.kind !== "Job") return undefined;
    const key = `${pod.metadata.namespace}/${controller.name}`;
    if (this.jobs.get(key)?.metadata.uid === controller.uid) return key;
    if (isTracked(pod)) this.orphans.add(objectKey(pod));
    return undefined;
  }

  private podAdded(pod: Pod): void {
    const key = this.keyOf(pod);
    if (key === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined) this.expectations.deletionObserved(key);
    else this.expectations.creationObserved(key);
    this.queue.addAfter(key, BATCH_PERIOD);
  }

  private podUpdated(previous: Pod, current: Pod): void {
    if (controllerOf(current)?.kind !== "Job") return;
    if (!isTracked(current)) this.tracker.released.delete(current.metadata.uid!);
    const key = this.keyOf(current);
    if (key === undefined) return;
    if (current.metadata.deletionTimestamp !== undefined) this.expectations.deletionObserved(key);
    if (isWorthASync(previous, current)) this.queue.addAfter(key, BATCH_PERIOD);
  }

  private podDeleted(pod: Pod): void {
    if (controllerOf(pod)?.kind !== "Job") return;
    this.tracker.released.delete(pod.metadata.uid!);
    const key = this.keyOf(pod);
    if (key === undefined) return;
    this.expectations.deletionObserved(key);
    this.queue.addAfter(key, BATCH_PERIOD);
  }

  /** Takes the finalizer off a pod whose Job is gone. */
  private *releaseOrphan(key: string): Task<void> {
    const pod = this.pods.get(key);
    if (pod === undefined || !isTracked(pod)) return;
    const controller = controllerOf(pod);
    if (controller !== undefined && this.jobs.get(`${pod.metadata.namespace}/${controller.name}`)?.metadata.uid === controller.uid) return;
    yield* this.tracker.release(pod);
  }

  private *sync(key: string): Task<void> {
    this.consistency.ensureReady(key);
    const job = this.jobs.get(key);
    if (job === undefined || isFinished(job)) {
      this.tracker.records.delete(key);
      if (job === undefined) this.forget(key);
      return;
    }
    if (job.spec.managedBy !== undefined && job.spec.managedBy !== OWN_MANAGER) return;
    const satisfied = this.expectations.satisfied(key, this.context.simulation.now);
    const sync = this.look(key, job);
    this.decideOutcome(sync);
    let suspensionChanged = false;
    if (sync.outcome !== undefined) yield* this.deleteActive(sync);
    else {
      const managed = satisfied && job.metadata.deletionTimestamp === undefined;
      if (managed) yield* this.activePods.manage(sync);
      if (this.isComplete(sync)) sync.outcome = COMPLETIONS_REACHED;
      else if (managed) suspensionChanged = this.updateSuspension(sync);
    }
    yield* this.tracker.track(sync, suspensionChanged, satisfied);
    if (sync.error !== undefined) throw sync.error;
  }

  private forget(key: string): void {
    this.consistency.clear(key);
    this.expectations.forget(key);
  }

  private look(key: string, job: Job): JobSync {
    const now = this.context.now();
    const pods = sortPods(job, [...controlledBy(this.pods, job.metadata.uid!)], this.tracker.released);
    const status: StatusDraft = { ...job.status };
    if (status.startTime === undefined && job.spec.suspend !== true) status.startTime = this.context.nowInSeconds();
    const completions = job.spec.completions ?? 0;
    const succeededIndexes = parseIndexes(status.completedIndexes, completions);
    if (isIndexed(job)) for (const pod of pods.newlySucceeded) succeededIndexes.add(completionIndex(pod));
    const perIndex = job.spec.backoffLimitPerIndex !== undefined;
    const failed = perIndex ? failedIndexes(job, pods.all) : new Set<number>();
    const succeeded = isIndexed(job)
      ? succeededIndexes.size
      : (status.succeeded ?? 0) + pods.newlySucceeded.length + (status.uncountedTerminatedPods?.succeeded?.length ?? 0);
    return {
      key,
      job: { ...job, status },
      pods,
      record: nextRecord(this.tracker.records.get(key) ?? NO_FAILURES, pods.newlySucceeded, pods.newlyFailed, now),
      succeededIndexes,
      failedIndexes: failed,
      retained: perIndex ? lastFailures(job, pods.all, (index) => succeededIndexes.has(index) || failed.has(index)) : new Map(),
      succeeded,
      status,
      stored: job,
      outcome: undefined,
      active: pods.active.length,
      ready: pods.ready,
      terminating: pods.terminating,
      error: undefined,
    };
  }

  private decideOutcome(sync: JobSync): void {
    const { job, pods, status } = sync;
    const now = this.context.now();
    const counted = (pod: Pod): boolean => judgeFailure(job, pod).action !== "Ignore";
    const failures = (status.failed ?? 0) + pods.newlyFailed.filter(counted).length + (status.uncountedTerminatedPods?.failed?.length ?? 0);
    sync.outcome = announcedOutcome(job) ?? failureOf(job, pods, failures, now);
    if (sync.outcome === undefined) {
      const deadline = deadlineOf(job);
      if (deadline !== undefined) this.queue.addAfter(sync.key, deadline - now);
    }
    if (!isIndexed(job)) return;
    if (job.spec.backoffLimitPerIndex !== undefined) sync.outcome ??= indexFailureOf(job, sync.failedIndexes, sync.succeededIndexes);
    sync.outcome ??= earlySuccessOf(job, sync.succeededIndexes);
  }

  private isComplete({ job, succeeded, active }: JobSync): boolean {
    const { completions } = job.spec;
    return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
  }

  /** A Job that ends needs no pods any more. */
  private *deleteActive(sync: JobSync): Task<void> {
    const { active } = sync.pods;
    const outcomes = yield* inParallel(active, active.length, (pod) => unless(["NotFound"], this.podControl.delete(pod, sync.job)));
    sync.error = firstError(outcomes);
    outcomes.forEach((outcome, i) => {
      if (!outcome.ok) return;
      sync.active--;
      sync.terminating++;
      if (isPodReady(active[i])) sync.ready--;
    });
  }

  /** Tells in the conditions that the Job was suspended or resumed. Returns whether that is news. */
  private updateSuspension({ job, status }: JobSync): boolean {
    const suspended = job.spec.suspend === true;
    const present = conditionOf(status.conditions, "Suspended");
    if (suspended === (present?.status === "True") || (!suspended && present === undefined)) return false;
    const now = this.context.nowInSeconds();
    const condition = suspended
      ? jobCondition("Suspended", "True", "JobSuspended", "Job suspended", now)
      : jobCondition("Suspended", "False", "JobResumed", "Job resumed", now);
    status.conditions = [...withoutCondition(status.conditions, "Suspended"), condition];
    // A resumed Job has its whole deadline anew.
    status.startTime = suspended ? undefined : this.context.nowInSeconds();
    this.calls.recordEvent(referenceTo(job), "Normal", suspended ? "Suspended" : "Resumed", suspended ? "Job suspended" : "Job resumed");
    return true;
  }
}

function isWorthASync(previous: Pod, current: Pod): boolean {
  return (
    previous.status?.phase !== current.status?.phase ||
    isPodReady(previous) !== isPodReady(current) ||
    previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    isTracked(previous) !== isTracked(current)
  );
}

export function startJobController(context: ControllerContext): void {
  new JobController(context);
}
