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
import { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { Expectations } from "../expectations.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodReady } from "../pod-conditions.js";
import { PodControl } from "../pod-control.js";
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
  isForeign,
  restartsOf,
} from "./job-outcome.js";
import { isIndexed, sortPods } from "./job-pods.js";
import type { JobSync, StatusDraft } from "./job-sync.js";
import { JobTracker } from "./job-tracking.js";
import { OrphanPods } from "./orphan-pods.js";
import { JobClaims } from "./job-claims.js";
import { failedIndexes, lastFailures } from "./per-index.js";
import { judgeFailure } from "./pod-failure-policy.js";
import { updateSuspension } from "./suspension.js";
import { isTracked } from "./tracking-finalizer.js";

const ACCOUNT = "job-controller";
/** Changes of pods are gathered for this long before their Job is synced. Source: syncJobBatchPeriod in job_controller.go. */
const BATCH_PERIOD: SimTime = SECOND;
/** Delays of a Job whose sync has failed, doubling from the first. Source: DefaultJobApiBackOff and MaxJobApiBackOff in job_controller.go. */
const FIRST_RETRY_DELAY: SimTime = SECOND;
const GREATEST_RETRY_DELAY: SimTime = 60 * SECOND;

class JobController {
  private readonly calls: ApiCalls;
  private readonly podControl: PodControl;
  private readonly activePods: ActivePods;
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;
  private readonly orphans: OrphanPods;
  private readonly expectations = new Expectations();
  private readonly consistency: ConsistencyStore;
  private readonly tracker: JobTracker;
  private readonly claims: JobClaims;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    const workers = context.options.concurrentJobSyncs;
    const retryLimiter = new RetryLimiter(FIRST_RETRY_DELAY, GREATEST_RETRY_DELAY);
    this.queue = context.queue({ workers, retryLimiter, sync: (key) => this.sync(key) });
    this.jobs = context.informer("Job");
    this.pods = context.informer("Pod");
    this.consistency = new ConsistencyStore({ Job: this.jobs, Pod: this.pods });
    this.podControl = new PodControl(this.calls, (pod, owner) => this.consistency.wroteAt(objectKey(owner), pod));
    this.claims = new JobClaims(this.calls, this.pods, this.jobs, this.consistency);
    this.tracker = new JobTracker(context, this.calls, this.consistency);
    this.activePods = new ActivePods(context, this.calls, this.podControl, this.expectations, this.consistency, (key, delay) =>
      this.queue.addAfter(key, delay),
    );
    this.orphans = new OrphanPods(context, this.calls, this.pods, this.jobs);
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.jobs.addHandlers({
      added: (job) => {
        this.claims.lookAgain(objectKey(job));
        this.queue.add(objectKey(job));
      },
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
    if (isFinished(current)) this.releasePodsOf(current);
    const deadline = deadlineOf(current);
    if (deadline !== undefined && deadline !== deadlineOf(previous)) this.queue.addAfter(key, Math.max(0, deadline - this.context.now()));
  }

  private jobDeleted(job: Job): void {
    this.consistency.clear(objectKey(job));
    this.queue.add(objectKey(job));
    this.releasePodsOf(job);
  }

  private releasePodsOf(job: Job): void {
    for (const pod of controlledBy(this.pods, job.metadata.uid!)) this.orphans.add(pod);
  }

  private podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.podGoes(pod, true);
      return;
    }
    if (controllerOf(pod) === undefined) {
      this.orphanChanged(pod);
      return;
    }
    const job = this.orphans.jobOf(pod);
    if (job === undefined) return;
    this.expectations.creationObserved(objectKey(job));
    this.queue.addAfter(objectKey(job), BATCH_PERIOD);
  }

  /** Nobody controls the pod: its finalizer goes, unless a Job adopts it. */
  private orphanChanged(pod: Pod): void {
    this.orphans.addUncontrolled(pod);
    for (const key of this.claims.candidatesFor(pod)) this.queue.addAfter(key, BATCH_PERIOD);
  }

  private podUpdated(previous: Pod, current: Pod): void {
    const relabelled = previous.metadata.labels !== current.metadata.labels;
    if (controllerOf(current)?.kind !== "Job") {
      if (controllerOf(current) === undefined && (relabelled || controllerOf(previous) !== undefined)) this.orphanChanged(current);
      else this.orphans.addUncontrolled(current);
      return;
    }
    if (relabelled) this.relabelled(current);
    if (!isTracked(current)) this.tracker.released.delete(current.metadata.uid!);
    const isNews = isWorthASync(previous, current);
    if (current.metadata.deletionTimestamp !== undefined) {
      this.podGoes(current, isNews);
      return;
    }
    const job = isNews ? this.orphans.jobOf(current) : undefined;
    if (job !== undefined) this.queue.addAfter(objectKey(job), BATCH_PERIOD);
  }

  private relabelled(pod: Pod): void {
    const job = this.orphans.jobOf(pod);
    if (job === undefined) return;
    this.claims.lookAgain(objectKey(job));
    this.queue.addAfter(objectKey(job), BATCH_PERIOD);
  }

  private podDeleted(pod: Pod): void {
    this.tracker.released.delete(pod.metadata.uid!);
    this.podGoes(pod, true);
  }

  /** A pod is being deleted, or is gone. Where its Job is gone or has ended, nobody counts it any more. */
  private podGoes(pod: Pod, isNews: boolean): void {
    if (controllerOf(pod)?.kind !== "Job") {
      this.orphans.addUncontrolled(pod);
      return;
    }
    const job = this.orphans.jobOf(pod);
    if (job === undefined || isFinished(job)) {
      this.orphans.add(pod);
      return;
    }
    this.expectations.deletionObserved(objectKey(job));
    if (isNews) this.queue.addAfter(objectKey(job), BATCH_PERIOD);
  }

  private *sync(key: string): Task<void> {
    this.consistency.ensureReady(key);
    const job = this.jobs.get(key);
    if (job === undefined || isFinished(job)) {
      this.tracker.records.delete(key);
      if (job === undefined) this.forget(key);
      return;
    }
    if (isForeign(job)) return;
    const satisfied = this.expectations.satisfied(key, this.context.simulation.now);
    const sync = this.look(key, job, yield* this.claims.podsOf(job));
    this.decideOutcome(sync);
    let suspensionChanged = false;
    if (sync.outcome !== undefined) {
      yield* this.deleteActive(sync);
      // There may be pods that the cache does not show yet: the end is not announced before they are known.
      if (sync.error !== undefined || !satisfied) sync.outcome = undefined;
    } else {
      const managed = satisfied && job.metadata.deletionTimestamp === undefined;
      if (managed) yield* this.activePods.manage(sync);
      if (this.isComplete(sync)) sync.outcome = COMPLETIONS_REACHED;
      else if (managed) suspensionChanged = updateSuspension(this.calls, sync, this.context.nowInSeconds());
    }
    yield* this.tracker.track(sync, suspensionChanged);
    if (sync.error !== undefined) throw sync.error;
  }

  private forget(key: string): void {
    this.consistency.clear(key);
    this.expectations.forget(key);
    this.claims.forget(key);
  }

  private look(key: string, job: Job, all: readonly Pod[]): JobSync {
    const pods = sortPods(job, all, this.tracker.released);
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
      record: nextRecord(this.tracker.records.get(key) ?? NO_FAILURES, pods.newlySucceeded, pods.newlyFailed),
      succeededIndexes,
      failedIndexes: failed,
      retained: perIndex
        ? lastFailures(job, pods, this.tracker.released, (index) => succeededIndexes.has(index) || failed.has(index))
        : new Map(),
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
}

function isWorthASync(previous: Pod, current: Pod): boolean {
  return (
    previous.status?.phase !== current.status?.phase ||
    isPodReady(previous) !== isPodReady(current) ||
    previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    isTracked(previous) !== isTracked(current) ||
    // Restarts by the kubelet count against the back-off limit.
    (current.spec.restartPolicy === "OnFailure" && restartsOf(previous) !== restartsOf(current))
  );
}

export function startJobController(context: ControllerContext): void {
  new JobController(context);
}
