/** Phase and conditions of pods from the states of their containers. */
import type { Condition } from "../../src/api/types/meta.js";
import type { ContainerStatus, Pod } from "../../src/api/types/pod.js";
import { podConditions, podPhase } from "../../src/node/pod/pod-status.js";
import { exactDifferences } from "./expected.js";

export const kind = "podstatus";

interface PodStatusCase {
  readonly input: {
    readonly pod: Pod;
    readonly initContainerStatuses: readonly ContainerStatus[] | null;
    readonly containerStatuses: readonly ContainerStatus[] | null;
    readonly podIsTerminal: boolean;
    readonly podHasInitialized: boolean;
    readonly oldConditions: readonly Condition[] | null;
    readonly otherConditions: readonly Condition[] | null;
  };
  readonly expected: unknown;
}

export function check({ input, expected }: PodStatusCase): string[] {
  const { pod } = input;
  const statuses = {
    initContainerStatuses: input.initContainerStatuses ?? undefined,
    containerStatuses: input.containerStatuses ?? undefined,
  };
  const phase = podPhase(pod, statuses, input.podIsTerminal, input.podHasInitialized);
  const known = [...(input.oldConditions ?? []), ...(input.otherConditions ?? [])];
  const conditions = podConditions(pod, statuses, phase, known).map(({ type, status, reason = "", message = "" }) => ({
    type,
    status,
    reason,
    message,
    observedGeneration: pod.metadata.generation,
  }));
  return exactDifferences("", { phase, conditions }, expected);
}
