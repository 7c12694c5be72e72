/**
 * An eviction of a Ready pod takes one of the disruptions that its budget allows, and is refused where it allows none; a budget never
 * allows fewer than none, and says how many of its pods are healthy.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/, https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
import { hasEnded } from "../../api/pod-phase.js";
import { labelSelectorMatches } from "../../api/selector.js";
import type { PodDisruptionBudget } from "../../api/types/policy.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isReady, isTerminating } from "./pod-state.js";

export function disruptionBudgetKept(cluster: ObservedCluster): Invariant {
  const { committed, stored } = cluster;
  return {
    committed: ({ kind, object }) => {
      if (kind !== "PodDisruptionBudget") return;
      const allowed = (object as PodDisruptionBudget).status?.disruptionsAllowed ?? 0;
      if (allowed < 0) cluster.violated(object, `expected disruptionsAllowed from 0 on, found ${allowed}`);
    },
    handling: ({ subresource, target }) => {
      if (subresource !== "eviction") return undefined;
      const { namespace = "default", name } = target;
      const pod = stored.get("Pod", namespace, name);
      if (pod === undefined || hasEnded(pod) || isTerminating(pod) || pod.status?.phase === "Pending" || !isReady(pod)) return undefined;
      const budgets = [...stored.list("PodDisruptionBudget", namespace)].filter(({ spec }) =>
        labelSelectorMatches(spec.selector, pod.metadata.labels),
      );
      return (accepted) => {
        if (!accepted) return;
        for (const budget of budgets) {
          const before = budget.status?.disruptionsAllowed ?? 0;
          const after = stored.get("PodDisruptionBudget", namespace, budget.metadata.name)?.status?.disruptionsAllowed ?? 0;
          if (before <= 0)
            cluster.violated(budget, `expected the eviction of pod ${name} to be refused with ${before} disruptions allowed`);
          else if (after !== before - 1)
            cluster.violated(budget, `expected ${before - 1} disruptions allowed after the eviction of pod ${name}, found ${after}`);
        }
      };
    },
    ended: () => {
      for (const budget of committed.list("PodDisruptionBudget")) {
        const { metadata, spec, status } = budget;
        const pods = [...committed.list("Pod", metadata.namespace)].filter(({ metadata: { labels } }) =>
          labelSelectorMatches(spec.selector, labels),
        );
        if (!cluster.isSettled(committed.changedAt(budget), ...pods.map((pod) => committed.changedAt(pod)))) continue;
        // A budget that cannot be computed keeps the numbers of before.
        if (status?.conditions?.some(({ reason }) => reason === "SyncFailed") === true) continue;
        const healthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
        if (status?.currentHealthy !== healthy)
          cluster.violated(budget, `expected currentHealthy ${healthy}, found ${status?.currentHealthy ?? "none"}`);
      }
    },
  };
}
