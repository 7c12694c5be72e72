/**
 * What disruption budgets still allow, less the pods of nodes that are already planned to go.
 *
 * Source: cluster-autoscaler/core/scaledown/pdb/basic.go
 */
import { compileLabelSelector } from "../../api/selector.js";
import type { Pod } from "../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../api/types/policy.js";

interface Remaining {
  readonly budget: PodDisruptionBudget;
  allowed: number;
}

export class RemainingBudgets {
  private readonly byNamespace = new Map<string, Remaining[]>();

  constructor(budgets: Iterable<PodDisruptionBudget>) {
    for (const budget of budgets) {
      const namespace = budget.metadata.namespace ?? "";
      const remaining = { budget, allowed: budget.status?.disruptionsAllowed ?? 0 };
      const others = this.byNamespace.get(namespace);
      if (others === undefined) this.byNamespace.set(namespace, [remaining]);
      else others.push(remaining);
    }
  }

  /** Whether there is a budget for the pod. */
  covers(pod: Pod): boolean {
    return this.of(pod).length > 0;
  }

  /** Whether all budgets of the pod allow a disruption. */
  allows(pod: Pod): boolean {
    return this.of(pod).every(({ allowed }) => allowed >= 1);
  }

  /** Takes the disruptions of the pods away. */
  remove(pods: readonly Pod[]): void {
    for (const pod of pods) for (const remaining of this.of(pod)) remaining.allowed--;
  }

  private of({ metadata }: Pod): Remaining[] {
    const all = this.byNamespace.get(metadata.namespace ?? "") ?? [];
    return all.filter(({ budget }) => compileLabelSelector(budget.spec.selector)(metadata.labels));
  }
}
