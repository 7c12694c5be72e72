/** Conditions of workload objects, as their controllers keep them. */
import type { Condition, Timestamp } from "../../api/types/index.js";

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The list with the condition put at its end. Where status and reason are as before nothing changes; where only the status is,
 * the time of the last transition stays. Source: kubernetes pkg/controller/deployment/util/deployment_util.go (SetDeploymentCondition).
 */
export function withCondition(conditions: readonly Condition[] | undefined, condition: Condition): readonly Condition[] {
  const current = conditionOf(conditions, condition.type);
  if (current !== undefined && current.status === condition.status && current.reason === condition.reason) return conditions!;
  const kept =
    current !== undefined && current.status === condition.status
      ? { ...condition, lastTransitionTime: current.lastTransitionTime }
      : condition;
  return [...withoutCondition(conditions, condition.type), kept];
}

export function withoutCondition(conditions: readonly Condition[] | undefined, type: string): readonly Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** A condition that begins now. */
export function newCondition(type: string, status: Condition["status"], reason: string, message: string, now: Timestamp): Condition {
  return { type, status, reason, message, lastTransitionTime: now };
}
