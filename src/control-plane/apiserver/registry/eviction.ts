/**
 * The pods/eviction subresource: whether a PodDisruptionBudget lets a pod go.
 *
 * Source: kubernetes/pkg/registry/core/pod/storage/eviction.go.
 */
import { hasEnded } from "../../../api/pod-phase.js";
import { labelSelectorMatches } from "../../../api/selector.js";
import type { Condition, Timestamp } from "../../../api/types/meta.js";
import type { Pod } from "../../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../../api/types/policy.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type SimTime } from "../../../engine/simulation.js";
import { ApiStatusError, forbidden } from "../status-errors.js";

/** More unconfirmed evictions than this are refused. Source: eviction.go MaxDisruptedPodSize. */
const MAX_DISRUPTED_PODS = 2_000;
/** Seconds after which a client may ask again while the budget's status is out of date. Source: eviction.go createTooManyRequestsError. */
const RETRY_AFTER_SECONDS = 10;

/** How often the server tries to take a disruption of a budget that others write at the same time. Source of the three: eviction.go EvictionsRetry. */
const TRIES = 20;
const RETRY_DELAY: SimTime = 500 * MILLISECOND;
const RETRY_JITTER = 0.1;

/** Condition of a budget. Source: policy/v1 DisruptionAllowedCondition. */
const DISRUPTION_ALLOWED = "DisruptionAllowed";

/** Delays between the tries of one eviction, undefined after the last of them. */
export function evictionRetries(jitter: RandomStream): () => SimTime | undefined {
  let tries = 1;
  return () => (tries++ < TRIES ? Math.round(RETRY_DELAY * (1 + RETRY_JITTER * jitter.uniform())) : undefined);
}

function tooManyRequests(message: string, retryAfterSeconds?: number): ApiStatusError {
  return new ApiStatusError({
    code: 429,
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    causes: [{ type: "DisruptionBudget", message }],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true;
}

/** Pods that no longer serve, or not yet, are evicted whatever the budget says. */
export function ignoresBudgets(pod: Pod): boolean {
  return hasEnded(pod) || pod.status?.phase === "Pending" || pod.metadata.deletionTimestamp !== undefined;
}

/** The budgets that select the pod, among those of its namespace. */
export function budgetsOf(pod: Pod, budgets: Iterable<PodDisruptionBudget>): PodDisruptionBudget[] {
  const matching: PodDisruptionBudget[] = [];
  for (const budget of budgets) if (labelSelectorMatches(budget.spec.selector, pod.metadata.labels)) matching.push(budget);
  return matching;
}

/**
 * The budget with one disruption taken, or undefined where the eviction costs none.
 *
 * @param matching the budgets that select the pod
 * @throws ApiStatusError 429 while the budget has no disruption to give, 500 where several budgets select the pod
 */
export function takeDisruption(pod: Pod, matching: readonly PodDisruptionBudget[], now: Timestamp): PodDisruptionBudget | undefined {
  if (matching.length === 0) return undefined;
  if (matching.length > 1) {
    throw new ApiStatusError({
      code: 500,
      reason: "InternalError",
      message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    });
  }
  const budget = matching[0];
  const { name, generation } = budget.metadata;
  const status = budget.status;
  if (!isReady(pod)) {
    if (budget.spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return undefined;
    if (status !== undefined && status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0) return undefined;
  }
  if (status === undefined || (status.observedGeneration ?? 0) < (generation ?? 0)) {
    throw tooManyRequests(`The disruption budget ${name} is still being processed by the server.`, RETRY_AFTER_SECONDS);
  }
  if (status.disruptionsAllowed < 0) throw forbidden("PodDisruptionBudget", name, "pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    throw forbidden("PodDisruptionBudget", name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (status.disruptionsAllowed === 0) throw tooManyRequests(`The disruption budget ${name} ${whyNoneIsAllowed(status)}`);
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  return {
    ...budget,
    status: {
      ...status,
      ...(disruptionsAllowed === 0 && { conditions: withoutSufficientPods(status, now) }),
      disruptionsAllowed,
      disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: now },
    },
  };
}

type BudgetStatus = NonNullable<PodDisruptionBudget["status"]>;

function disruptionCondition({ conditions }: BudgetStatus): Condition | undefined {
  return conditions?.find(({ type }) => type === DISRUPTION_ALLOWED);
}

/** Source: eviction.go checkAndDecrement. Counts are not to be trusted where the controller could not find them. */
function whyNoneIsAllowed(status: BudgetStatus): string {
  const { currentHealthy, desiredHealthy } = status;
  const condition = disruptionCondition(status);
  const why = condition?.status === "False" && (condition.message ?? "") !== "" ? condition : undefined;
  if (why?.reason === "SyncFailed") return `does not allow evicting pods currently because it failed sync: ${why.message}`;
  if (currentHealthy <= desiredHealthy) return `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return why === undefined
    ? "does not allow evicting pods currently"
    : `does not allow evicting pods currently (${why.reason}): ${why.message}`;
}

/** The conditions of a budget that has just given its last disruption. Source: component-helpers apps/poddisruptionbudget (UpdateDisruptionAllowedCondition). */
function withoutSufficientPods(status: BudgetStatus, now: Timestamp): readonly Condition[] {
  const present = disruptionCondition(status);
  const { observedGeneration } = status;
  const condition: Condition = {
    type: DISRUPTION_ALLOWED,
    status: "False",
    reason: "InsufficientPods",
    message: "",
    lastTransitionTime: present?.status === "False" ? present.lastTransitionTime! : now,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
  const conditions = status.conditions ?? [];
  return present === undefined ? [...conditions, condition] : conditions.map((one) => (one === present ? condition : one));
}

/** The pod marked as a target of disruption, which is written before it is deleted, also where no budget matters; the same where it is marked already. */
export function withDisruptionTarget(pod: Pod, now: Timestamp): Pod {
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
