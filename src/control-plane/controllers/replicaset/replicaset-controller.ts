/**
 * The ReplicaSet controller, which also serves ReplicationControllers: keeps the wished number of pods of a template.
 *
 * Source: kubernetes pkg/controller/replicaset/replica_set.go; that a sync waits for the controller's own writes is
 * https://github.com/kubernetes/enhancements/issues/5647.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector, compileLabelSet, type LabelMatcher } from "../../../api/selector.js";
import type { Pod, ReplicaSet, ReplicationController } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { Expectations } from "../expectations.js";
import { BY_OWNER, controlledBy, controllerOf, controllerReference, ownerUids } from "../owner-references.js";
import { isPodActive, isPodAvailable, untilAvailable } from "../pod-conditions.js";
import { namespaceIsTerminating, PodControl } from "../pod-control.js";
import { podsToDelete } from "../pod-deletion-ranking.js";
import { sameValue } from "../same-value.js";
import { slowStart } from "../slow-start.js";
import { ApiError, firstError, inParallel, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { OwnedPods } from "./owned-pods.js";
import { nextReplicaSetStatus, type ManageFailure, type ReplicaCounts } from "./replicaset-status.js";

/** Most pods that one sync creates or deletes. Source: BurstReplicas in replica_set.go. */
export const BURST_REPLICAS = 500;

type Replicated = ReplicaSet | ReplicationController;

/** What tells the two kinds apart. */
export interface ReplicatedKind {
  readonly kind: "ReplicaSet" | "ReplicationController";
  /** Service account, and source of events. */
  readonly account: string;
  readonly workers: number;
}

class ReplicaSetController {
  private readonly calls: ApiCalls;
  private readonly podControl: PodControl;
  private readonly pods: Informer<Pod>;
  private readonly owners: Informer<Replicated>;
  private readonly queue: WorkQueue;
  private readonly expectations = new Expectations();
  private readonly owned = new OwnedPods();
  /** Versions of owners that were written here and that the cache does not show yet. */
  private readonly unseen = new Map<string, number>();
  /** Keys of owners that some pod without a controller may match. */
  private readonly mayAdopt = new Set<string>();

  constructor(
    private readonly context: ControllerContext,
    private readonly kind: ReplicatedKind,
  ) {
    this.calls = context.calls(kind.account, kind.account);
    this.podControl = new PodControl(this.calls);
    this.queue = context.queue({ workers: kind.workers, sync: (key) => this.sync(key) });
    this.pods = context.informer("Pod");
    this.owners = context.informer(kind.kind);
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.pods.addIndex(ORPHANS, orphanNamespace);
    this.owners.addIndex(BY_OWNER, ownerUids);
    this.owners.addHandlers({
      added: (owner) => this.ownerAdded(owner),
      updated: (previous, current) => this.ownerUpdated(previous, current),
      deleted: (owner) => this.ownerDeleted(owner),
    });
    this.pods.addHandlers({
      added: (pod) => this.podAdded(pod),
      updated: (previous, current) => this.podUpdated(previous, current),
      deleted: (pod) => this.podDeleted(pod),
    });
  }

  private ownerAdded(owner: Replicated): void {
    const key = objectKey(owner);
    this.mayAdopt.add(key);
    this.queue.add(key);
  }

  private ownerUpdated(previous: Replicated, current: Replicated): void {
    if (previous.metadata.uid !== current.metadata.uid) this.ownerDeleted(previous);
    if (!sameValue(previous.spec.selector, current.spec.selector)) this.mayAdopt.add(objectKey(current));
    if (previous.spec.template !== current.spec.template && !sameValue(previous.spec.template?.metadata, current.spec.template?.metadata))
      this.owned.counts(current.metadata.uid!).relabelled = true;
    const key = objectKey(current);
    if (Number(current.metadata.resourceVersion) >= (this.unseen.get(key) ?? Number.POSITIVE_INFINITY)) this.unseen.delete(key);
    this.queue.add(key);
  }

