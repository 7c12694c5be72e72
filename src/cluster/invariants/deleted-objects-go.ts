/**
 * What is being deleted goes: pods when their grace period is over, other objects when nothing holds them any more.
 *
 * The pods of a node that is not there to end them stay, and with them the owners and namespaces that wait for them. So do failed pods of
 * a Job that counts failures by index, until there is another pod of their index, which a namespace that is being deleted does not let be.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination,
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion and kubernetes
 * pkg/controller/job/job_controller.go (canRemoveFinalizer).
 */
import type { ApiObject } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import type { Job } from "../../api/types/workloads.js";
import { SECOND } from "../../engine/simulation.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

/** Finalizers of the control plane's own controllers; others are anybody's. */
const OWN_FINALIZERS: ReadonlySet<string> = new Set(["foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking", "kubernetes"]);

export function deletedObjectsGo(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;

  const isKeptForItsIndex = (pod: Pod): boolean => {
    const { metadata, status } = pod;
    const owner = committed.byUid(controllerUid(pod));
    if (owner?.kind !== "Job" || owner.metadata.deletionTimestamp !== undefined || status?.phase !== "Failed") return false;
    return (owner as Job).spec.backoffLimitPerIndex !== undefined && committed.isEnding(metadata.namespace);
  };

  const isHeld = (object: ApiObject): boolean => {
    const { finalizers = [], uid, name } = object.metadata;
    if (finalizers.some((finalizer) => !OWN_FINALIZERS.has(finalizer))) return true;
    if (object.kind === "Pod") {
      if (isKeptForItsIndex(object as Pod)) return true;
      const { nodeName } = (object as Pod).spec;
      return nodeName !== undefined && committed.get("Node", nodeName) !== undefined && !cluster.isNodeUp(nodeName);
    }
    if (object.kind === "Namespace") {
      for (const other of committed.all()) if (other.metadata.namespace === name) return true;
      return false;
    }
    for (const _ of committed.dependentsOf(uid)) return true;
    return false;
  };

  return {
    ended: () => {
      for (const object of committed.all()) {
        const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
        if (deletionTimestamp === undefined) continue;
        const grace = deletionGracePeriodSeconds * SECOND;
        if (!cluster.isSettled(committed.changedAt(object) + grace) || isHeld(object)) continue;
        cluster.violated(object, `expected it to be gone ${deletionGracePeriodSeconds} s after its deletion, found it still there`);
      }
    },
  };
}
