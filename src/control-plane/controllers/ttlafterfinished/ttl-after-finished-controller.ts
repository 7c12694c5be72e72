/**
 * The TTL-after-finished controller: deletes Jobs some time after they have ended.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/ and kubernetes
 * pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Job, Timestamp } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isFinished } from "../job/job-outcome.js";
import { unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";

const ACCOUNT = "ttl-after-finished-controller";
const MICROSECONDS_A_SECOND = 1_000_000;

/** When the Job may be deleted, undefined where it stays, or goes already. */
export function expiryOf(job: Job): Timestamp | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  if (job.metadata.deletionTimestamp !== undefined || ttlSecondsAfterFinished === undefined || !isFinished(job)) return undefined;
  const ended = job.status!.conditions!.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True")!;
  return ended.lastTransitionTime === undefined ? undefined : ended.lastTransitionTime + ttlSecondsAfterFinished * MICROSECONDS_A_SECOND;
}

class TtlAfterFinishedController {
  private readonly calls: ApiCalls;
  private readonly jobs: Informer<Job>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentTtlAfterFinishedSyncs, sync: (key) => this.sync(key) });
    this.jobs = context.informer("Job");
    this.jobs.addHandlers({
      added: (job) => this.jobChanged(job),
      updated: (_, job) => this.jobChanged(job),
    });
  }

  private jobChanged(job: Job): void {
    const expiry = expiryOf(job);
    if (expiry !== undefined) this.queue.addAfter(objectKey(job), Math.max(0, expiry - this.context.now()));
  }

  private *sync(key: string): Task<void> {
    const job = this.jobs.get(key);
    const expiry = job === undefined ? undefined : expiryOf(job);
    if (job === undefined || expiry === undefined) return;
    if (expiry > this.context.now()) {
      this.queue.addAfter(key, expiry - this.context.now());
      return;
    }
    // The cache may be behind: a longer time to live, or another Job of that name, has to be respected.
    const latest = yield* unless(["NotFound"], this.calls.get<"Job">(targetOf<"Job">(job)));
    const latestExpiry = latest === undefined ? undefined : expiryOf(latest);
    if (latest === undefined || latestExpiry === undefined || latestExpiry > this.context.now()) return;
    yield* unless(
      ["NotFound", "Conflict"],
      this.calls.delete<"Job">(targetOf<"Job">(latest), { propagationPolicy: "Foreground", preconditions: { uid: latest.metadata.uid! } }),
    );
  }
}

export function startTtlAfterFinishedController(context: ControllerContext): void {
  new TtlAfterFinishedController(context);
}
