/**
 * Pods whose Job counts them no more, since it is gone or has ended: their finalizer is taken off, so that they can go.
 *
 * Source: kubernetes pkg/controller/job/job_controller.go (syncOrphanPod).
 */
import { objectKey } from "../../../api/kinds.js";
import type { Job, Pod } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { controllerOf } from "../owner-references.js";
import { unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { isFinished, isForeign } from "./job-outcome.js";
import { isTracked, release } from "./tracking-finalizer.js";

export class OrphanPods {
  private readonly queue: WorkQueue;

  constructor(
    context: ControllerContext,
    private readonly calls: ApiCalls,
    private readonly pods: Informer<Pod>,
    private readonly jobs: Informer<Job>,
  ) {
    this.queue = context.queue({ workers: 1, sync: (key) => this.sync(key) });
  }

  /** The Job that controls the pod, where the cache has it. */
  jobOf(pod: Pod): Job | undefined {
    const controller = controllerOf(pod);
    if (controller?.kind !== "Job") return undefined;
    const job = this.jobs.get(`${pod.metadata.namespace}/${controller.name}`);
    return job?.metadata.uid === controller.uid ? job : undefined;
  }

  add(pod: Pod): void {
    if (isTracked(pod)) this.queue.add(objectKey(pod));
  }

  /** A Job that was deleted without its pods left this one. */
  addUncontrolled(pod: Pod): void {
    if (controllerOf(pod) === undefined) this.add(pod);
  }

  private *sync(key: string): Task<void> {
    const pod = this.pods.get(key);
    if (pod === undefined || !isTracked(pod)) return;
    const controller = controllerOf(pod);
    if (controller !== undefined && controller.kind !== "Job") return;
    const job = this.jobOf(pod);
    if (job !== undefined && (isForeign(job) || !isFinished(job))) return;
    yield* unless(["NotFound"], release(this.calls, pod));
  }
}