  private ownerDeleted(owner: Replicated): void {
    const key = objectKey(owner);
    this.unseen.delete(key);
    this.expectations.forget(key);
    this.mayAdopt.delete(key);
    this.owned.forget(owner.metadata.uid!);
    this.queue.add(key);
  }

  /** Key of the owner that controls the pod, where it is of this controller's kind. */
  private ownerKey(pod: Pod): string | undefined {
    const controller = controllerOf(pod);
    return controller?.kind === this.kind.kind ? `${pod.metadata.namespace}/${controller.name}` : undefined;
  }

  private podAdded(pod: Pod): void {
    const controller = controllerOf(pod);
    if (controller === undefined) {
      if (pod.metadata.deletionTimestamp === undefined) this.orphanChanged(pod);
      return;
    }
    if (controller.kind !== this.kind.kind) return;
    this.owned.add(controller.uid, pod);
    const key = this.ownerKey(pod)!;
    if (pod.metadata.deletionTimestamp !== undefined) this.expectations.deletionObserved(key, objectKey(pod));
    else this.expectations.creationObserved(key);
    this.queue.add(key);
  }

  private podUpdated(previous: Pod, current: Pod): void {
    const before = controllerOf(previous);
    const after = controllerOf(current);
    if (before?.uid !== after?.uid) {
      this.ownerOfPodChanged(previous, current);
      return;
    }
    const relabelled =
      previous.metadata.labels !== current.metadata.labels && !sameValue(previous.metadata.labels, current.metadata.labels);
    if (after === undefined) {
      if (relabelled && current.metadata.deletionTimestamp === undefined) this.orphanChanged(current);
      return;
    }
    if (after.kind !== this.kind.kind) return;
    const key = this.ownerKey(current)!;
    if (relabelled && !this.hasLabelsOf(this.owners.get(key), current)) this.owned.counts(after.uid).relabelled = true;
    if (current.metadata.deletionTimestamp !== undefined) this.expectations.deletionObserved(key, objectKey(current));
    const counted = this.owned.change(after.uid, previous, current);
    if (counted || relabelled || this.isShort(key, after.uid)) this.queue.add(key);
  }

  private ownerOfPodChanged(previous: Pod, current: Pod): void {
    const before = controllerOf(previous);
    const after = controllerOf(current);
    if (before?.kind === this.kind.kind) {
      this.owned.remove(before.uid, previous);
      this.queue.add(this.ownerKey(previous)!);
    }
    if (after?.kind === this.kind.kind) {
      this.owned.add(after.uid, current);
      const key = this.ownerKey(current)!;
      if (!this.hasLabelsOf(this.owners.get(key), current)) this.owned.counts(after.uid).relabelled = true;
      this.expectations.creationObserved(key);
      this.queue.add(key);
    }
    if (after === undefined && current.metadata.deletionTimestamp === undefined) this.orphanChanged(current);
  }

  private podDeleted(pod: Pod): void {
    const controller = controllerOf(pod);
    if (controller?.kind !== this.kind.kind) return;
    this.owned.remove(controller.uid, pod);
    const key = this.ownerKey(pod)!;
    this.expectations.deletionObserved(key, objectKey(pod));
    if (this.owners.get(key) === undefined) this.owned.forget(controller.uid);
    else this.queue.add(key);
  }

  /** Whether the owner does not have the pods that it wants, so that each look may be worth a try, whatever it was caused by. */
  private isShort(key: string, uid: string): boolean {
    const owner = this.owners.get(key);
    return owner !== undefined && this.owned.counts(uid).active !== (owner.spec.replicas ?? 1);
  }

  private orphanChanged(pod: Pod): void {
    if (this.owners.size === 0) return;
    for (const owner of this.owners.inNamespace(pod.metadata.namespace!)) {
      if (!this.matcher(owner)(pod.metadata.labels)) continue;
      this.mayAdopt.add(objectKey(owner));
      this.queue.add(objectKey(owner));
    }
  }

  /** Whether the pod has all labels of the owner's template, and those by which the owner finds it. */
  private hasLabelsOf(owner: Replicated | undefined, { metadata }: Pod): boolean {
    return (
      owner !== undefined && compileLabelSet(owner.spec.template?.metadata?.labels)(metadata.labels) && this.matcher(owner)(metadata.labels)
    );
  }

