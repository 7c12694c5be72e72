/**
 * How many pods of a Job run at a time: creates those that are missing and deletes those that are too many.
 *
 * Source: kubernetes pkg/controller/job/job_controller.go (manageJob).
 */
import type { Job, Pod, PodTemplateSpec } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import type { ApiCalls } from "../api-calls.js";
import type { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import type { Expectations } from "../expectations.js";
import { isPodReady, isPodTerminating } from "../pod-conditions.js";
import type { PodControl } from "../pod-control.js";
import { slowStart } from "../slow-start.js";
import { ApiError, firstError, inParallel, type Task } from "../task.js";
import { compareActivePods } from "./active-pod-order.js";
import { remainingPause } from "./backoff.js";
import { indexedPod } from "./indexed-pod.js";
import { completionIndex, firstPendingIndexes } from "./indexes.js";
import { isIndexed, replacesOnlyFailed } from "./job-pods.js";
import type { JobSync } from "./job-sync.js";
import { indexPause } from "./per-index.js";
import { release, trackedTemplate } from "./tracking-finalizer.js";

/** Most pods that one sync creates or deletes. Source: MaxPodCreateDeletePerSync in job_controller.go. */
const BURST = 500;
/** A Job that waits for its back-off is not looked at sooner. Source: enqueueSyncJobWithDelay in job_controller.go. */
const SHORTEST_WAIT: SimTime = SECOND;

export class ActivePods {
  constructor(
    private readonly context: ControllerContext,
    private readonly calls: ApiCalls,
    private readonly podControl: PodControl,
    private readonly expectations: Expectations,
    private readonly consistency: ConsistencyStore,
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
    const doomed = podsForRemoval(job, pods.active, Math.max(0, sync.active - wanted)).slice(0, BURST);
    if (doomed.length > 0) {
      yield* this.deletePods(sync, doomed);
      return;
    }
    const missing = wanted - sync.active - (replacesOnlyFailed(job) ? sync.terminating : 0);
    if (missing <= 0) return;
    if (job.spec.backoffLimitPerIndex === undefined) {
      const pause = remainingPause(sync.record, this.context.now());
      if (pause > 0) {
        this.waitFor(sync, pause);
        return;
      }
    }
    yield* this.createPods(sync, Math.min(BURST, missing));
  }

  private waitFor({ key }: JobSync, pause: number): void {
    this.syncAfter(key, Math.max(SHORTEST_WAIT, pause));
  }

  /** Pods that the Job does not want any more are let go uncounted. */
  private *deletePods(sync: JobSync, doomed: readonly Pod[]): Task<void> {
    if (doomed.length === 0) return;
    this.expectations.expect(sync.key, 0, doomed.length, this.context.simulation.now);
    const outcomes = yield* inParallel(doomed, doomed.length, (pod) => this.deletePod(sync, pod));
    outcomes.forEach((outcome, i) => {
      if (!outcome.ok) return;
      sync.active--;
      sync.terminating++;
      if (isPodReady(doomed[i])) sync.ready--;
    });
    sync.error = firstError(outcomes);
  }

  private *deletePod({ key, job }: JobSync, pod: Pod): Task<void> {
    try {
      this.consistency.wroteAt(key, yield* release(this.calls, pod));
      yield* this.podControl.delete(pod, job);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.expectations.deletionObserved(key);
      if (error.status.reason !== "NotFound") throw error;
    }
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

  /** Indexes whose back-off is not over hold back their places: later ones do not take them. */
  private indexesToAdd(sync: JobSync, missing: number): readonly number[] {
    const { job, pods, succeededIndexes, failedIndexes: failed, retained } = sync;
    const present = new Set(pods.active.map(completionIndex));
    if (replacesOnlyFailed(job)) for (const pod of pods.all) if (isPodTerminating(pod)) present.add(completionIndex(pod));
    const taken = (index: number): boolean => present.has(index) || succeededIndexes.has(index) || failed.has(index);
    const pending = firstPendingIndexes(missing, job.spec.completions ?? 0, taken);
    if (job.spec.backoffLimitPerIndex === undefined) return pending;
    const now = this.context.now();
    const pauses = pending.map((index) => indexPause(retained.get(index), now));
    const ready = pending.filter((_, i) => pauses[i] === 0);
    if (ready.length === 0 && pauses.length > 0) this.waitFor(sync, Math.min(...pauses));
    return ready;
  }

  private podOf({ job, retained }: JobSync, template: PodTemplateSpec, index: number | undefined): Pod {
    const pod = this.podControl.podFromTemplate(template, job);
    return index === undefined ? pod : indexedPod(pod, job, index, retained.get(index));
  }
}

function wantedActive({ job, succeeded, active }: JobSync): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Pods to delete: those without a valid index and second ones of an index first, then those that are missed least. */
export function podsForRemoval(job: Job, active: readonly Pod[], atLeast: number): readonly Pod[] {
  const doomed: Pod[] = [];
  let left = active;
  if (isIndexed(job)) {
    const byIndex = new Map<number, Pod[]>();
    for (const pod of active) {
      const index = completionIndex(pod);
      const peers = byIndex.get(index);
      if (index < 0 || index >= (job.spec.completions ?? 0)) doomed.push(pod);
      else if (peers === undefined) byIndex.set(index, [pod]);
      else peers.push(pod);
    }
    const kept = [...byIndex.values()].map((peers) => {
      const ranked = peers.toSorted(compareActivePods);
      doomed.push(...ranked.slice(0, -1));
      return ranked.at(-1)!;
    });
    left = kept;
  }
  return doomed.length >= atLeast ? doomed : [...doomed, ...left.toSorted(compareActivePods).slice(0, atLeast - doomed.length)];
}
