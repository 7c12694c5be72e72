/** What kubectl apply notes of the manifest that it has applied. */
import type { ApiObject } from "../../api/types/meta.js";

/** Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-last-applied-configuration */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The manifest that was applied last; undefined where nothing, or nothing readable, is noted. */
export function lastApplied(stored: ApiObject): unknown {
  const text = stored.metadata.annotations?.[LAST_APPLIED];
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
