/**
 * Which of a node's potential victims a PodDisruptionBudget would not want to lose.
 *
 * Source of the rules: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go (filterPodsWithPDBViolation)
 */
import { compileLabelSelector } from "../../api/selector.js";
import type { LabelSelector, PodDisruptionBudget } from "../../api/types/index.js";
import type { PodInfo } from "../framework/pod-info.js";

export interface SplitVictims {
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

function selectsSomething(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length > 0 || (selector?.matchExpressions ?? []).length > 0;
}

/**
 * Each pod, in the order given, uses up a disruption of every budget that covers it; where a budget has none left, the pod violates it.
 * A budget covers the pods of its namespace that its selector matches, but not with an empty selector, and not pods without labels.
 * A pod whose disruption the budget counts already uses up nothing.
 */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): SplitVictims {
  if (budgets.length === 0) return { violating: [], others: pods };
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) (usesUp(pod, budgets, left) ? violating : others).push(pod);
  return { violating, others };
}

/** Takes the pod's disruption from all its budgets; returns whether one of them had none. */
function usesUp({ pod }: PodInfo, budgets: readonly PodDisruptionBudget[], left: number[]): boolean {
  const { labels, name, namespace } = pod.metadata;
  if (labels === undefined || Object.keys(labels).length === 0) return false;
  let violates = false;
  budgets.forEach(({ metadata, spec, status }, i) => {
    if (metadata.namespace !== namespace || !selectsSomething(spec.selector) || !compileLabelSelector(spec.selector)(labels)) return;
    if (status?.disruptedPods !== undefined && Object.hasOwn(status.disruptedPods, name)) return;
    if (--left[i] < 0) violates = true;
  });
  return violates;
}
