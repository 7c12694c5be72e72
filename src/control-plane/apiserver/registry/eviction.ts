/**
 * The pods/eviction subresource: a deletion that budgets may refuse.
 *
 * Source: kubernetes/pkg/registry/core/pod/storage/eviction.go.
 */
import { hasEnded } from "../../../api/pod-phase.js";
import { labelSelectorMatches } from "../../../api/selector.js";
import type { ApiObject, Condition, Timestamp } from "../../../api/types/meta.js";
import type { Pod } from "../../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../../api/types/policy.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type SimTime } from "../../../engine/simulation.js";
import type { DeleteOptions, Target } from "../client.js";
import { ChangedSinceRead } from "../status-errors.js";
import { deleteObject } from "./delete.js";
import { type RegistryContext, wholeSeconds } from "./registry-context.js";
import { namespaceOf, storedTarget } from "./stored-target.js";
import { takeDisruption } from "./take-disruption.js";

/** How often the server tries to take a disruption of a budget that others write at the same time. Source of the three: eviction.go EvictionsRetry. */
const TRIES = 20;
const RETRY_DELAY: SimTime = 500 * MILLISECOND;
const RETRY_JITTER = 0.1;

/** Delays between the tries of one eviction, undefined after the last of them. */
export function evictionRetries(jitter: RandomStream): () => SimTime | undefined {
  let tries = 1;
  return () => (tries++ < TRIES ? Math.round(RETRY_DELAY * (1 + RETRY_JITTER * jitter.uniform())) : undefined);
}

/** The budgets that an eviction of the pod has to respect, as they are now. */
export function budgetsOf({ store }: RegistryContext, { namespace, name }: Target<"Pod">): readonly PodDisruptionBudget[] {
  const pod = store.entry("Pod", namespaceOf("Pod", namespace), name)?.object;
  if (pod === undefined) return [];
  const { labels, namespace: podNamespace } = pod.metadata;
  const matching: PodDisruptionBudget[] = [];
  for (const budget of store.list("PodDisruptionBudget", podNamespace))
    if (labelSelectorMatches(budget.spec.selector, labels)) matching.push(budget);
  return matching;
}

/**
 * @param budgets as {@link budgetsOf} gave them a moment before
 * @throws ApiStatusError 404, 429 or 500; ChangedSinceRead where a budget that has a disruption to give was changed meanwhile
 */
export function evictPod(
  context: RegistryContext,
  target: Target<"Pod">,
  budgets: readonly PodDisruptionBudget[],
  options: DeleteOptions,
  user: string,
): ApiObject {
  const { store, writer } = context;
  const entry = storedTarget(store, target);
  const pod = entry.object as Pod;
  const now = wholeSeconds(context);
  const budget = ignoresBudgets(pod) ? undefined : takeDisruption(pod, budgets, now);
  if (budget !== undefined) {
    const { namespace, name } = budget.metadata;
    const stored = store.entry("PodDisruptionBudget", namespace, name);
    if (stored?.object !== budgets[0]) throw new ChangedSinceRead("PodDisruptionBudget", name);
    writer.replaced("PodDisruptionBudget", stored, budget);
  }
  const announced = withDisruptionTarget(pod, now);
  if (announced !== pod) writer.replaced("Pod", entry, announced);
  return deleteObject(context, target, options, user);
}

/** Pods that no longer serve, or not yet, are evicted whatever the budget says. */
function ignoresBudgets(pod: Pod): boolean {
  return hasEnded(pod) || pod.status?.phase === "Pending" || pod.metadata.deletionTimestamp !== undefined;
}

/** The pod marked as a target of disruption, which is written before it is deleted, also where no budget matters; the same where it is marked already. */
function withDisruptionTarget(pod: Pod, now: Timestamp): Pod {
  const condition: Condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastTransitionTime: now,
  };
  const present = pod.status?.conditions?.find(({ type }) => type === condition.type);
  if (present?.status === "True" && present.reason === condition.reason && present.message === condition.message) return pod;
  const others = (pod.status?.conditions ?? []).filter((other) => other.type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
