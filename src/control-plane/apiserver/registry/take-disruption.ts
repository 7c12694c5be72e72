/**
 * Whether a PodDisruptionBudget lets a pod go, and what is left of it then.
 *
 * Source: kubernetes/pkg/registry/core/pod/storage/eviction.go (checkAndDecrement).
 */
import type { Condition, Timestamp } from "../../../api/types/meta.js";
import type { Pod } from "../../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../../api/types/policy.js";
import { ApiStatusError, forbidden } from "../status-errors.js";

/** More unconfirmed evictions than this are refused. Source: eviction.go MaxDisruptedPodSize. */
const MAX_DISRUPTED_PODS = 2_000;
/** Seconds after which a client may ask again while the budget's status is out of date. Source: eviction.go createTooManyRequestsError. */
const RETRY_AFTER_SECONDS = 10;
/** Condition of a budget. Source: policy/v1 DisruptionAllowedCondition. */
const DISRUPTION_ALLOWED = "DisruptionAllowed";

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
      reason: "",
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
