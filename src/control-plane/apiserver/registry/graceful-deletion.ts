/**
 * What a deletion makes of an object: gone at once, or marked and left until its grace period ends and its finalizers are gone.
 *
 * Source: k8s.io/apiserver/pkg/registry/rest BeforeDelete, .../registry/generic/registry/store.go, and the pod's
 * CheckGracefulDelete in kubernetes/pkg/registry/core/pod/strategy.go.
 */
import type { Kind } from "../../../api/kinds.js";
import { hasEnded } from "../../../api/pod-phase.js";
import type { ApiObject, ObjectMeta, Timestamp } from "../../../api/types/meta.js";
import type { Pod } from "../../../api/types/pod.js";
import type { Namespace } from "../../../api/types/policy.js";
import { SECOND } from "../../../engine/simulation.js";
import type { DeleteOptions } from "../client.js";
import { countsGenerations, isFinalized } from "./strategy.js";

/** Source: kubernetes/pkg/apis/core/v1/defaults.go, terminationGracePeriodSeconds. */
const DEFAULT_GRACE_SECONDS = 30;
/** Finalizers that ask the garbage collector for what propagationPolicy says. Source: apimachinery metav1.FinalizerOrphanDependents and FinalizerDeleteDependents. */
export const ORPHAN_FINALIZER = "orphan";
export const FOREGROUND_FINALIZER = "foregroundDeletion";

/** Grace seconds for a pod's deletion: 0 where nothing runs of it, else as asked for, else the pod's own. */
function podGraceSeconds(pod: Pod, asked: number | undefined): number {
  const wanted = asked ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const unbound = pod.spec.nodeName === undefined || pod.spec.nodeName === "";
  if (unbound || hasEnded(pod)) return 0;
  // Negative values ask for the least grace that still ends in order.
  return wanted < 0 ? 1 : wanted;
}

const NO_FINALIZERS: readonly string[] = [];

function finalizersAfter(metadata: ObjectMeta, policy: DeleteOptions["propagationPolicy"]): readonly string[] {
  if (policy === undefined) return metadata.finalizers ?? NO_FINALIZERS;
  const kept = (metadata.finalizers ?? []).filter((name) => name !== ORPHAN_FINALIZER && name !== FOREGROUND_FINALIZER);
  if (policy === "Orphan") kept.push(ORPHAN_FINALIZER);
  if (policy === "Foreground") kept.push(FOREGROUND_FINALIZER);
  return kept;
}

/**
 * The object after the deletion was asked for, or undefined where it goes at once. The same object comes back where the request
 * changes nothing because the object is being deleted already.
 *
 * @param now whole seconds
 */
export function markDeleted(kind: Kind, object: ApiObject, options: DeleteOptions, now: Timestamp): ApiObject | undefined {
  const { metadata } = object;
  const grace = kind === "Pod" ? podGraceSeconds(object as Pod, options.gracePeriodSeconds) : 0;
  const finalizers = finalizersAfter(metadata, options.propagationPolicy);
  const held = finalizers.length > 0 || !isFinalized(kind, object);
  if (grace === 0 && !held) return undefined;

  const sameFinalizers =
    finalizers.length === (metadata.finalizers?.length ?? 0) && finalizers.every((name) => metadata.finalizers!.includes(name));
  if (metadata.deletionTimestamp !== undefined) {
    // A second request may only shorten the grace period.
    const left = metadata.deletionGracePeriodSeconds ?? 0;
    const shorter = kind === "Pod" && grace < left && options.gracePeriodSeconds !== undefined;
    if (!shorter && sameFinalizers) return object;
    const deletionTimestamp = shorter ? metadata.deletionTimestamp - (left - grace) * SECOND : metadata.deletionTimestamp;
    return { ...object, metadata: { ...metadata, finalizers, deletionTimestamp, deletionGracePeriodSeconds: shorter ? grace : left } };
  }
  const next: { -readonly [Field in keyof ObjectMeta]: ObjectMeta[Field] } = {
    ...metadata,
    deletionTimestamp: now + grace * SECOND,
    deletionGracePeriodSeconds: grace,
  };
  if (finalizers.length > 0) next.finalizers = finalizers;
  if (countsGenerations(kind) && metadata.generation !== undefined) next.generation = metadata.generation + 1;
  const marked: ApiObject = { ...object, metadata: next };
  if (kind !== "Namespace") return marked;
  return { ...(marked as Namespace), status: { ...(marked as Namespace).status, phase: "Terminating" } } as Namespace;
}

/** Whether an object that was just changed goes: it is being deleted, has no grace left, and its last finalizer is gone. */
export function isFinished(kind: Kind, previous: ApiObject, next: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = next.metadata;
  if (deletionTimestamp === undefined || (deletionGracePeriodSeconds ?? 0) > 0 || (finalizers?.length ?? 0) > 0 || !isFinalized(kind, next))
    return false;
  return (previous.metadata.finalizers?.length ?? 0) > 0 || !isFinalized(kind, previous);
}
