/**
 * The pods of a Job: those that it controls, and matching ones without a controller, which it adopts. Where the selector is the one that
 * Kubernetes gave it, only pods that another made with its label can match; with `manualSelector` any.
 *
 * Source: getPodsForJob in kubernetes pkg/controller/job/job_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { Job, Pod } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { claimPods } from "../claim-pods.js";
import type { ConsistencyStore } from "../consistency-store.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { controlledBy } from "../owner-references.js";
import type { Task } from "../task.js";
import { TRACKING_FINALIZER } from "./tracking-finalizer.js";

export class JobClaims {
  /** Keys of Jobs that may have to adopt or let go of a pod. */
  private readonly mayClaim = new Set<string>();

  constructor(
    private readonly calls: ApiCalls,
    private readonly pods: Informer<Pod>,
    private readonly jobs: Informer<Job>,
    private readonly consistency: ConsistencyStore,
  ) {
    pods.addIndex(ORPHANS, orphanNamespace);
  }

  /** Which of its pods are the Job's is to be looked at. */
  lookAgain(key: string): void {
    this.mayClaim.add(key);
  }

  forget(key: string): void {
    this.mayClaim.delete(key);
  }

  /** Keys of the Jobs that match a pod without a controller and are to look at it. */
  *candidatesFor({ metadata }: Pod): Iterable<string> {
    if (this.jobs.size === 0 || metadata.deletionTimestamp !== undefined) return;
    for (const job of this.jobs.inNamespace(metadata.namespace!)) {
      if (!compileLabelSelector(job.spec.selector)(metadata.labels)) continue;
      this.lookAgain(objectKey(job));
      yield objectKey(job);
    }
  }

  /** @throws ApiError where a pod can be neither adopted nor let go */
  *podsOf(job: Job): Task<readonly Pod[]> {
    const key = objectKey(job);
    if (!this.mayClaim.delete(key)) return [...controlledBy(this.pods, job.metadata.uid!)];
    let pods: readonly Pod[];
    try {
      pods = yield* claimPods(this.calls, this.pods, job, compileLabelSelector(job.spec.selector), () => true, [TRACKING_FINALIZER]);
    } catch (error) {
      this.lookAgain(key);
      throw error;
    }
    // The next sync waits until the cache shows what was adopted.
    for (const pod of pods) if (this.pods.get(objectKey(pod)) !== pod) this.consistency.wroteAt(key, pod);
    return pods;
  }
}