  private matcher(owner: Replicated): LabelMatcher {
    return owner.kind === "ReplicaSet" ? compileLabelSelector(owner.spec.selector) : compileLabelSet(owner.spec.selector);
  }

  private *sync(key: string): Task<void> {
    const owner = this.owners.get(key);
    if (owner === undefined) {
      this.expectations.forget(key);
      return;
    }
    // The watch brings the version that was written last, and with it the next sync; until then the cache is known to be behind.
    if (this.unseen.has(key)) return;
    const satisfied = this.expectations.satisfied(key, this.context.simulation.now);
    const adopted = yield* this.claim(owner);
    // Adopted pods are counted when the watch brings them back, and then a sync does what this one leaves undone.
    const mayManage = satisfied && adopted === 0;
    let error: ApiError | undefined;
    let failure: ManageFailure | undefined;
    // The status tells of the pods that the sync found, not of what it then did: the next one does.
    const counts = this.counts(owner);
    if (mayManage && owner.metadata.deletionTimestamp === undefined) {
      const missing = (owner.spec.replicas ?? 1) - this.owned.counts(owner.metadata.uid!).active;
      error = missing > 0 ? yield* this.createPods(owner, missing) : missing < 0 ? yield* this.deletePods(owner, -missing) : undefined;
      if (error !== undefined) failure = { reason: missing > 0 ? "FailedCreate" : "FailedDelete", message: error.message };
    }
    yield* this.updateStatus(owner, counts, failure);
    if (error !== undefined) throw error;
    this.wakeWhenAvailable(key);
  }

  private *createPods(owner: Replicated, missing: number): Task<ApiError | undefined> {
    const key = objectKey(owner);
    const count = Math.min(missing, BURST_REPLICAS);
    const template = owner.spec.template!;
    this.expectations.expectCreations(key, count, this.context.simulation.now);
    const { successes, error } = yield* slowStart(count, () => this.podControl.createFromTemplate(template, owner));
    for (let skipped = successes; skipped < count; skipped++) this.expectations.creationObserved(key);
    return error === undefined || namespaceIsTerminating(error) ? undefined : error;
  }

  private *deletePods(owner: Replicated, surplus: number): Task<ApiError | undefined> {
    const key = objectKey(owner);
    const active = [...controlledBy(this.pods, owner.metadata.uid!)].filter(isPodActive);
    const doomed = podsToDelete(active, this.relatedPods(owner), Math.min(surplus, BURST_REPLICAS), this.context.now());
    this.expectations.expectDeletions(key, doomed.map(objectKey), this.context.simulation.now);
    const outcomes = yield* inParallel(doomed, doomed.length, (pod) => this.deletePod(key, pod, owner));
    return firstError(outcomes);
  }

  private *deletePod(key: string, pod: Pod, owner: Replicated): Task<void> {
    try {
      yield* unless(["NotFound"], this.podControl.delete(pod, owner));
    } catch (error) {
      this.expectations.deletionObserved(key, objectKey(pod));
      throw error;
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

  /** Adopts matching pods without a controller and releases own pods that match no longer. Returns how many were adopted. */
  private *claim(owner: Replicated): Task<number> {
    const key = objectKey(owner);
    const matches = this.matcher(owner);
    if (this.owned.counts(owner.metadata.uid!).relabelled) {
      for (const pod of [...controlledBy(this.pods, owner.metadata.uid!)]) {
        if (!matches(pod.metadata.labels) && owner.metadata.deletionTimestamp === undefined) yield* this.release(pod, owner);
      }
    }
    if (!this.mayAdopt.delete(key) || owner.metadata.deletionTimestamp !== undefined) return 0;
    const orphans = [...this.pods.byIndex(ORPHANS, owner.metadata.namespace!)].filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && isPodActive(pod) && matches(pod.metadata.labels),
    );
    if (orphans.length === 0) return 0;
    this.expectations.expectCreations(key, orphans.length, this.context.simulation.now);
    let adopted = 0;
    for (const pod of orphans) {
      if ((yield* unless(["NotFound", "Invalid"], this.adopt(pod, owner))) !== undefined) adopted++;
      else this.expectations.creationObserved(key);
    }
    return adopted;
  }

  private adopt(pod: Pod, owner: Replicated): Task<Pod> {
    const reference = controllerReference(owner);
    return this.calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => {
      const others = (current.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== reference.uid);
      return { ...current, metadata: { ...current.metadata, ownerReferences: [...others, reference] } };
    });
  }

