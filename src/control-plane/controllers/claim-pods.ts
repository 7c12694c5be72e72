/**
 * Which pods are an owner's: candidates without a controller that its selector matches are adopted, own pods that it matches no longer are
 * released.
 *
 * Source: kubernetes pkg/controller/controller_ref_manager.go (ClaimPods).
 */
import type { LabelMatcher } from "../../api/selector.js";
import type { ApiObject, ObjectMeta, Pod } from "../../api/types/index.js";
import { targetOf, type Informer } from "../apiserver/client.js";
import { checkAdoption } from "./adoption.js";
import type { ApiCalls } from "./api-calls.js";
import { ORPHANS } from "./orphans.js";
import { controlledBy, controllerReference } from "./owner-references.js";
import { unless, type Task } from "./task.js";

/**
 * Returns the owner's pods, adopted ones as the API server returned them.
 *
 * @param pods with the index {@link ORPHANS}
 * @param isCandidate which pods without a controller the owner may adopt
 * @param finalizers that pods get with their controller, and lose with it
 */
export function* claimPods(
  calls: ApiCalls,
  pods: Informer<Pod>,
  owner: ApiObject,
  matches: LabelMatcher,
  isCandidate: (pod: Pod) => boolean,
  finalizers: readonly string[] = [],
): Task<Pod[]> {
  const { uid, namespace, deletionTimestamp } = owner.metadata;
  const claimed: Pod[] = [];
  for (const pod of [...controlledBy(pods, uid!)]) {
    if (matches(pod.metadata.labels)) claimed.push(pod);
    else if (deletionTimestamp === undefined) {
      yield* changeMetadata(calls, pod, (metadata) => ({
        ...metadata,
        ownerReferences: (metadata.ownerReferences ?? []).filter((other) => other.uid !== uid),
        ...(metadata.finalizers !== undefined && { finalizers: metadata.finalizers.filter((name) => !finalizers.includes(name)) }),
      }));
    }
  }
  if (deletionTimestamp !== undefined) return claimed;
  let mayAdopt = false;
  for (const pod of [...pods.byIndex(ORPHANS, namespace!)]) {
    if (pod.metadata.deletionTimestamp !== undefined || !matches(pod.metadata.labels) || !isCandidate(pod)) continue;
    if (!mayAdopt) yield* checkAdoption(calls, owner);
    mayAdopt = true;
    const reference = controllerReference(owner);
    const adopted = yield* changeMetadata(calls, pod, (metadata) => ({
      ...metadata,
      ownerReferences: [...(metadata.ownerReferences ?? []).filter((other) => other.uid !== uid), reference],
      ...(finalizers.length > 0 && { finalizers: [...new Set([...(metadata.finalizers ?? []), ...finalizers])] }),
    }));
    if (adopted !== undefined) claimed.push(adopted);
  }
  return claimed;
}

/** Undefined where the pod is gone, or has found another controller. */
function changeMetadata(calls: ApiCalls, pod: Pod, change: (metadata: ObjectMeta) => ObjectMeta): Task<Pod | undefined> {
  const patch = calls.patch<"Pod">(targetOf<"Pod">(pod), (current) => ({ ...current, metadata: change(current.metadata) }));
  return unless(["NotFound", "Invalid"], patch);
}
