/**
 * How long a pod may stay on a node with NoExecute taints.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions and kubernetes
 * pkg/controller/tainteviction/taint_eviction.go (getMinTolerationTime).
 */
import type { Taint, Toleration } from "../../../api/types/index.js";
import { tolerates } from "../taints.js";

/** Seconds until the pod has to go: 0 at once, Infinity never. */
export function tolerationSeconds(tolerations: readonly Toleration[] | undefined, taints: readonly Taint[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const toleration = tolerations?.find((candidate) => tolerates(candidate, taint));
    if (toleration === undefined) return 0;
    if (toleration.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, toleration.tolerationSeconds));
  }
  return least;
}

/** Whether each taint has a toleration, if only for a time. */
export function toleratesAll(tolerations: readonly Toleration[] | undefined, taints: readonly Taint[]): boolean {
  return taints.every((taint) => tolerations?.some((candidate) => tolerates(candidate, taint)) === true);
}