  private *release(pod: Pod, owner: Replicated): Task<void> {
    yield* unless(
      ["NotFound", "Invalid"],
      this.calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => {
        const others = (current.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
        return { ...current, metadata: { ...current.metadata, ownerReferences: others } };
      }),
    );
  }

  private counts(owner: Replicated): ReplicaCounts {
    const counts = this.owned.counts(owner.metadata.uid!);
    const minReadySeconds = owner.spec.minReadySeconds ?? 0;
    let available = counts.ready;
    let fullyLabeled = counts.active;
    if (minReadySeconds > 0 || counts.relabelled) {
      const now = this.context.now();
      const templateLabels = compileLabelSet(owner.spec.template?.metadata?.labels);
      available = 0;
      fullyLabeled = 0;
      for (const pod of controlledBy(this.pods, owner.metadata.uid!)) {
        if (!isPodActive(pod)) continue;
        if (isPodAvailable(pod, minReadySeconds, now)) available++;
        if (templateLabels(pod.metadata.labels)) fullyLabeled++;
      }
      if (fullyLabeled === counts.active) counts.relabelled = false;
    }
    return {
      replicas: counts.active,
      fullyLabeledReplicas: fullyLabeled,
      readyReplicas: counts.ready,
      availableReplicas: available,
      terminatingReplicas: counts.terminating,
    };
  }

  private *updateStatus(owner: Replicated, counts: ReplicaCounts, failure: ManageFailure | undefined): Task<void> {
    const status = nextReplicaSetStatus(owner.status, owner.metadata.generation, counts, failure, this.context.nowInSeconds());
    if (status === owner.status) return;
    try {
      this.written(yield* this.calls.updateStatus<ReplicatedKind["kind"]>({ ...owner, status }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.reason === "NotFound") throw error;
      // One retry on the newest version, as upstream does, with the status that was found.
      const newest = yield* this.calls.get<ReplicatedKind["kind"]>(targetOf<ReplicatedKind["kind"]>(owner));
      this.written(yield* this.calls.updateStatus<ReplicatedKind["kind"]>({ ...newest, status }));
    }
  }

  /** Remembers a version that the API server answered with, unless the watch was faster. */
  private written(owner: Replicated): void {
    const key = objectKey(owner);
    const version = Number(owner.metadata.resourceVersion);
    const cached = this.owners.get(key);
    if (cached !== undefined && Number(cached.metadata.resourceVersion) < version) this.unseen.set(key, version);
  }

  /** Looks again when the next ready pod has been ready for minReadySeconds. */
  private wakeWhenAvailable(key: string): void {
    const owner = this.owners.get(key);
    const minReadySeconds = owner?.spec.minReadySeconds ?? 0;
    if (owner === undefined || minReadySeconds === 0) return;
    const now = this.context.now();
    let next = Number.POSITIVE_INFINITY;
    for (const pod of controlledBy(this.pods, owner.metadata.uid!)) {
      if (isPodActive(pod)) next = Math.min(next, untilAvailable(pod, minReadySeconds, now) ?? next);
    }
    if (next !== Number.POSITIVE_INFINITY) this.queue.addAfter(key, next);
  }
}

/** Starts the controller for one of the two kinds. */
export function startReplicatedController(context: ControllerContext, kind: ReplicatedKind): void {
  new ReplicaSetController(context, kind);
}

export function startReplicaSetController(context: ControllerContext): void {
  const workers = context.options.concurrentReplicaSetSyncs;
  startReplicatedController(context, { kind: "ReplicaSet", account: "replicaset-controller", workers });
}
