/**
 * A pod without a controller that a controller's selector matches is adopted.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
 */
import { labelSelectorMatches } from "../../api/selector.js";
import type { Labels, LabelSelector } from "../../api/types/meta.js";
import { controllerUid } from "./committed-objects.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";

const ADOPTERS = ["ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"] as const;

export function orphansAdopted(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    ended: () => {
      const orphans = [...committed.list("Pod")].filter((pod) => controllerUid(pod) === undefined && isActive(pod));
      if (orphans.length === 0) return;
      for (const kind of ADOPTERS) {
        for (const owner of committed.list(kind)) {
          if (owner.metadata.deletionTimestamp !== undefined) continue;
          for (const pod of orphans) {
            if (pod.metadata.namespace !== owner.metadata.namespace || !selects(owner.spec.selector, pod.metadata.labels)) continue;
            // A StatefulSet takes only pods that are called like its own.
            if (kind === "StatefulSet" && !new RegExp(`^${owner.metadata.name}-\\d+$`).test(pod.metadata.name)) continue;
            if (!cluster.isSettled(committed.changedAt(pod), committed.changedAt(owner))) continue;
            cluster.violated(pod, `expected ${kind} ${owner.metadata.name} to adopt it, found no controller`);
          }
        }
      }
    },
  };
}

function selects(selector: LabelSelector | Labels | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  const isLabelSelector = typeof selector["matchLabels"] === "object" || Array.isArray(selector["matchExpressions"]);
  return labelSelectorMatches(isLabelSelector ? selector : { matchLabels: selector as Labels }, labels);
}
