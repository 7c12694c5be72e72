/**
 * Creation, repair and deletion of a StatefulSet's pods and claims, with the events that tell of it.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_pod_control.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { ApiObject, PersistentVolumeClaim, Pod, StatefulSet } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { referenceTo } from "../pod-control.js";
import { ApiError, RetryLater, type Task } from "../task.js";
import {
  claimsOf,
  hasConflictingController,
  hasRightOwners,
  hasStaleOwner,
  keepsClaimsOfScaledPods,
  withRightOwners,
} from "./stateful-claims.js";
import { hasClaimVolumes, hasIdentity, ordinalOf, withClaimVolumes, withIdentity } from "./stateful-pod.js";

type Verb = "Create" | "Update" | "Delete";

export class StatefulPodControl {
  /** @param wrote is told of each pod and claim that was written, as the API server answered it */
  constructor(
    private readonly calls: ApiCalls,
    private readonly claims: Informer<PersistentVolumeClaim>,
    private readonly wrote: (set: StatefulSet, object: ApiObject) => void,
  ) {}

  /** @throws ApiError where a claim or the pod was refused, after an event that says so */
  *create(set: StatefulSet, pod: Pod): Task<void> {
    try {
      yield* this.createClaims(set, pod);
    } catch (error) {
      this.failed(set, "Create", pod, error);
    }
    try {
      this.wrote(set, yield* this.calls.create<"Pod">(pod));
    } catch (error) {
      if (error instanceof ApiError && error.status.reason === "AlreadyExists") throw error;
      this.failed(set, "Create", pod, error);
    }
    yield* this.ownClaimsOrTell(set, pod);
    this.done(set, "Create", pod);
  }

  /** Gives the pod back its labels and volumes, and its claims the owners of the set's retention policy. */
  *update(set: StatefulSet, pod: Pod): Task<void> {
    let wished = hasIdentity(set, pod) ? pod : withIdentity(pod);
    try {
      if (!hasClaimVolumes(set, pod)) {
        wished = withClaimVolumes(set, wished);
        yield* this.createClaims(set, pod);
      }
      const rightOwners = this.claimsHaveRightOwners(set, pod);
      if (!rightOwners) yield* this.ownClaims(set, pod);
      if (wished === pod && rightOwners) return;
      this.wrote(set, yield* this.calls.update<"Pod">(wished));
    } catch (error) {
      this.failed(set, "Update", pod, error);
    }
    this.done(set, "Update", pod);
  }

  *delete(set: StatefulSet, pod: Pod): Task<void> {
    try {
      yield* this.calls.delete<"Pod">(targetOf<"Pod">(pod));
    } catch (error) {
      this.failed(set, "Delete", pod, error);
    }
    this.done(set, "Delete", pod);
  }

  /** Makes the claims that are missing of a pod that waits for them. @throws ApiError */
  *completeClaims(set: StatefulSet, pod: Pod): Task<void> {
    yield* this.createClaims(set, pod);
    yield* this.ownClaimsOrTell(set, pod);
  }

  /** @throws ApiError where one was refused or is being deleted */
  private *createClaims(set: StatefulSet, pod: Pod): Task<void> {
    const errors: string[] = [];
    for (const claim of claimsOf(set, ordinalOf(pod))) {
      const { name } = claim.metadata;
      const present = this.claims.get(objectKey(claim));
      if (present?.metadata.deletionTimestamp !== undefined) errors.push(`pvc ${name} is being deleted`);
      if (present !== undefined) continue;
      try {
        this.wrote(set, yield* this.calls.create<"PersistentVolumeClaim">(claim));
        this.event(set, undefined, "Create", `Create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        errors.push(`failed to create PVC ${name}: ${error.message}`);
        if (error.status.reason === "AlreadyExists") continue;
        this.event(set, error, "Create", `Create Claim ${name} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`);
      }
    }
    if (errors.length > 0) throw new RetryLater(errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`);
  }

  claimsHaveRightOwners(set: StatefulSet, pod: Pod): boolean {
    return this.presentClaims(set, pod).every((claim) => hasRightOwners(claim, set, pod));
  }

  private *ownClaimsOrTell(set: StatefulSet, pod: Pod): Task<void> {
    try {
      yield* this.ownClaims(set, pod);
    } catch (error) {
      this.failed(set, "Update", pod, error);
    }
  }

  /** Gives the claims that are there the owners that the set's retention policy has. @throws ApiError where one was refused */
  *ownClaims(set: StatefulSet, pod: Pod): Task<void> {
    for (const claim of this.presentClaims(set, pod)) {
      const { name } = claim.metadata;
      if (hasConflictingController(claim, set, pod)) {
        const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.calls.recordEvent(referenceTo(set), "Warning", "ConflictingController", message);
      }
      if (hasRightOwners(claim, set, pod)) continue;
      try {
        this.wrote(set, yield* this.calls.update<"PersistentVolumeClaim">(withRightOwners(claim, set, pod)));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        throw new RetryLater(`could not update claim ${name} for delete policy ownerRefs: ${error.message}`);
      }
    }
  }

  /** Whether a claim waits for its deletion together with an earlier pod of that name; the pod has to wait too. */
  isClaimStale(set: StatefulSet, pod: Pod): boolean {
    return !keepsClaimsOfScaledPods(set) && this.presentClaims(set, pod).some((claim) => hasStaleOwner(claim, pod));
  }

  private presentClaims(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsOf(set, ordinalOf(pod)).flatMap((claim) => this.claims.get(objectKey(claim)) ?? []);
  }

  private done(set: StatefulSet, verb: Verb, pod: Pod): void {
    this.event(set, undefined, verb, `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
  }

  private failed(set: StatefulSet, verb: Verb, pod: Pod, error: unknown): never {
    if (error instanceof ApiError) this.event(set, error, verb, `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`);
    throw error;
  }

  private event(set: StatefulSet, error: ApiError | undefined, verb: Verb, message: string): void {
    if (error === undefined) this.calls.recordEvent(referenceTo(set), "Normal", `Successful${verb}`, message);
    else this.calls.recordEvent(referenceTo(set), "Warning", `Failed${verb}`, `${message} failed error: ${error.message}`);
  }
}
