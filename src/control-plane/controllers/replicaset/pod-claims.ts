/**
 * Which pods are an owner's: matching pods that nobody controls are adopted, own pods that match no longer are released.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions and kubernetes
 * pkg/controller/controller_ref_manager.go (ClaimPods).
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector, compileLabelSet, type LabelMatcher } from "../../../api/selector.js";
import type { Pod, ReplicaSet, ReplicationController } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import { checkAdoption } from "../adoption.js";
import type { ApiCalls } from "../api-calls.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { controlledBy, controllerOf, controllerReference } from "../owner-references.js";
import { isPodActive } from "../pod-conditions.js";
import { unless, type Task } from "../task.js";

const NO_PODS: readonly Pod[] = [];

export type Replicated = ReplicaSet | ReplicationController;

/** By which labels an owner finds its pods. */
export function matcherOf(owner: Replicated): LabelMatcher {
  return owner.kind === "ReplicaSet" ? compileLabelSelector(owner.spec.selector) : compileLabelSet(owner.spec.selector);
}

/** Whether the pod has all labels of the owner's template, and those by which the owner finds it. */
export function hasLabelsOf(owner: Replicated | undefined, { metadata }: Pod): boolean {
  return (
    owner !== undefined && compileLabelSet(owner.spec.template?.metadata?.labels)(metadata.labels) && matcherOf(owner)(metadata.labels)
  );
}

export class PodClaims {
  /** Keys of owners that some pod without a controller may match. */
  private readonly mayAdopt = new Set<string>();
  /** Pods that were adopted and that the cache does not show as such yet, by key of the owner. */
  private readonly adopted = new Map<string, readonly Pod[]>();

  constructor(
    private readonly calls: ApiCalls,
    private readonly pods: Informer<Pod>,
  ) {
    pods.addIndex(ORPHANS, orphanNamespace);
  }

  /** A pod without a controller may match the owner. */
  lookAgain(key: string): void {
    this.mayAdopt.add(key);
  }

  forget(key: string): void {
    this.mayAdopt.delete(key);
    this.adopted.delete(key);
  }

  /** Lets go of own pods that match no longer. Returns their uids. */
  *releaseStrangers(owner: Replicated): Task<ReadonlySet<string>> {
    const released = new Set<string>();
    if (owner.metadata.deletionTimestamp !== undefined) return released;
    const matches = matcherOf(owner);
    for (const pod of [...controlledBy(this.pods, owner.metadata.uid!)]) {
      if (matches(pod.metadata.labels)) continue;
      yield* this.release(pod, owner);
      released.add(pod.metadata.uid!);
    }
    return released;
  }

  /** Matching pods without a controller, where any may have come since they were last asked for. */
  private orphansOf(owner: Replicated): Pod[] {
    if (!this.mayAdopt.delete(objectKey(owner)) || owner.metadata.deletionTimestamp !== undefined) return [];
    const matches = matcherOf(owner);
    return [...this.pods.byIndex(ORPHANS, owner.metadata.namespace!)].filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && isPodActive(pod) && matches(pod.metadata.labels),
    );
  }

  /** Makes the owner the controller of matching pods. @throws ApiError where it may not adopt, or a pod was refused */
  *adoptOrphans(owner: Replicated): Task<void> {
    const orphans = this.orphansOf(owner);
    if (orphans.length === 0) return;
    const key = objectKey(owner);
    try {
      yield* checkAdoption(this.calls, owner);
      for (const pod of orphans) {
        const adopted = yield* this.adopt(pod, owner);
        if (adopted !== undefined) this.adopted.set(key, [...(this.adopted.get(key) ?? []), adopted]);
      }
    } catch (error) {
      this.lookAgain(key);
      throw error;
    }
  }

  /** Adopted pods that the cache still shows without a controller. They are the owner's as much as others. */
  adoptedBy(owner: Replicated): readonly Pod[] {
    const key = objectKey(owner);
    const adopted = this.adopted.get(key);
    if (adopted === undefined) return NO_PODS;
    const unseen = adopted.filter((pod) => {
      const cached = this.pods.get(objectKey(pod));
      return cached?.metadata.uid === pod.metadata.uid && controllerOf(cached!) === undefined;
    });
    if (unseen.length === 0) this.adopted.delete(key);
    else this.adopted.set(key, unseen);
    return unseen;
  }

  /** Undefined where the pod is gone or has found another controller. */
  private adopt(pod: Pod, owner: Replicated): Task<Pod | undefined> {
    const reference = controllerReference(owner);
    const patch = this.calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => {
      const others = (current.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== reference.uid);
      return { ...current, metadata: { ...current.metadata, ownerReferences: [...others, reference] } };
    });
    return unless(["NotFound", "Invalid"], patch);
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
}
