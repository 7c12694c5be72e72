/** The statuses that a stand-in for the kubelet writes: of pods of which nothing runs. */
import type { Condition, Timestamp } from "../../api/types/meta.js";
import type { ContainerStatus, Pod, PodStatus } from "../../api/types/pod.js";

const OWN_CONDITIONS: ReadonlySet<string> = new Set(["Initialized", "Ready", "ContainersReady"]);

export interface FakeRunning {
  readonly ready: boolean;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  /** Whole seconds. */
  readonly now: Timestamp;
}

export function runningStatus(pod: Pod, { ready, hostIP, podIP, now }: FakeRunning): PodStatus {
  const own: Condition[] = [
    { type: "Initialized", status: "True" },
    { type: "Ready", status: ready ? "True" : "False", ...(!ready && { reason: "ContainersNotReady" }) },
    { type: "ContainersReady", status: ready ? "True" : "False", ...(!ready && { reason: "ContainersNotReady" }) },
  ];
  const containerStatuses = pod.spec.containers.map(({ name, image = "" }): ContainerStatus => ({
    name,
    image,
    imageID: "",
    ready,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: now } },
  }));
  return {
    ...pod.status,
    phase: "Running",
    conditions: merge(pod.status?.conditions, own, now),
    containerStatuses,
    startTime: pod.status?.startTime ?? now,
    hostIP,
    ...(podIP !== undefined && { podIP, podIPs: [{ ip: podIP }] }),
  };
}

/** @param now whole seconds */
export function stoppedStatus(pod: Pod, now: Timestamp): PodStatus {
  const succeeded = (pod.spec.restartPolicy ?? "Always") === "Always";
  const exitCode = succeeded ? 0 : 1;
  const reason = succeeded ? "Completed" : "Error";
  const own: Condition[] = ["Ready", "ContainersReady"].map((type) => ({
    type,
    status: "False",
    reason: succeeded ? "PodCompleted" : "PodFailed",
  }));
  return {
    ...pod.status,
    phase: succeeded ? "Succeeded" : "Failed",
    conditions: merge(pod.status?.conditions, own, now),
    containerStatuses: pod.status?.containerStatuses?.map((status) => ({
      ...status,
      ready: false,
      started: false,
      state: { terminated: { exitCode, reason, startedAt: status.state?.running?.startedAt ?? now, finishedAt: now } },
    })),
  };
}

function merge(current: readonly Condition[] | undefined, own: readonly Condition[], now: number): readonly Condition[] {
  const types = new Set(own.map(({ type }) => type));
  const kept = (current ?? []).filter(({ type }) => !types.has(type));
  return [
    ...kept,
    ...own.map((condition) => {
      const old = OWN_CONDITIONS.has(condition.type) ? current?.find(({ type }) => type === condition.type) : undefined;
      return { ...condition, lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : now };
    }),
  ];
}
