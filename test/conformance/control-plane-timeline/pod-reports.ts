/** Statuses of pods as a kubelet would report them, for actions and fates that stand in for one. */
import type { Condition } from "../../../src/api/types/meta.js";
import type { ContainerStatus, Pod, PodStatus } from "../../../src/api/types/pod.js";

/** @param now Unix time in whole seconds, microseconds */
export function withReadiness(pod: Pod, ready: boolean, now: number): PodStatus {
  return {
    ...pod.status!,
    conditions: withConditions(pod, ready, ready ? undefined : "ContainersNotReady", now),
    containerStatuses: (pod.status?.containerStatuses ?? []).map((status) => ({ ...status, ready })),
  };
}

/** All containers of the pod have ended. */
export function ended(pod: Pod, phase: "Succeeded" | "Failed", exitCode: number, now: number): PodStatus {
  const reason = phase === "Succeeded" ? "Completed" : "Error";
  return {
    ...pod.status!,
    phase,
    conditions: withConditions(pod, false, phase === "Succeeded" ? "PodCompleted" : "PodFailed", now),
    containerStatuses: pod.spec.containers.map(({ name, image = "" }): ContainerStatus => {
      const status = pod.status?.containerStatuses?.find((one) => one.name === name);
      const startedAt = status?.state?.running?.startedAt ?? now;
      return {
        name,
        image,
        imageID: "",
        restartCount: 0,
        ready: false,
        started: false,
        state: { terminated: { exitCode, reason, startedAt, finishedAt: now } },
      };
    }),
  };
}

function withConditions(pod: Pod, ready: boolean, reason: string | undefined, now: number): readonly Condition[] {
  const types = ["Ready", "ContainersReady"];
  const status = ready ? "True" : "False";
  const previous = pod.status?.conditions ?? [];
  return [
    ...previous.filter(({ type }) => !types.includes(type)),
    ...types.map((type): Condition => {
      const old = previous.find((condition) => condition.type === type);
      const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
      return { type, status, ...(reason !== undefined && { reason }), ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
    }),
  ];
}
