/**
 * Creates the pods that an owner lacks and deletes those that it has too many of.
 *
 * Source: kubernetes pkg/controller/replicaset/replica_set.go (manageReplicas).
 */
import { objectKey } from "../../../api/kinds.js";
import type { Pod } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ControllerContext } from "../controller-context.js";
import type { TrackingExpectations } from "../expectations.js";
import { controlledBy, controllerOf } from "../owner-references.js";
import { isPodActive } from "../pod-conditions.js";
import { namespaceIsTerminating, type PodControl } from "../pod-control.js";
import { podsToDelete } from "../pod-deletion-ranking.js";
import { slowStart } from "../slow-start.js";
import { ApiError, firstError, inParallel, type Task } from "../task.js";
import type { Replicated } from "./pod-claims.js";

/** Most pods that one sync creates or deletes. Source: BurstReplicas in replica_set.go. */
const BURST_REPLICAS = 500;

export class ReplicaManager {
  constructor(
    private readonly context: ControllerContext,
    private readonly podControl: PodControl,
    private readonly expectations: TrackingExpectations,
    private readonly pods: Informer<Pod>,
    private readonly owners: Informer<Replicated>,
  ) {}

  /** Creates pods in growing batches. Returns why it did not get all of them, where it did not. */
  *create(owner: Replicated, missing: number): Task<ApiError | undefined> {
    const key = objectKey(owner);
    const count = Math.min(missing, BURST_REPLICAS);
    this.expectations.expectCreations(key, count, this.context.simulation.now);
    const { successes, error } = yield* slowStart(count, () => this.createPod(owner));
    for (let skipped = successes; skipped < count; skipped++) this.expectations.creationObserved(key);
    return error;
  }

  /** That the namespace is going away is no error: pods that will never come are expected, so that nobody tries again. */
  private *createPod(owner: Replicated): Task<void> {
    try {
      yield* this.podControl.createFromTemplate(owner.spec.template!, owner);
    } catch (error) {
      if (!(error instanceof ApiError) || !namespaceIsTerminating(error)) throw error;
    }
  }

  /**
   * Deletes those pods that are missed least, but none that the owner has just released. Returns the first error.
   *
   * @param released uids
   * @param adopted own pods of which the cache does not know that they are
   */
  *delete(owner: Replicated, surplus: number, released: ReadonlySet<string>, adopted: readonly Pod[]): Task<ApiError | undefined> {
    const key = objectKey(owner);
    const own = [...controlledBy(this.pods, owner.metadata.uid!), ...adopted];
    const active = own.filter((pod) => isPodActive(pod) && !released.has(pod.metadata.uid!));
    const doomed = podsToDelete(active, this.relatedPods(owner), Math.min(surplus, BURST_REPLICAS), this.context.now());
    this.expectations.expectDeletions(key, doomed.map(objectKey), this.context.simulation.now);
    const outcomes = yield* inParallel(doomed, doomed.length, (pod) => this.deletePod(key, pod, owner));
    return firstError(outcomes);
  }

  /** No watch event tells of a deletion that failed, or of a pod that was gone already. */
  private *deletePod(key: string, pod: Pod, owner: Replicated): Task<void> {
    try {
      yield* this.podControl.delete(pod, owner);
    } catch (error) {
      this.expectations.deletionObserved(key, objectKey(pod));
      if (!(error instanceof ApiError) || error.status.reason !== "NotFound") throw error;
    }
  }

  /** Active pods of all ReplicaSets of the same Deployment. */
  private *relatedPods(owner: Replicated): Iterable<Pod> {
    const controller = controllerOf(owner);
    if (controller === undefined) return;
    for (const sibling of controlledBy(this.owners, controller.uid)) {
      for (const pod of controlledBy(this.pods, sibling.metadata.uid!)) if (isPodActive(pod)) yield pod;
    }
  }
}
