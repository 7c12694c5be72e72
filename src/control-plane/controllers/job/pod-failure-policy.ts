/**
 * What a pod's failure means for its Job.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy and kubernetes
 * pkg/controller/job/pod_failure_policy.go.
 */
import type { Job, Pod, PodFailurePolicyRule } from "../../../api/types/index.js";

export interface FailureVerdict {
  readonly action: PodFailurePolicyRule["action"];
  /** Why the Job fails, where it does. */
  readonly message?: string;
}

/** Where no rule matches, the failure counts. */
const COUNTS: FailureVerdict = { action: "Count" };

function matchingContainer(
  pod: Pod,
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
): { name: string; exitCode: number } | undefined {
  for (const status of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const exitCode = status.state?.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0 || (containerName !== undefined && containerName !== status.name)) continue;
    if (values.includes(exitCode) === (operator === "In")) return { name: status.name, exitCode };
  }
  return undefined;
}

/** The reason that a rule gives, undefined where it does not match. */
function matchMessage(pod: Pod, rule: PodFailurePolicyRule, index: number): string | undefined {
  const who = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const where = `matching ${rule.action} rule at index ${index}`;
  if (rule.onExitCodes !== undefined) {
    const container = matchingContainer(pod, rule.onExitCodes);
    return container === undefined
      ? undefined
      : `Container ${container.name} for ${who} failed with exit code ${container.exitCode} ${where}`;
  }
  const condition = pod.status?.conditions?.find((one) =>
    rule.onPodConditions?.some(({ type, status = "True" }) => type === one.type && status === one.status),
  );
  return condition === undefined ? undefined : `P${who.slice(1)} has condition ${condition.type} ${where}`;
}

/** The verdict of the first rule that matches. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  for (const [index, rule] of (job.spec.podFailurePolicy?.rules ?? []).entries()) {
    const message = matchMessage(pod, rule, index);
    if (message === undefined) continue;
    return rule.action === "FailJob" ? { action: rule.action, message } : { action: rule.action };
  }
  return COUNTS;
}
