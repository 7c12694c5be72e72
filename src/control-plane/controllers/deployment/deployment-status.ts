/**
 * Status and progress of a Deployment.
 *
 * Source: kubernetes pkg/controller/deployment/progress.go, sync.go (calculateStatus), util/deployment_util.go.
 */
import { wholeSecond } from "../../../api/duration.js";
import type { Condition, Deployment, DeploymentStatus, ReplicaSet, Timestamp } from "../../../api/types/index.js";
import { conditionOf, withCondition, withoutCondition } from "../conditions.js";
import { replicasOf, rollingBounds, totalReplicas } from "./rolling-update.js";

/** A progress deadline of this many seconds means that there is none. Source: HasProgressDeadline compares with math.MaxInt32. */
const NO_DEADLINE = 2 ** 31 - 1;
const MICROSECONDS_A_SECOND = 1_000_000;

/** A condition that begins at the second of that moment. */
export function deploymentCondition(
  type: string,
  status: Condition["status"],
  reason: string,
  message: string,
  moment: Timestamp,
): Condition {
  const second = wholeSecond(moment);
  return { type, status, reason, message, lastUpdateTime: second, lastTransitionTime: second };
}

export function hasProgressDeadline(deployment: Deployment): boolean {
  const deadline = deployment.spec.progressDeadlineSeconds;
  return deadline !== undefined && deadline !== NO_DEADLINE;
}

function sum(replicaSets: readonly ReplicaSet[], count: (status: NonNullable<ReplicaSet["status"]>) => number | undefined): number {
  let total = 0;
  for (const { status } of replicaSets) if (status !== undefined) total += count(status) ?? 0;
  return total;
}

function availability(deployment: Deployment, available: number, now: Timestamp): Condition {
  return available >= replicasOf(deployment) - rollingBounds(deployment.spec).maxUnavailable
    ? deploymentCondition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
    : deploymentCondition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
}

/** Counts and availability, without judging progress. */
export function countedStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  latest: ReplicaSet | undefined,
  now: Timestamp,
): DeploymentStatus {
  const available = sum(all, (status) => status.availableReplicas);
  const previous = deployment.status;
  return {
    ...(deployment.metadata.generation !== undefined && { observedGeneration: deployment.metadata.generation }),
    replicas: sum(all, (status) => status.replicas),
    updatedReplicas: latest === undefined ? 0 : sum([latest], (status) => status.replicas),
    readyReplicas: sum(all, (status) => status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalReplicas(all) - available),
    terminatingReplicas: sum(all, (status) => status.terminatingReplicas),
    ...(previous?.collisionCount !== undefined && { collisionCount: previous.collisionCount }),
    conditions: withCondition(previous?.conditions, availability(deployment, available, now)),
  };
}

/** Whether all wished pods are of the present template, available, and the only ones. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wished = replicasOf(deployment);
  return (
    status.updatedReplicas === wished &&
    status.replicas === wished &&
    status.availableReplicas === wished &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(previous: DeploymentStatus | undefined, next: DeploymentStatus): boolean {
  const before = (count: "updatedReplicas" | "replicas" | "readyReplicas" | "availableReplicas"): number => previous?.[count] ?? 0;
  return (
    next.updatedReplicas! > before("updatedReplicas") ||
    next.replicas! - next.updatedReplicas! < before("replicas") - before("updatedReplicas") ||
    next.readyReplicas! > before("readyReplicas") ||
    next.availableReplicas! > before("availableReplicas")
  );
}

function hasTimedOut(deployment: Deployment, status: DeploymentStatus, now: Timestamp): boolean {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (!hasProgressDeadline(deployment) || progressing === undefined || progressing.reason === "NewReplicaSetAvailable") return false;
  if (progressing.reason === "ProgressDeadlineExceeded") return true;
  return (progressing.lastUpdateTime ?? 0) + deployment.spec.progressDeadlineSeconds! * MICROSECONDS_A_SECOND < now;
}

/** Messages name the ReplicaSet where there is one. */
function subject(deployment: Deployment, latest: ReplicaSet | undefined): string {
  return latest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${latest.metadata.name}"`;
}

function judgeProgress(
  deployment: Deployment,
  next: DeploymentStatus,
  latest: ReplicaSet | undefined,
  now: Timestamp,
): readonly Condition[] | undefined {
  const { conditions } = next;
  const current = conditionOf(conditions, "Progressing");
  const who = subject(deployment, latest);
  if (isComplete(deployment, next)) {
    return withCondition(
      conditions,
      deploymentCondition("Progressing", "True", "NewReplicaSetAvailable", `${who} has successfully progressed.`, now),
    );
  }
  if (isProgressing(deployment.status, next)) {
    const condition = deploymentCondition("Progressing", "True", "ReplicaSetUpdated", `${who} is progressing.`, now);
    // Each step of progress renews the time from which the deadline counts.
    const renewed = current?.status === "True" ? { ...condition, lastTransitionTime: current.lastTransitionTime } : condition;
    return [...withoutCondition(conditions, "Progressing"), renewed];
  }
  if (hasTimedOut(deployment, next, now)) {
    return withCondition(
      conditions,
      deploymentCondition("Progressing", "False", "ProgressDeadlineExceeded", `${who} has timed out progressing.`, now),
    );
  }
  return conditions;
}

function replicaFailure(all: readonly ReplicaSet[], latest: ReplicaSet | undefined): Condition | undefined {
  for (const replicaSet of latest === undefined ? all : [latest, ...all]) {
    const failure = conditionOf(replicaSet.status?.conditions, "ReplicaFailure");
    if (failure !== undefined) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

/** The status after a step of a roll-out, its progress judged. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  latest: ReplicaSet | undefined,
  now: Timestamp,
): DeploymentStatus {
  const counted = countedStatus(deployment, all, latest, now);
  let conditions = hasProgressDeadline(deployment) ? counted.conditions : withoutCondition(counted.conditions, "Progressing");
  const wasComplete =
    counted.replicas === counted.updatedReplicas && conditionOf(conditions, "Progressing")?.reason === "NewReplicaSetAvailable";
  if (hasProgressDeadline(deployment) && !wasComplete) {
    conditions = judgeProgress(deployment, { ...counted, conditions }, latest, now);
  }
  const failure = replicaFailure(all, latest);
  conditions = failure === undefined ? withoutCondition(conditions, "ReplicaFailure") : withCondition(conditions, failure);
  return { ...counted, conditions };
}

/** Microseconds after which the progress deadline has to be looked at, undefined where it cannot pass. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: Timestamp): number | undefined {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (!hasProgressDeadline(deployment) || progressing === undefined) return undefined;
  if (isComplete(deployment, status) || progressing.reason === "ProgressDeadlineExceeded") return undefined;
  return (progressing.lastUpdateTime ?? 0) + deployment.spec.progressDeadlineSeconds! * MICROSECONDS_A_SECOND - now;
}

/** What a paused or resumed Deployment tells in its Progressing condition, or undefined where it tells it already. */
export function pauseCondition(deployment: Deployment, now: Timestamp): Condition | undefined {
  if (!hasProgressDeadline(deployment)) return undefined;
  const reason = conditionOf(deployment.status?.conditions, "Progressing")?.reason;
  if (reason === "ProgressDeadlineExceeded") return undefined;
  const paused = deployment.spec.paused === true;
  if (paused && reason !== "DeploymentPaused")
    return deploymentCondition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now);
  if (!paused && reason === "DeploymentPaused")
    return deploymentCondition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now);
  return undefined;
}
