/**
 * One sync of one Deployment, against what the cache held when it began.
 *
 * Source: kubernetes pkg/controller/deployment/{deployment_controller,sync,rolling,recreate,progress}.go.
 */
import type { Deployment, DeploymentStatus, Pod, ReplicaSet, Timestamp } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { conditionOf, withCondition } from "../conditions.js";
import { isControlledBy } from "../owner-references.js";
import { isPodTerminal } from "../pod-conditions.js";
import { namespaceIsTerminating, referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, RetryLater, unless, type Task } from "../task.js";
import { countedStatus, deploymentCondition, hasProgressDeadline, isComplete, pauseCondition, rolloutStatus } from "./deployment-status.js";
import { newReplicaSet } from "./new-replica-set.js";
import { proportionalSizes } from "./proportional-scaling.js";
import {
  activeOrLatest,
  activeReplicaSets,
  byCreation,
  desiredReplicasAnnotation,
  findNewReplicaSet,
  isSaturated,
  sameTemplate,
} from "./replica-sets.js";
import { beyondHistory, greatestRevision, newReplicaSetAnnotations, REVISION, revisionOf, withReplicaAnnotations } from "./revisions.js";
import { mostToRemove, newReplicaSetSize, replicasOf, withoutSurplus, withoutUnavailable } from "./rolling-update.js";

/** Reason of condition and event where the new ReplicaSet was refused. Source: FailedRSCreateReason in util/deployment_util.go. */
const CREATE_ERROR = "ReplicaSetCreateError";

export interface DeploymentSyncOptions {
  readonly calls: ApiCalls;
  /** Pods of a ReplicaSet, ended ones too. */
  readonly podsOf: (replicaSet: ReplicaSet) => Iterable<Pod>;
  readonly now: () => Timestamp;
}

export class DeploymentSync {
  private readonly calls: ApiCalls;
  /** The new ReplicaSet as the cache has it. */
  private readonly cachedLatest: ReplicaSet | undefined;
  private latest: ReplicaSet | undefined;
  private old: ReplicaSet[];

  /**
   * @param deployment as the cache has it. It is written under that version however often it was written before in this sync, so that
   *   whichever write comes second is refused and the sync tried again, as upstream's
   */
  constructor(
    private readonly options: DeploymentSyncOptions,
    private deployment: Deployment,
    replicaSets: readonly ReplicaSet[],
  ) {
    this.calls = options.calls;
    this.cachedLatest = findNewReplicaSet(deployment, replicaSets);
    this.latest = this.cachedLatest;
    this.old = replicaSets.filter((replicaSet) => replicaSet !== this.latest).sort(byCreation);
  }

  /** Does what is to be done and returns the status that the Deployment then has. */
  *run(): Task<DeploymentStatus | undefined> {
    if (this.deployment.metadata.deletionTimestamp !== undefined) {
      yield* this.findLatest(false);
      yield* this.syncStatus();
      return undefined;
    }
    yield* this.syncPauseCondition();
    if (this.deployment.spec.paused === true || (yield* this.isScaling())) {
      yield* this.scaleOnly();
      return undefined;
    }
    if (this.deployment.spec.strategy?.type === "Recreate") yield* this.recreate();
    else yield* this.roll();
    return yield* this.syncRollout();
  }

  private get all(): ReplicaSet[] {
    return this.latest === undefined ? this.old : [...this.old, this.latest];
  }

  private *syncPauseCondition(): Task<void> {
    const condition = pauseCondition(this.deployment, this.options.now());
    if (condition === undefined) return;
    const status = { ...this.deployment.status, conditions: withCondition(this.deployment.status?.conditions, condition) };
    this.deployment = { ...this.deployment, status };
    yield* this.calls.updateStatus<"Deployment">(this.deployment);
  }

  /** Whether the wished size changed since the ReplicaSets were last scaled. Upstream looks for the new ReplicaSet here and once more later. */
  private *isScaling(): Task<boolean> {
    yield* this.findLatest(false);
    return activeReplicaSets(this.all).some((replicaSet) => {
      const desired = desiredReplicasAnnotation(replicaSet);
      return desired !== undefined && desired !== replicasOf(this.deployment);
    });
  }

  private *scaleOnly(): Task<void> {
    yield* this.findLatest(false);
    yield* this.scaleAll();
    if (this.deployment.spec.paused === true) yield* this.cleanUp();
    yield* this.syncStatus();
  }

