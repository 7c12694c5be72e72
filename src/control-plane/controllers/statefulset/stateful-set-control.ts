/**
 * What a StatefulSet does with its pods in one look: first those of the wished ordinals, then those beyond, then the update; one thing at
 * a time and in order, unless pods are managed in parallel.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees and kubernetes
 * pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet, processReplica, processCondemned, runForAll). The feature gate
 * MaxUnavailableStatefulSet is off by default in 1.36.
 */
import { hasEnded } from "../../../api/pod-phase.js";
import type { Pod, StatefulSet } from "../../../api/types/index.js";
import type { ControllerContext } from "../controller-context.js";
import { templateOf } from "../history/controller-history.js";
import { isPodAvailable } from "../pod-conditions.js";
import { slowStart } from "../slow-start.js";
import { ApiError, unless, type Task } from "../task.js";
import type { StatefulPodControl } from "./stateful-pod-control.js";
import {
  firstOrdinal,
  hasClaimVolumes,
  hasIdentity,
  isCreated,
  isRunningAndReady,
  isTerminating,
  isUnavailable,
  isWantedOrdinal,
  needsCurrentRevision,
  ordinalOf,
  revisionOfPod,
  statefulPod,
} from "./stateful-pod.js";
import { statefulStatus, type StatefulRevisions, type StatefulSetStatus } from "./stateful-status.js";

/** Source: MaxBatchSize in stateful_set_control.go. */
const LARGEST_BATCH = 500;

/** The status after a look, which is written even where the look ended with an error. */
export interface StatefulUpdate {
  readonly status: StatefulSetStatus;
  readonly error?: ApiError;
}

/** Whether nothing further may be done before what was begun is finished. */
type Blocked = boolean;

/** One look at one set. */
export class StatefulSetControl {
  private readonly ordered: boolean;
  private readonly minReadySeconds: number;

  constructor(
    private readonly context: ControllerContext,
    private readonly podControl: StatefulPodControl,
    private readonly set: StatefulSet,
    private readonly revisions: StatefulRevisions,
  ) {
    this.ordered = set.spec.podManagementPolicy !== "Parallel";
    this.minReadySeconds = set.spec.minReadySeconds ?? 0;
  }

  *update(pods: readonly Pod[]): Task<StatefulUpdate> {
    if (this.set.metadata.deletionTimestamp !== undefined) return { status: this.statusOf(pods) };
    const replicas = this.replicasOf(pods);
    const condemned = pods
      .filter((pod) => ordinalOf(pod) >= 0 && !isWantedOrdinal(this.set, ordinalOf(pod)))
      .sort((a, b) => ordinalOf(b) - ordinalOf(a));
    const firstUnavailable = [...replicas, ...condemned.toReversed()].find((pod) => this.isUnavailable(pod));
    let updated = 0;
    let error: ApiError | undefined;
    try {
      const blocked =
        (yield* this.forAll(replicas, (pod) => this.processReplica(pod))) ||
        (yield* this.forAll(condemned, (pod) => this.fixClaims(pod))) ||
        (yield* this.forAll(condemned, (pod) => this.processCondemned(pod, firstUnavailable)));
      if (!blocked && (yield* this.updateNext(replicas))) updated = 1;
    } catch (refused) {
      if (!(refused instanceof ApiError)) throw refused;
      error = refused;
    }
    const status = this.statusOf([...replicas, ...condemned]);
    return { status: { ...status, currentReplicas: status.currentReplicas! - updated }, ...(error !== undefined && { error }) };
  }

  private statusOf(pods: readonly Pod[]): StatefulSetStatus {
    return statefulStatus(this.set, pods, this.revisions, this.context.now());
  }

  private isUnavailable(pod: Pod): boolean {
    return isUnavailable(pod, this.minReadySeconds, this.context.now());
  }

  private isReadyAndAvailable(pod: Pod): boolean {
    return isRunningAndReady(pod) && isPodAvailable(pod, this.minReadySeconds, this.context.now());
  }

  /** A pod for each wished ordinal; those that are missing as they would be created. */
  private replicasOf(pods: readonly Pod[]): Pod[] {
    const { set, revisions } = this;
    const start = firstOrdinal(set);
    const replicas: (Pod | undefined)[] = Array.from({ length: set.spec.replicas ?? 1 }, () => undefined);
    for (const pod of pods) if (isWantedOrdinal(set, ordinalOf(pod))) replicas[ordinalOf(pod) - start] = pod;
    return replicas.map((pod, index) => {
      if (pod !== undefined) return pod;
      const revision = needsCurrentRevision(set, start + index) ? revisions.current : revisions.update;
      return statefulPod(set, templateOf(revision) ?? set.spec.template, revision.metadata.name, start + index);
    });
  }

  /** In order up to the first pod that blocks; in parallel in growing batches, none of which blocks. */
  private *forAll(pods: readonly Pod[], process: (pod: Pod) => Task<Blocked>): Task<Blocked> {
    if (this.ordered) {
      for (const pod of pods) if (yield* process(pod)) return true;
      return false;
    }
    const { error } = yield* slowStart(pods.length, (index) => process(pods[index]), LARGEST_BATCH);
    if (error !== undefined) throw error;
    return false;
  }

  private *processReplica(pod: Pod): Task<Blocked> {
    const { set, podControl, ordered } = this;
    if (hasEnded(pod)) {
      if (!isTerminating(pod)) yield* podControl.delete(set, pod);
      return true;
    }
    if (!isCreated(pod)) {
      if (podControl.isClaimStale(set, pod)) return true;
      yield* podControl.create(set, pod);
      if (ordered) return true;
    }
    if (pod.status?.phase === "Pending") yield* podControl.completeClaims(set, pod);
    if (ordered && (isTerminating(pod) || !this.isReadyAndAvailable(pod))) return true;
    if (!hasIdentity(set, pod) || !hasClaimVolumes(set, pod) || !podControl.claimsHaveRightOwners(set, pod)) {
      yield* podControl.update(set, pod);
    }
    return false;
  }

  private *fixClaims(pod: Pod): Task<Blocked> {
    if (!this.podControl.claimsHaveRightOwners(this.set, pod)) yield* this.podControl.ownClaims(this.set, pod);
    return false;
  }

  private *processCondemned(pod: Pod, firstUnavailable: Pod | undefined): Task<Blocked> {
    if (isTerminating(pod)) return true;
    if (this.ordered && pod !== firstUnavailable && !this.isReadyAndAvailable(pod)) return true;
    yield* this.podControl.delete(this.set, pod);
    return true;
  }

  /** Deletes the pod of the greatest ordinal that is still of another revision, unless one above it is not available yet; tells whether it did. */
  private *updateNext(replicas: readonly Pod[]): Task<boolean> {
    const { type, rollingUpdate } = this.set.spec.updateStrategy ?? {};
    if (type === "OnDelete") return false;
    const partition = rollingUpdate?.partition ?? 0;
    for (let index = replicas.length - 1; index >= partition; index--) {
      const pod = replicas[index];
      if (revisionOfPod(pod) !== this.revisions.update.metadata.name && !isTerminating(pod)) {
        yield* unless(["NotFound"], this.podControl.delete(this.set, pod));
        return true;
      }
      if (this.isUnavailable(pod)) return false;
    }
    return false;
  }
}
