/**
 * How many pods of a Job run at a time: creates those that are missing and deletes those that are too many.
 *
 * Source: kubernetes pkg/controller/job/job_controller.go (manageJob).
 */
import type { Job, Pod, PodTemplateSpec } from "../../../api/types/index.js";
import type { SimTime } from "../../../engine/simulation.js";
import type { ControllerContext } from "../controller-context.js";
import type { Expectations } from "../expectations.js";
import { isPodReady } from "../pod-conditions.js";
import type { PodControl } from "../pod-control.js";
import { podsToDelete } from "../pod-deletion-ranking.js";
import { slowStart } from "../slow-start.js";
import { firstError, inParallel, unless, type Task } from "../task.js";
import { remainingPause } from "./backoff.js";
import { indexedPod } from "./indexed-pod.js";
import { completionIndex, firstPendingIndexes } from "./indexes.js";
import { isIndexed, replacesOnlyFailed, TRACKING_FINALIZER } from "./job-pods.js";
import type { JobSync } from "./job-sync.js";
import { indexPause } from "./per-index.js";

/** Most pods that one sync creates or deletes. Source: MaxPodCreateDeletePerSync in job_controller.go. */
const BURST = 500;

export class ActivePods {
  constructor(
    private readonly context: ControllerContext,
    private readonly podControl: PodControl,
    private readonly expectations: Expectations,
    private readonly syncAfter: (job: string, delay: SimTime) => void,
  ) {}

  /** Brings the number of active pods to what is wanted: deletes some or creates some, never both in one sync. */
  *manage(sync: JobSync): Task<void> {
    const { job, pods } = sync;
    if (job.spec.suspend === true) {
      yield* this.deletePods(sync, pods.active);
      return;
    }
    const wanted = wantedActive(sync);
    const doomed = podsForRemoval(job, pods.active, Math.max(0, sync.active - wanted), this.context.now());
    if (doomed.length > 0) {
      yield* this.deletePods(sync, doomed);
      return;
    }
    const missing = Math.min(BURST, wanted - sync.active - (replacesOnlyFailed(job) ? sync.terminating : 0));
    if (missing <= 0) return;
    if (job.spec.backoffLimitPerIndex === undefined) {
      const pause = remainingPause(sync.record, this.context.now());
      if (pause > 0) {
        this.syncAfter(sync.key, pause);
        return;
      }
    }
    yield* this.createPods(sync, missing);
  }

  private *deletePods(sync: JobSync, doomed: readonly Pod[]): Task<void> {
    const batch = doomed.slice(0, BURST);
    if (batch.length === 0) return;
    this.expectations.expect(sync.key, 0, batch.length, this.context.simulation.now);
    const outcomes = yield* inParallel(batch, batch.length, (pod) => unless(["NotFound"], this.podControl.delete(pod, sync.job)));
    outcomes.forEach((outcome, i) => {
      if (!outcome.ok) this.expectations.deletionObserved(sync.key);
      else {
        sync.active--;
        if (isPodReady(batch[i])) sync.ready--;
      }
    });
    sync.error = firstError(outcomes);
  }

  private *createPods(sync: JobSync, missing: number): Task<void> {
    const { key, job } = sync;
    const indexes = isIndexed(job) ? this.indexesToAdd(sync, missing) : undefined;
    const count = indexes?.length ?? missing;
    if (count === 0) return;
    this.expectations.expect(key, count, 0, this.context.simulation.now);
    const template = trackedTemplate(job.spec.template);
    const { successes, error } = yield* slowStart(count, (i) => this.podControl.create(this.podOf(sync, template, indexes?.[i]), job));
    for (let skipped = successes; skipped < count; skipped++) this.expectations.creationObserved(key);
    sync.active += successes;
    sync.error = error;
  }

  private indexesToAdd(sync: JobSync, missing: number): number[] {
    const { job, pods, succeededIndexes, failedIndexes: failed, retained } = sync;
    const active = new Set(pods.active.map(completionIndex));
    const completions = job.spec.completions ?? 0;
    const taken = (index: number): boolean => active.has(index) || succeededIndexes.has(index) || failed.has(index);
    if (job.spec.backoffLimitPerIndex === undefined) return firstPendingIndexes(missing, completions, taken);
    const now = this.context.now();
    let shortest = Number.POSITIVE_INFINITY;
    const ready = firstPendingIndexes(completions, completions, taken).filter((index) => {
      const pause = indexPause(retained.get(index), now);
      if (pause > 0) shortest = Math.min(shortest, pause);
      return pause === 0;
    });
    if (ready.length === 0 && shortest !== Number.POSITIVE_INFINITY) this.syncAfter(sync.key, shortest);
    return ready.slice(0, missing);
  }

  private podOf({ job, retained }: JobSync, template: PodTemplateSpec, index: number | undefined): Pod {
    const pod = this.podControl.podFromTemplate(template, job);
    return index === undefined ? pod : indexedPod(pod, job, index, retained.get(index));
  }
}

function wantedActive({ job, succeeded, active, failedIndexes: failed }: JobSync): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded - failed.size));
}

/** Pods to delete: second pods of one index first, then those that are missed least. */
function podsForRemoval(job: Job, active: readonly Pod[], atLeast: number, now: number): Pod[] {
  const doomed: Pod[] = [];
  let left = [...active];
  if (isIndexed(job)) {
    const seen = new Set<number>();
    const kept: Pod[] = [];
    for (const pod of left) {
      const index = completionIndex(pod);
      if (index < 0 || index >= (job.spec.completions ?? 0) || seen.has(index)) doomed.push(pod);
      else kept.push(pod);
      seen.add(index);
    }
    left = kept;
  }
  return doomed.length >= atLeast ? doomed : [...doomed, ...podsToDelete(left, left, atLeast - doomed.length, now)];
}

function trackedTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return { ...template, metadata: { ...template.metadata, finalizers: [...(template.metadata?.finalizers ?? []), TRACKING_FINALIZER] } };
}
