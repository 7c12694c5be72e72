/**
 * A pod without a controller that a controller's selector matches is adopted, and one that its controller's selector matches no longer is
 * released.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
 */
import { labelSelectorMatches } from "../../api/selector.js";
import type { ApiObject, Labels, LabelSelector } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";

const ADOPTERS = ["ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"] as const;

export function podsClaimed(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const checkOrphan = (kind: (typeof ADOPTERS)[number], owner: Owner, pod: Pod): void => {
    if (pod.metadata.namespace !== owner.metadata.namespace || !selects(owner.spec.selector, pod.metadata.labels)) return;
    // A StatefulSet takes only pods that are called like its own.
    if (kind === "StatefulSet" && !new RegExp(`^${owner.metadata.name}-\\d+$`).test(pod.metadata.name)) return;
    if (!cluster.isSettled(committed.changedAt(pod), committed.changedAt(owner))) return;
    cluster.violated(pod, `expected ${kind} ${owner.metadata.name} to adopt it, found no controller`);
  };
  return {
    ended: () => {
      const pods = [...committed.list("Pod")].filter(isActive);
      const orphans = pods.filter((pod) => controllerUid(pod) === undefined);
      for (const kind of ADOPTERS) {
        for (const owner of committed.list(kind)) {
          if (owner.metadata.deletionTimestamp === undefined) for (const pod of orphans) checkOrphan(kind, owner, pod);
        }
      }
      for (const pod of pods) {
        const owner = committed.byUid(controllerUid(pod)) as Owner | undefined;
        if (owner?.spec.selector === undefined || owner.metadata.deletionTimestamp !== undefined) continue;
        if (selects(owner.spec.selector, pod.metadata.labels)) continue;
        if (!cluster.isSettled(committed.changedAt(pod), committed.changedAt(owner))) continue;
        cluster.violated(pod, `expected ${owner.kind} ${owner.metadata.name} to let it go, as its selector does not match it`);
      }
    },
  };
}

/** A workload that selects pods. */
type Owner = ApiObject & { readonly spec: { readonly selector?: LabelSelector | Labels } };

function selects(selector: LabelSelector | Labels | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  const isLabelSelector = typeof selector["matchLabels"] === "object" || Array.isArray(selector["matchExpressions"]);
  return labelSelectorMatches(isLabelSelector ? selector : { matchLabels: selector as Labels }, labels);
}