  private *scaleAll(): Task<void> {
    const wished = replicasOf(this.deployment);
    const only = activeOrLatest(this.latest, this.old);
    if (only !== undefined) {
      if (replicasOf(only) !== wished) yield* this.scale(only, wished);
      return;
    }
    if (isSaturated(this.deployment, this.latest)) {
      for (const replicaSet of activeReplicaSets(this.old)) yield* this.scale(replicaSet, 0);
      return;
    }
    if (this.deployment.spec.strategy?.type === "Recreate") return;
    for (const { replicaSet, size } of proportionalSizes(this.deployment, activeReplicaSets(this.all))) yield* this.scale(replicaSet, size);
  }

  private *roll(): Task<void> {
    yield* this.findLatest(true);
    const latest = this.latest!;
    const size = replicasOf(latest);
    const wished = replicasOf(this.deployment);
    const next = size > wished ? wished : newReplicaSetSize(this.deployment.spec, this.all, size);
    if (next !== size) {
      yield* this.scale(latest, next);
      return;
    }
    const hasShrunk = yield* this.shrinkOld(latest);
    if (!hasShrunk && this.deployment.status !== undefined && isComplete(this.deployment, this.deployment.status)) yield* this.cleanUp();
  }

  /** Takes pods away from old ReplicaSets. Returns whether it did. */
  private *shrinkOld(latest: ReplicaSet): Task<boolean> {
    const { spec } = this.deployment;
    const old = activeReplicaSets(this.old);
    const most = mostToRemove(spec, old, latest);
    if (old.length === 0 || most <= 0) return false;
    const { resizes: unavailable, isStale } = withoutUnavailable(old, most);
    for (const { replicaSet, size } of unavailable) yield* this.scale(replicaSet, size);
    if (isStale) return false;
    const surplus = withoutSurplus(spec, activeReplicaSets(this.old), latest);
    for (const { replicaSet, size } of surplus) yield* this.scale(replicaSet, size);
    return unavailable.length + surplus.length > 0;
  }

  private *recreate(): Task<void> {
    yield* this.findLatest(false);
    const shrinking = activeReplicaSets(this.old);
    for (const replicaSet of shrinking) yield* this.scale(replicaSet, 0);
    if (shrinking.length > 0 || this.oldPodsRun()) return;
    if (this.latest === undefined) yield* this.findLatest(true);
    const wished = replicasOf(this.deployment);
    if (replicasOf(this.latest!) !== wished) yield* this.scale(this.latest!, wished);
    if (this.deployment.status !== undefined && isComplete(this.deployment, this.deployment.status)) yield* this.cleanUp();
  }

  private oldPodsRun(): boolean {
    if (this.old.some(({ status }) => (status?.replicas ?? 0) > 0)) return true;
    for (const replicaSet of this.old) for (const pod of this.options.podsOf(replicaSet)) if (!isPodTerminal(pod)) return true;
    return false;
  }

  /** Brings the new ReplicaSet's revision up to date, or creates it. Source: getAllReplicaSetsAndSyncRevision in sync.go. */
  private *findLatest(create: boolean): Task<void> {
    const revision = greatestRevision(this.old) + 1;
    if (this.cachedLatest !== undefined) yield* this.renewLatest(this.cachedLatest, revision);
    else if (create) yield* this.createLatest(revision);
  }

  private *renewLatest(latest: ReplicaSet, revision: number): Task<void> {
    const annotations = newReplicaSetAnnotations(latest.metadata.annotations, this.deployment, revision);
    const minReadySeconds = this.deployment.spec.minReadySeconds ?? 0;
    if (annotations !== latest.metadata.annotations || (latest.spec.minReadySeconds ?? 0) !== minReadySeconds) {
      const metadata = { ...latest.metadata, ...(annotations !== undefined && { annotations }) };
      this.latest = yield* this.calls.update<"ReplicaSet">({ ...latest, metadata, spec: { ...latest.spec, minReadySeconds } });
      return;
    }
    const found =
      hasProgressDeadline(this.deployment) && conditionOf(this.deployment.status?.conditions, "Progressing") === undefined
        ? deploymentCondition(
            "Progressing",
            "True",
            "FoundNewReplicaSet",
            `Found new replica set "${latest.metadata.name}"`,
            this.options.now(),
          )
        : undefined;
    yield* this.recordRevision(String(revisionOf(latest)), found);
  }

