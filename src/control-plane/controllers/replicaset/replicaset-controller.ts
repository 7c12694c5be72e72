/**
 * The ReplicaSet controller, which also serves ReplicationControllers: keeps the wished number of pods of a template.
 *
 * Source: kubernetes pkg/controller/replicaset/replica_set.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSet } from "../../../api/selector.js";
import type { Pod } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { ConsistencyStore } from "../consistency-store.js";
import type { ControllerContext } from "../controller-context.js";
import { TrackingExpectations } from "../expectations.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodActive, isPodAvailable, isPodReady, untilAvailable } from "../pod-conditions.js";
import { PodControl } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { OwnedPods } from "./owned-pods.js";
import { hasLabelsOf, matcherOf, PodClaims, type Replicated } from "./pod-claims.js";
import { ReplicaManager } from "./replica-manager.js";
import { nextReplicaSetStatus, type ManageFailure, type ReplicaCounts } from "./replicaset-status.js";

const NO_PODS: ReadonlySet<string> = new Set();

/** What tells the two kinds apart. */
export interface ReplicatedKind {
  readonly kind: "ReplicaSet" | "ReplicationController";
  /** Service account, and source of events. */
  readonly account: string;
  readonly workers: number;
}

class ReplicaSetController {
  private readonly calls: ApiCalls;
  private readonly pods: Informer<Pod>;
  private readonly owners: Informer<Replicated>;
  private readonly queue: WorkQueue;
  private readonly expectations = new TrackingExpectations();
  private readonly owned = new OwnedPods();
  private readonly consistency: ConsistencyStore;
  private readonly claims: PodClaims;
  private readonly replicas: ReplicaManager;

  constructor(
    private readonly context: ControllerContext,
    private readonly kind: ReplicatedKind,
  ) {
    this.calls = context.calls(kind.account, kind.account);
    this.queue = context.queue({ workers: kind.workers, sync: (key) => this.sync(key) });
    this.pods = context.informer("Pod");
    this.owners = context.informer(kind.kind);
    this.consistency = new ConsistencyStore(kind.kind === "ReplicaSet" ? { Pod: this.pods, ReplicaSet: this.owners } : {});
    const podControl = new PodControl(this.calls, (pod, owner) => this.consistency.wroteAt(objectKey(owner), pod));
    this.claims = new PodClaims(this.calls, this.pods);
    this.replicas = new ReplicaManager(context, podControl, this.expectations, this.pods, this.owners);
    this.pods.addIndex(BY_OWNER, ownerUids);
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
    this.claims.lookAgain(key);
    this.queue.add(key);
  }

  private ownerUpdated(previous: Replicated, current: Replicated): void {
    if (previous.metadata.uid !== current.metadata.uid) this.ownerDeleted(previous);
    if (!sameValue(previous.spec.selector, current.spec.selector)) this.claims.lookAgain(objectKey(current));
    if (previous.spec.template !== current.spec.template && !sameValue(previous.spec.template?.metadata, current.spec.template?.metadata))
      this.owned.counts(current.metadata.uid!).relabelled = true;
    this.queue.add(objectKey(current));
  }

  private ownerDeleted(owner: Replicated): void {
    const key = objectKey(owner);
    this.consistency.clear(key);
    this.expectations.forget(key);
    this.claims.forget(key);
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
    // A controller that has just begun finds pods whose labels were changed before.
    if (!hasLabelsOf(this.owners.get(key), pod)) this.owned.counts(controller.uid).relabelled = true;
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
    if (relabelled && !hasLabelsOf(this.owners.get(key), current)) this.owned.counts(after.uid).relabelled = true;
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
      if (!hasLabelsOf(this.owners.get(key), current)) this.owned.counts(after.uid).relabelled = true;
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
      if (!matcherOf(owner)(pod.metadata.labels)) continue;
      this.claims.lookAgain(objectKey(owner));
      this.queue.add(objectKey(owner));
    }
  }

  private *sync(key: string): Task<void> {
    this.consistency.ensureReady(key);
    const owner = this.owners.get(key);
    if (owner === undefined) {
      this.consistency.clear(key);
      this.expectations.forget(key);
      return;
    }
    const satisfied = this.expectations.satisfied(key, this.context.simulation.now);
    const released = this.owned.counts(owner.metadata.uid!).relabelled ? yield* this.claims.releaseStrangers(owner) : NO_PODS;
    yield* this.claims.adoptOrphans(owner);
    const adopted = this.claims.adoptedBy(owner);
    let error: ApiError | undefined;
    let failure: ManageFailure | undefined;
    // The status tells of the pods that the sync found, not of what it then did: the next one does.
    const counts = this.counts(owner, released, adopted);
    if (satisfied && owner.metadata.deletionTimestamp === undefined) {
      const missing = (owner.spec.replicas ?? 1) - counts.replicas;
      error =
        missing > 0
          ? yield* this.replicas.create(owner, missing)
          : missing < 0
            ? yield* this.replicas.delete(owner, -missing, released, adopted)
            : undefined;
      if (error !== undefined) failure = { reason: missing > 0 ? "FailedCreate" : "FailedDelete", message: error.message };
    }
    yield* this.updateStatus(owner, counts, failure);
    if (error !== undefined) throw error;
    this.wakeWhenAvailable(key);
  }

  /**
   * @param released pods that the owner has let go, whatever the cache still shows
   * @param adopted pods that it has got, though the cache does not show it
   */
  private counts(owner: Replicated, released: ReadonlySet<string>, adopted: readonly Pod[]): ReplicaCounts {
    const counts = this.owned.counts(owner.metadata.uid!);
    const minReadySeconds = owner.spec.minReadySeconds ?? 0;
    let { active, ready } = counts;
    let available = ready;
    let fullyLabeled = active;
    if (minReadySeconds > 0 || counts.relabelled || adopted.length > 0) {
      const now = this.context.now();
      const templateLabels = compileLabelSet(owner.spec.template?.metadata?.labels);
      active = 0;
      ready = 0;
      available = 0;
      fullyLabeled = 0;
      for (const pod of [...controlledBy(this.pods, owner.metadata.uid!), ...adopted]) {
        if (!isPodActive(pod) || released.has(pod.metadata.uid!)) continue;
        active++;
        if (isPodReady(pod)) ready++;
        if (isPodAvailable(pod, minReadySeconds, now)) available++;
        if (templateLabels(pod.metadata.labels)) fullyLabeled++;
      }
      if (adopted.length === 0 && fullyLabeled === counts.active) counts.relabelled = false;
    }
    return {
      replicas: active,
      fullyLabeledReplicas: fullyLabeled,
      readyReplicas: ready,
      availableReplicas: available,
      ...(owner.kind === "ReplicaSet" && { terminatingReplicas: counts.terminating }),
    };
  }

  private *updateStatus(owner: Replicated, counts: ReplicaCounts, failure: ManageFailure | undefined): Task<void> {
    const status = nextReplicaSetStatus(owner.status, owner.metadata.generation, counts, failure, this.context.nowInSeconds());
    if (status === owner.status) return;
    try {
      this.consistency.wroteAt(objectKey(owner), yield* this.calls.updateStatus<ReplicatedKind["kind"]>({ ...owner, status }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.reason === "NotFound") throw error;
      // One retry on the newest version, as upstream does, with the status that was found.
      const newest = yield* this.calls.get<ReplicatedKind["kind"]>(targetOf<ReplicatedKind["kind"]>(owner));
      this.consistency.wroteAt(objectKey(owner), yield* this.calls.updateStatus<ReplicatedKind["kind"]>({ ...newest, status }));
    }
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
