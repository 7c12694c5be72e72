/**
 * Which pods a node ends to admit a critical one.
 *
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/ and pkg/kubelet/preemption/preemption.go.
 */
import { podRequestsWithoutOverhead, qosClassOf } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import type { InsufficientResource } from "./admission.js";
import { amounts, CPU, isCriticalPod, MEMORY, PODS } from "./resources.js";

/** Reason and message of a preempted pod. */
export const PREEMPTION_REASON = "Preempting";
export const PREEMPTION_MESSAGE = "Preempted in order to admit critical pod";

/** Resource name to what is still missing. */
type Missing = ReadonlyMap<string, number>;

/** A pod's overhead counts for resources of which it asks for some itself. */
function requestOf(pod: Pod, resource: string): number {
  if (resource === PODS) return 1;
  const own = amounts(podRequestsWithoutOverhead(pod.spec)).get(resource) ?? 0;
  return own === 0 ? 0 : own + (amounts(pod.spec.overhead).get(resource) ?? 0);
}

function isPreemptable(preemptor: Pod, pod: Pod): boolean {
  if (isCriticalPod(preemptor) && !isCriticalPod(pod)) return true;
  const [own, other] = [preemptor.spec.priority, pod.spec.priority];
  return own !== undefined && other !== undefined && own > other;
}

function lessPods(missing: Missing, pods: readonly Pod[]): Missing {
  const left = new Map<string, number>();
  for (const [resource, amount] of missing) {
    const still = pods.reduce((rest, pod) => rest - requestOf(pod, resource), amount);
    if (still > 0) left.set(resource, still);
  }
  return left;
}

/** How far a pod's requests are from what is missing: 0 where they cover it, at most 1 for each resource. */
function distance(missing: Missing, pod: Pod): number {
  let sum = 0;
  for (const [resource, amount] of missing) {
    const rest = amount - requestOf(pod, resource);
    if (rest > 0) sum += (rest / amount) ** 2;
  }
  return sum;
}

function asksForLess(pod: Pod, other: Pod): boolean {
  for (const resource of [MEMORY, CPU]) {
    const difference = requestOf(pod, resource) - requestOf(other, resource);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** Takes the nearest pod until nothing is missing. */
function nearest(candidates: readonly Pod[], missing: Missing): Pod[] {
  const left = [...candidates];
  const chosen: Pod[] = [];
  let still = missing;
  while (still.size > 0 && left.length > 0) {
    let best = 0;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const [index, pod] of left.entries()) {
      const own = distance(still, pod);
      if (own < bestDistance || (own === bestDistance && asksForLess(pod, left[best]))) {
        best = index;
        bestDistance = own;
      }
    }
    const victim = left[best];
    chosen.push(victim);
    still = lessPods(still, [victim]);
    // Upstream fills the gap with the last one, which decides among equals later.
    left[best] = left.at(-1)!;
    left.pop();
  }
  return chosen;
}

export type VictimSelection = { readonly ok: true; readonly victims: readonly Pod[] } | { readonly ok: false; readonly error: string };

/** Guaranteed pods only where all others are not enough, then burstable ones likewise, then those of best effort. */
export function selectVictims(preemptor: Pod, pods: readonly Pod[], insufficient: readonly InsufficientResource[]): VictimSelection {
  const missing: Missing = new Map(
    insufficient.map(({ resource, requested, used, capacity }) => [resource, requested - (capacity - used)]),
  );
  const preemptable = pods.filter((pod) => isPreemptable(preemptor, pod));
  const ofClass = (name: string): Pod[] => preemptable.filter(({ spec }) => qosClassOf(spec) === name);
  const [bestEffort, burstable, guaranteed] = [ofClass("BestEffort"), ofClass("Burstable"), ofClass("Guaranteed")];
  const never = lessPods(missing, preemptable);
  if (never.size > 0) {
    const list = [...never].map(([resource, amount]) => `(res: ${resource}, q: ${amount}), `).join("");
    return {
      ok: false,
      error: `preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [${list}]`,
    };
  }
  const guaranteedVictims = nearest(guaranteed, lessPods(missing, [...bestEffort, ...burstable]));
  const burstableVictims = nearest(burstable, lessPods(missing, [...bestEffort, ...guaranteedVictims]));
  const bestEffortVictims = nearest(bestEffort, lessPods(missing, [...burstableVictims, ...guaranteedVictims]));
  return { ok: true, victims: [...bestEffortVictims, ...burstableVictims, ...guaranteedVictims] };
}
