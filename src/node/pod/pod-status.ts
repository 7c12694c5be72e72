/**
 * A pod's phase and the kubelet's conditions, from the states of its containers.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/, pkg/kubelet/kubelet_pods.go (getPhase) and
 * pkg/kubelet/status/generate.go.
 */
import { isSidecar } from "../../api/resources.js";
import type { Condition } from "../../api/types/meta.js";
import type { Container, ContainerStatus, Pod, PodPhase, PodSpec } from "../../api/types/pod.js";
import { isStaticPod } from "../admission/resources.js";

export interface ContainerStatuses {
  readonly initContainerStatuses?: readonly ContainerStatus[] | undefined;
  readonly containerStatuses?: readonly ContainerStatus[] | undefined;
}

/** Whether a container that ended so is started again: its rules first, then its own policy, then the pod's. */
export function mayRestart(spec: PodSpec, container: Container, exitCode: number): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const listed = exitCodes.values?.includes(exitCode) ?? false;
    if (listed === (exitCodes.operator === "In")) return action === "Restart" || action === "RestartAllContainers";
  }
  switch (container.restartPolicy ?? spec.restartPolicy ?? "Always") {
    case "Always":
      return true;
    case "OnFailure":
      return exitCode !== 0;
    case "Never":
      return false;
  }
}

/** An init container without a policy of its own is tried again under Always as under OnFailure, but never after success. */
function mayRestartInit(spec: PodSpec, container: Container, exitCode: number): boolean {
  return exitCode !== 0 && mayRestart(spec, container, exitCode);
}

function statusOf(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}

/**
 * The phase of a pod.
 *
 * @param isTerminal nothing of the pod will be started any more
 * @param hasInitialized a regular container of the present sandbox has started
 */
export function podPhase(pod: Pod, statuses: ContainerStatuses, isTerminal: boolean, hasInitialized: boolean): PodPhase {
  const { spec } = pod;
  let pendingInit = 0;
  let pendingSidecars = 0;
  let unknown = 0;
  let running = 0;
  let waiting = 0;
  for (const container of spec.initContainers ?? []) {
    const status = statusOf(statuses.initContainerStatuses, container.name);
    const state = status?.state;
    if (isSidecar(container)) {
      if (status === undefined) unknown++;
      else if (state?.running !== undefined) {
        if (status.started !== true) pendingSidecars++;
        running++;
      } else if (state?.terminated !== undefined) {
        // Ended sidecars do not count.
      } else if (state?.waiting !== undefined) {
        if (status.lastState?.terminated === undefined) {
          pendingSidecars++;
          waiting++;
        }
      } else {
        pendingSidecars++;
        unknown++;
      }
      continue;
    }
    const ended = state?.terminated ?? (state?.waiting !== undefined ? status?.lastState?.terminated : undefined);
    if (ended === undefined) pendingInit++;
    else if (ended.exitCode !== 0 && !mayRestartInit(spec, container, ended.exitCode)) return "Failed";
  }

  let stopped = 0;
  let succeeded = 0;
  let restartable = 0;
  for (const container of spec.containers) {
    const status = statusOf(statuses.containerStatuses, container.name);
    const state = status?.state;
    if (state?.running !== undefined) running++;
    else if (state?.terminated !== undefined) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
      if (mayRestart(spec, container, state.terminated.exitCode)) restartable++;
    } else if (state?.waiting !== undefined) {
      const ended = status?.lastState?.terminated;
      if (ended === undefined) waiting++;
      else {
        stopped++;
        if (mayRestart(spec, container, ended.exitCode)) restartable++;
      }
    } else unknown++;
  }

  if (pendingInit > 0 || (!hasInitialized && pendingSidecars > 0) || waiting > 0) return "Pending";
  if (running > 0 && unknown === 0) return "Running";
  if (running === 0 && stopped > 0 && unknown === 0) {
    if (isTerminal && !isStaticPod(pod)) return stopped === succeeded ? "Succeeded" : "Failed";
    if (restartable > 0) return "Running";
    return stopped === succeeded ? "Succeeded" : "Failed";
  }
  return "Pending";
}

