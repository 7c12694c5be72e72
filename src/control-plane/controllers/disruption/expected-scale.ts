/**
 * How many pods the controllers of a budget's pods are to have.
 *
 * Source: kubernetes pkg/controller/disruption/disruption.go (getExpectedScale, finders).
 */
import { kindInfo } from "../../../api/kinds.js";
import type { ApiObject, OwnerReference, Pod } from "../../../api/types/index.js";
import type { Lister } from "../../apiserver/client.js";
import { controllerOf } from "../owner-references.js";
import { RetryLater } from "../task.js";

export type Scaled = ApiObject & { readonly spec: { readonly replicas?: number } };

/** Kinds with a size. */
export const SCALED_KINDS = ["ReplicationController", "ReplicaSet", "Deployment", "StatefulSet"] as const;

export interface ExpectedScale {
  readonly total: number;
  /** Whether a pod has no controller, so that the total does not count it. */
  readonly hasUnmanaged: boolean;
}

/**
 * Sum of the wished sizes of all controllers of the pods.
 *
 * @param scaled caches of the {@link SCALED_KINDS} by kind
 * @throws RetryLater where a pod's controller is gone or has no size
 */
export function expectedScale(pods: readonly Pod[], scaled: ReadonlyMap<string, Lister<Scaled>>): ExpectedScale {
  const sizes = new Map<string, number>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const controller = controllerOf(pod);
    if (controller === undefined) hasUnmanaged = true;
    if (controller === undefined || sizes.has(controller.uid)) continue;
    const owner = scaledOwner(pod.metadata.namespace!, controller, scaled);
    if (owner === undefined) throw new RetryLater(`found no controllers for pod "${pod.metadata.name}"`);
    sizes.set(owner.metadata.uid!, owner.spec.replicas ?? 1);
  }
  let total = 0;
  for (const size of sizes.values()) total += size;
  return { total, hasUnmanaged };
}

/** The controller, or a ReplicaSet's Deployment; undefined where it is gone. */
function scaledOwner(namespace: string, reference: OwnerReference, scaled: ReadonlyMap<string, Lister<Scaled>>): Scaled | undefined {
  const { apiVersion, kind, name, uid } = reference;
  const owners = scaled.get(kind);
  if (owners === undefined) {
    const info = kindInfo(kind);
    if (info === undefined) throw new RetryLater(`no matches for kind "${kind}" in version "${apiVersion}"`);
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
    throw new RetryLater(`${info.resource}${group} does not implement the scale subresource`);
  }
  const owner = owners.get(`${namespace}/${name}`);
  if (owner?.metadata.uid !== uid) return undefined;
  const above = kind === "ReplicaSet" ? controllerOf(owner) : undefined;
  const deployment = above?.kind === "Deployment" ? scaled.get(above.kind)?.get(`${namespace}/${above.name}`) : undefined;
  return deployment?.metadata.uid === above?.uid ? (deployment ?? owner) : owner;
}
