/** The STATUS, READY and RESTARTS cells of pods and nodes. Source: kubernetes/pkg/printers/internalversion/printers.go. */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import type { ContainerStatus, Pod } from "../../api/types/pod.js";
import { humanDuration } from "./human-duration.js";

const ROLE_LABEL = "node-role.kubernetes.io/";

function isSidecar(pod: Pod, name: string): boolean {
  return pod.spec.initContainers?.some((container) => container.name === name && container.restartPolicy === "Always") === true;
}

/** "1/2": containers that are ready, sidecars included, of all. */
export function podReadiness(pod: Pod): string {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const ready = [
    ...(pod.status?.containerStatuses ?? []).filter((one) => one.ready && one.state?.running !== undefined),
    ...(pod.status?.initContainerStatuses ?? []).filter((one) => isSidecar(pod, one.name) && one.ready),
  ];
  return `${ready.length}/${pod.spec.containers.length + sidecars.length}`;
}

/** "0", or "3 (5m ago)". */
export function podRestarts(pod: Pod, now: Timestamp): string {
  let count = 0;
  let last: Timestamp | undefined;
  const counted = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []).filter((one) => isSidecar(pod, one.name)),
  ];
  for (const { restartCount, lastState } of counted) {
    count += restartCount;
    const finished = lastState?.terminated?.finishedAt;
    if (finished !== undefined && (last === undefined || finished > last)) last = finished;
  }
  return count === 0 || last === undefined ? String(count) : `${count} (${humanDuration(now - last)} ago)`;
}

/** "Running", "Completed", "CrashLoopBackOff", "Init:0/1", "Terminating", ... */
export function podStatus(pod: Pod): string {
  const status = pod.status;
  let reason = status?.reason ?? status?.phase ?? "Pending";
  if (status?.conditions?.some(({ type, reason: why }) => type === "PodScheduled" && why === "SchedulingGated") === true)
    reason = "SchedulingGated";
  const initializing = initStatus(pod);
  if (initializing !== undefined) reason = initializing;
  else {
    let isAnyRunning = false;
    for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
      const { waiting, terminated, running } = container.state ?? {};
      if (waiting?.reason !== undefined && waiting.reason !== "") reason = waiting.reason;
      else if (terminated !== undefined) reason = terminatedText(terminated, "");
      else if (running !== undefined && container.ready) isAnyRunning = true;
    }
    if (reason === "Completed" && isAnyRunning)
      reason = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true ? "Running" : "NotReady";
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status?.reason === "NodeLost") return "Unknown";
    if (status?.phase !== "Succeeded" && status?.phase !== "Failed") return "Terminating";
  }
  return reason;
}

function terminatedText(
  { reason, signal, exitCode }: NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>,
  prefix: string,
): string {
  if (reason !== undefined && reason !== "") return `${prefix}${reason}`;
  return signal !== undefined && signal !== 0 ? `${prefix}Signal:${signal}` : `${prefix}ExitCode:${exitCode}`;
}

/** What the first init container that is not done is doing; undefined where all are. */
function initStatus(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, { name, state, started }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0 || (isSidecar(pod, name) && started === true)) continue;
    if (state?.terminated !== undefined) return terminatedText(state.terminated, "Init:");
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== "" && state.waiting.reason !== "PodInitializing")
      return `Init:${state.waiting.reason}`;
    return `Init:${index}/${pod.spec.initContainers?.length ?? statuses.length}`;
  }
  return undefined;
}

/** "Ready", "NotReady,SchedulingDisabled", ... */
export function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  const state = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

/** "control-plane", or "<none>". */
export function nodeRoles(node: Node): string {
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(ROLE_LABEL) && label.length > ROLE_LABEL.length);
  return roles.length === 0
    ? "<none>"
    : roles
        .map((label) => label.slice(ROLE_LABEL.length))
        .sort()
        .join(",");
}
