/** What the scheduler writes about a pod: Events, and why it has no node. */
import type { Condition, Pod, Timestamp } from "../api/types/index.js";
import type { ApiClient } from "../control-plane/apiserver/client.js";
import { SECOND } from "../engine/simulation.js";

export class PodReports {
  constructor(
    private readonly client: ApiClient,
    private readonly now: () => Timestamp,
  ) {}

  recordEvent(pod: Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    const { name, namespace, uid, resourceVersion } = pod.metadata;
    const regarding = {
      kind: "Pod",
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    this.client.recordEvent(regarding, type, reason, message);
  }

  /** Writes the PodScheduled condition, and the nomination where there is one, unless the pod says so already. */
  setUnschedulable(pod: Pod, reason: string, message: string, nominatedNodeName?: string, done?: () => void): void {
    const { name, namespace, uid } = pod.metadata;
    const seconds = Math.floor(this.now() / SECOND) * SECOND;
    const target = { kind: "Pod" as const, name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
    const told = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    const toldNomination = nominatedNodeName === undefined || nominatedNodeName === (pod.status?.nominatedNodeName ?? "");
    if (told?.status === "False" && told.reason === reason && told.message === message && toldNomination) {
      done?.();
      return;
    }
    const change = (current: Pod): Pod => {
      const conditions = current.status?.conditions ?? [];
      const before = conditions.find(({ type }) => type === "PodScheduled");
      if (before?.status === "True") return current;
      const condition: Condition = {
        type: "PodScheduled",
        status: "False",
        reason,
        message,
        lastTransitionTime: before?.status === "False" ? (before.lastTransitionTime ?? seconds) : seconds,
      };
      const { nominatedNodeName: nominatedBefore, ...status } = current.status ?? {};
      const nominated = nominatedNodeName ?? nominatedBefore ?? "";
      return {
        ...current,
        status: {
          ...status,
          conditions: before === undefined ? [...conditions, condition] : conditions.map((each) => (each === before ? condition : each)),
          ...(nominated !== "" && { nominatedNodeName: nominated }),
        },
      };
    };
    this.client.patchStatus<"Pod">(target, change, done === undefined ? undefined : () => done());
  }
}