// Whether the API server has the pod down as ended.
export { hasEnded } from "../../api/pod-phase.js";

type Verdict = Pick<Condition, "type" | "status" | "reason" | "message">;

/** Names as Go prints a slice of strings. */
function names(list: readonly string[]): string {
  return `[${list.join(" ")}]`;
}

function because(type: string, reason: string, unknown: readonly string[], others: readonly string[], othersAre: string): Verdict {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${names(unknown)}`);
  if (others.length > 0) parts.push(`containers with ${othersAre} status: ${names(others)}`);
  return parts.length === 0 ? { type, status: "True" } : { type, status: "False", reason, message: parts.join(", ") };
}

function isUnknown({ initContainerStatuses, containerStatuses }: ContainerStatuses): boolean {
  return initContainerStatuses === undefined && containerStatuses === undefined;
}

function initializedCondition(pod: Pod, statuses: ContainerStatuses, phase: PodPhase, wasInitialized: boolean): Verdict {
  const type = "Initialized";
  const init = pod.spec.initContainers ?? [];
  if (init.length === 0 && phase !== "Succeeded") return { type, status: "True" };
  if (isUnknown(statuses) && init.length > 0) return { type, status: "False", reason: "UnknownContainerStatuses" };
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of init) {
    const status = statusOf(statuses.initContainerStatuses, container.name);
    if (status === undefined) unknown.push(container.name);
    else if (isSidecar(container) ? status.started !== true : !status.ready) incomplete.push(container.name);
  }
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "True", reason: "PodCompleted" };
  if (wasInitialized || anyRegularContainerStarted(statuses)) return { type, status: "True" };
  return because(type, "ContainersNotInitialized", unknown, incomplete, "incomplete");
}

function anyRegularContainerStarted({ containerStatuses }: ContainerStatuses): boolean {
  return containerStatuses?.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined) ?? false;
}

function containersReadyCondition(pod: Pod, statuses: ContainerStatuses, phase: PodPhase): Verdict {
  const type = "ContainersReady";
  if (isUnknown(statuses)) return { type, status: "False", reason: "UnknownContainerStatuses" };
  const unknown: string[] = [];
  const unready: string[] = [];
  const look = (container: Container, list: readonly ContainerStatus[] | undefined): void => {
    const status = statusOf(list, container.name);
    if (status === undefined) unknown.push(container.name);
    else if (!status.ready) unready.push(container.name);
  };
  for (const container of pod.spec.initContainers ?? []) if (isSidecar(container)) look(container, statuses.initContainerStatuses);
  for (const container of pod.spec.containers) look(container, statuses.containerStatuses);
  if (phase === "Succeeded" && unknown.length === 0) return { type, status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { type, status: "False", reason: "PodFailed" };
  return because(type, "ContainersNotReady", unknown, unready, "unready");
}

function readyCondition(pod: Pod, containersReady: Verdict, others: readonly Pick<Condition, "type" | "status">[]): Verdict {
  const type = "Ready";
  if (containersReady.status !== "True") return { ...containersReady, type };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const condition = others.find((other) => other.type === conditionType);
    if (condition === undefined)
      messages.push(`corresponding condition of pod readiness gate ${JSON.stringify(conditionType)} does not exist.`);
    else if (condition.status !== "True")
      messages.push(`the status of pod readiness gate ${JSON.stringify(conditionType)} is not "True", but ${condition.status}`);
  }
  return messages.length === 0
    ? { type, status: "True" }
    : { type, status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

/**
 * The conditions Initialized, Ready and ContainersReady, in this order.
 *
 * @param current the conditions that the pod has, which decide on readiness gates and on staying initialised
 */
export function podConditions(
  pod: Pod,
  statuses: ContainerStatuses,
  phase: PodPhase,
  current: readonly Pick<Condition, "type" | "status">[],
): readonly Verdict[] {
  const wasInitialized = current.some(({ type, status }) => type === "Initialized" && status === "True");
  const containersReady = containersReadyCondition(pod, statuses, phase);
  return [initializedCondition(pod, statuses, phase, wasInitialized), readyCondition(pod, containersReady, current), containersReady];
}
