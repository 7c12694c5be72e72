/**
 * The StatefulSet controller: pods with stable names and volumes, made, updated and removed in order.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set.go, stateful_set_control.go, stateful_pod_control.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { claimPods } from "../claim-pods.js";
import type { ControllerContext } from "../controller-context.js";
import { byRevision, keepsTemplate, newRevision, surplusRevisions, templateOf } from "../history/controller-history.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { BY_OWNER, controlledBy, controllerOf, ownerUids } from "../owner-references.js";
import { isPodAvailable, untilAvailable } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { revisionHash } from "../pod-template-hash.js";
import { sameValue } from "../same-value.js";
import { ApiError, firstError, inParallel, RetryLater, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { claimsOf, isRunningAndReady, isTerminating, ordinalOf, revisionOfPod, statefulPod } from "./stateful-pod.js";
import { batchesOf } from "./stateful-batches.js";
import { needsCurrentRevision, planStateful, type StatefulAction } from "./stateful-plan.js";

const ACCOUNT = "statefulset-controller";
const DEFAULT_HISTORY_LIMIT = 10;

interface Revisions {
  /** Revision of pods that were not updated yet. */
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly all: readonly ControllerRevision[];
}

class StatefulSetController {
  private readonly calls: ApiCalls;
  private readonly sets: Informer<StatefulSet>;
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentStatefulSetSyncs, sync: (key) => this.sync(key) });
    this.sets = context.informer("StatefulSet");
    this.pods = context.informer("Pod");
    this.claims = context.informer("PersistentVolumeClaim");
    this.revisions = context.informer("ControllerRevision");
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.pods.addIndex(ORPHANS, orphanNamespace);
    this.revisions.addIndex(BY_OWNER, ownerUids);
    this.sets.addHandlers({
      added: (set) => this.queue.add(objectKey(set)),
      updated: (_, set) => this.queue.add(objectKey(set)),
      deleted: (set) => this.queue.add(objectKey(set)),
    });
    this.pods.addHandlers({
      added: (pod) => this.podChanged(pod),
      updated: (previous, current) => {
        if (controllerOf(previous)?.uid !== controllerOf(current)?.uid) this.podChanged(previous);
        this.podChanged(current);
      },
      deleted: (pod) => this.podChanged(pod),
    });
  }

  private podChanged(pod: Pod): void {
    if (this.sets.size === 0) return;
    const controller = controllerOf(pod);
    if (controller?.kind === "StatefulSet") this.queue.add(`${pod.metadata.namespace}/${controller.name}`);
    if (controller !== undefined) return;
    for (const set of this.sets.inNamespace(pod.metadata.namespace!)) {
      if (compileLabelSelector(set.spec.selector)(pod.metadata.labels)) this.queue.add(objectKey(set));
    }
  }

  private *sync(key: string): Task<void> {
    const set = this.sets.get(key);
    if (set === undefined) return;
    const pods = yield* this.claimPods(set);
    const revisions = yield* this.findRevisions(set);
    let error: ApiError | undefined;
    if (set.metadata.deletionTimestamp === undefined) {
      const actions = planStateful(set, pods, revisions.update.metadata.name, this.context.now());
      for (const batch of batchesOf(set, actions)) {
        error = firstError(yield* inParallel(batch, batch.length, (action) => this.act(set, revisions, action)));
        if (error !== undefined) break;
      }
      for (const pod of pods) if (error === undefined && pod.status?.phase === "Pending") yield* this.createClaims(set, pod);
    }
    yield* this.updateStatus(set, pods, revisions);
    if (error !== undefined) throw error;
    yield* this.truncateHistory(set, pods, revisions);
    this.wakeWhenAvailable(set, key, pods);
  }

  /** A set takes only pods that are called like its own. */
  private claimPods(set: StatefulSet): Task<Pod[]> {
    const isOfSet = (pod: Pod): boolean => pod.metadata.name.startsWith(`${set.metadata.name}-`) && ordinalOf(pod) >= 0;
    return claimPods(this.calls, this.pods, set, compileLabelSelector(set.spec.selector), isOfSet);
  }

  private *findRevisions(set: StatefulSet): Task<Revisions> {
    const all = [...controlledBy(this.revisions, set.metadata.uid!)].sort(byRevision);
    const equal = all.filter((revision) => keepsTemplate(revision, set.spec.template)).at(-1);
    const next = (all.at(-1)?.revision ?? 0) + 1;
    let update: ControllerRevision;
    if (equal === undefined)
      update = yield* this.createRevision(set, newRevision(set, next, revisionHash(set.spec.template, set.status?.collisionCount ?? 0)));
    else if (equal === all.at(-1)) update = equal;
    else update = yield* this.calls.update<"ControllerRevision">({ ...equal, revision: next });
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    return { current, update, all };
  }

  private *createRevision(set: StatefulSet, wished: ControllerRevision): Task<ControllerRevision> {
    const created = yield* unless(["AlreadyExists"], this.calls.create<"ControllerRevision">(wished));
    if (created !== undefined) return created;
    const { namespace, name } = wished.metadata;
    const present = yield* this.calls.get<"ControllerRevision">({ kind: "ControllerRevision", namespace: namespace!, name });
    if (keepsTemplate(present, set.spec.template)) return present;
    const collisionCount = (set.status?.collisionCount ?? 0) + 1;
    yield* this.calls.updateStatus<"StatefulSet">({ ...set, status: { replicas: 0, ...set.status, collisionCount } });
    throw new RetryLater(`the revision ${name} of StatefulSet ${objectKey(set)} is another template's`);
  }

  private *act(set: StatefulSet, revisions: Revisions, action: StatefulAction): Task<void> {
    if (action.action === "create") {
      yield* this.createPod(set, revisions, action.ordinal);
      return;
    }
    const { pod } = action;
    if (action.action === "recreate") {
      const failed = pod.status?.phase === "Failed";
      const reason = failed ? "RecreatingFailedPod" : "RecreatingTerminatedPod";
      const message = `StatefulSet ${objectKey(set)} is recreating ${failed ? "failed" : "terminated"} Pod ${pod.metadata.name}`;
      this.calls.recordEvent(referenceTo(set), failed ? "Warning" : "Normal", reason, message);
    }
    if (action.action === "scaleDown") yield* this.tieClaims(set, pod);
    yield* this.deletePod(set, pod);
  }

  private *createPod(set: StatefulSet, { current, update }: Revisions, ordinal: number): Task<void> {
    const revision = needsCurrentRevision(set, ordinal) ? current : update;
    const pod = statefulPod(set, templateOf(revision) ?? set.spec.template, revision.metadata.name, ordinal);
    try {
      yield* this.createClaims(set, pod);
      yield* this.calls.create<"Pod">(pod);
    } catch (error) {
      if (error instanceof ApiError && error.status.reason !== "AlreadyExists") this.event(set, "Create", pod, error);
      throw error;
    }
    this.event(set, "Create", pod, undefined);
  }

  private *createClaims(set: StatefulSet, pod: Pod): Task<void> {
    for (const claim of claimsOf(set, ordinalOf(pod))) {
      if (this.claims.get(objectKey(claim)) !== undefined) continue;
      yield* unless(["AlreadyExists"], this.calls.create<"PersistentVolumeClaim">(claim));
      const message = `Create Claim ${claim.metadata.name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`;
      this.calls.recordEvent(referenceTo(set), "Normal", "SuccessfulCreate", message);
    }
  }

  /** Claims that are to go with a pod when it is scaled away are owned by the pod from then on. */
  private *tieClaims(set: StatefulSet, pod: Pod): Task<void> {
    if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Delete") return;
    const reference = { apiVersion: "v1", kind: "Pod", name: pod.metadata.name, uid: pod.metadata.uid! };
    for (const { metadata } of claimsOf(set, ordinalOf(pod))) {
      const target = { kind: "PersistentVolumeClaim", namespace: metadata.namespace!, name: metadata.name } as const;
      yield* unless(
        ["NotFound"],
        this.calls.patch<"PersistentVolumeClaim">(target, (claim) => ({
          ...claim,
          metadata: { ...claim.metadata, ownerReferences: [reference] },
        })),
      );
    }
  }

  private *deletePod(set: StatefulSet, pod: Pod): Task<void> {
    try {
      yield* this.calls.delete<"Pod">(targetOf<"Pod">(pod));
    } catch (error) {
      if (error instanceof ApiError) this.event(set, "Delete", pod, error);
      throw error;
    }
    this.event(set, "Delete", pod, undefined);
  }

  private event(set: StatefulSet, verb: "Create" | "Delete", pod: Pod, error: ApiError | undefined): void {
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (error === undefined) this.calls.recordEvent(referenceTo(set), "Normal", `Successful${verb}`, `${what} successful`);
    else this.calls.recordEvent(referenceTo(set), "Warning", `Failed${verb}`, `${what} failed error: ${error.message}`);
  }

  private *updateStatus(set: StatefulSet, pods: readonly Pod[], revisions: Revisions): Task<void> {
    const status = nextStatus(set, pods, revisions, (pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, this.context.now()));
    if (sameValue(status, set.status)) return;
    try {
      yield* this.calls.updateStatus<"StatefulSet">({ ...set, status });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.reason !== "Conflict") throw error;
      const newest = yield* this.calls.get<"StatefulSet">(targetOf<"StatefulSet">(set));
      yield* this.calls.updateStatus<"StatefulSet">({ ...newest, status });
    }
  }

  private *truncateHistory(set: StatefulSet, pods: readonly Pod[], { current, update, all }: Revisions): Task<void> {
    const limit = set.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
    if (all.length <= limit) return;
    const inUse = new Set([current.metadata.name, update.metadata.name, ...pods.map((pod) => revisionOfPod(pod) ?? "")]);
    for (const revision of surplusRevisions(all, inUse, limit)) {
      yield* unless(["NotFound"], this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(revision)));
    }
  }

  private wakeWhenAvailable(set: StatefulSet, key: string, pods: readonly Pod[]): void {
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    if (minReadySeconds === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const pod of pods) next = Math.min(next, untilAvailable(pod, minReadySeconds, this.context.now()) ?? next);
    if (next !== Number.POSITIVE_INFINITY) this.queue.addAfter(key, next);
  }
}

function nextStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update }: Revisions,
  isAvailable: (pod: Pod) => boolean,
): NonNullable<StatefulSet["status"]> {
  const living = pods.filter((pod) => !isTerminating(pod));
  const ready = pods.filter(isRunningAndReady);
  const wished = set.spec.replicas ?? 1;
  const counts = {
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter(isAvailable).length,
    currentReplicas: living.filter((pod) => revisionOfPod(pod) === current.metadata.name).length,
    updatedReplicas: living.filter((pod) => revisionOfPod(pod) === update.metadata.name).length,
  };
  const complete =
    (set.spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate" &&
    counts.updatedReplicas === wished &&
    counts.readyReplicas === wished &&
    counts.replicas === wished;
  return {
    ...set.status,
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    ...counts,
    ...(complete && { currentReplicas: counts.updatedReplicas }),
    currentRevision: complete ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: set.status?.collisionCount ?? 0,
  };
}

export function startStatefulSetController(context: ControllerContext): void {
  new StatefulSetController(context);
}