  /** Writes the revision and a condition to the Deployment, where either is new. */
  private *recordRevision(revision: string, condition: ReturnType<typeof deploymentCondition> | undefined): Task<void> {
    const { metadata, status } = this.deployment;
    if (metadata.annotations?.[REVISION] === revision && condition === undefined) return;
    const conditions = condition === undefined ? status?.conditions : withCondition(status?.conditions, condition);
    this.deployment = {
      ...this.deployment,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [REVISION]: revision } },
      status: { ...status, ...(conditions !== undefined && { conditions }) },
    };
    yield* this.calls.updateStatus<"Deployment">(this.deployment);
  }

  private *createLatest(revision: number): Task<void> {
    const wished = newReplicaSet(this.deployment, this.old, revision);
    const created = yield* this.create(wished);
    this.latest = created ?? (yield* this.findCreated(wished));
    const { name } = this.latest.metadata;
    const size = replicasOf(wished);
    if (created !== undefined && size > 0) this.event(`Scaled up replica set ${name} from 0 to ${size}`);
    const condition =
      created !== undefined && hasProgressDeadline(this.deployment)
        ? deploymentCondition("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${name}"`, this.options.now())
        : undefined;
    yield* this.recordRevision(String(revision), condition);
  }

  /** Undefined where there is a ReplicaSet of that name already. @throws ApiError where it was refused, after an event that says so */
  private *create(wished: ReplicaSet): Task<ReplicaSet | undefined> {
    try {
      return yield* this.calls.create<"ReplicaSet">(wished);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason === "AlreadyExists") return undefined;
      if (!namespaceIsTerminating(error)) yield* this.tellOfRefusal(wished, error);
      throw error;
    }
  }

  private *tellOfRefusal(wished: ReplicaSet, { message: why }: ApiError): Task<void> {
    const message = `Failed to create new replica set "${wished.metadata.name}": ${why}`;
    if (hasProgressDeadline(this.deployment)) {
      const condition = deploymentCondition("Progressing", "False", CREATE_ERROR, message, this.options.now());
      const status = { ...this.deployment.status, conditions: withCondition(this.deployment.status?.conditions, condition) };
      yield* unless(["Conflict", "NotFound"], this.calls.updateStatus<"Deployment">({ ...this.deployment, status }));
    }
    this.calls.recordEvent(referenceTo(this.deployment), "Warning", CREATE_ERROR, message);
  }

  /** The ReplicaSet of that name, which serves where it has the same owner and template and the cache did not show it yet. */
  private *findCreated(wished: ReplicaSet): Task<ReplicaSet> {
    const { namespace, name } = wished.metadata;
    const present = yield* this.calls.get<"ReplicaSet">({ kind: "ReplicaSet", namespace: namespace!, name });
    if (isControlledBy(present, this.deployment) && sameTemplate(present.spec.template, this.deployment.spec.template)) return present;
    const status = { ...this.deployment.status, collisionCount: (this.deployment.status?.collisionCount ?? 0) + 1 };
    yield* this.calls.updateStatus<"Deployment">({ ...this.deployment, status });
    throw new RetryLater(`the ReplicaSet ${name} is another template's`);
  }

  private *scale(replicaSet: ReplicaSet, size: number): Task<void> {
    const previous = replicasOf(replicaSet);
    const annotations = withReplicaAnnotations(replicaSet.metadata.annotations, this.deployment);
    if (size === previous && annotations === replicaSet.metadata.annotations) return;
    const scaled = yield* this.calls.update<"ReplicaSet">({
      ...replicaSet,
      metadata: { ...replicaSet.metadata, annotations },
      spec: { ...replicaSet.spec, replicas: size },
    });
    if (size !== previous)
      this.event(`Scaled ${size > previous ? "up" : "down"} replica set ${replicaSet.metadata.name} from ${previous} to ${size}`);
    if (replicaSet === this.latest) this.latest = scaled;
    else this.old = this.old.map((one) => (one === replicaSet ? scaled : one));
  }

  private *cleanUp(): Task<void> {
    for (const replicaSet of beyondHistory(this.deployment, this.old))
      yield* unless(["NotFound"], this.calls.delete<"ReplicaSet">(targetOf<"ReplicaSet">(replicaSet)));
  }

  private *syncStatus(): Task<void> {
    yield* this.writeStatus(countedStatus(this.deployment, this.all, this.latest, this.options.now()));
  }

  private *syncRollout(): Task<DeploymentStatus> {
    const status = rolloutStatus(this.deployment, this.all, this.latest, this.options.now());
    const written = yield* this.writeStatus(status);
    return written ? status : (this.deployment.status ?? status);
  }

  private *writeStatus(status: DeploymentStatus): Task<boolean> {
    if (sameValue(this.deployment.status, status)) return false;
    yield* this.calls.updateStatus<"Deployment">({ ...this.deployment, status });
    return true;
  }

  private event(message: string): void {
    this.calls.recordEvent(referenceTo(this.deployment), "Normal", "ScalingReplicaSet", message);
  }
}
