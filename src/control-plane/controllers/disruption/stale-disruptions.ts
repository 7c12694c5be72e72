/**
 * Pods that somebody was about to disrupt, and did not: after two minutes their condition DisruptionTarget is taken back.
 *
 * Source: kubernetes pkg/controller/disruption/disruption.go (syncStalePodDisruption, stalePodDisruptionTimeout).
 */
import { objectKey } from "../../../api/kinds.js";
import type { Pod } from "../../../api/types/index.js";
import { MINUTE, type EventId, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal, podCondition, withPodCondition } from "../pod-conditions.js";
import { unless, type Task } from "../task.js";

const STALE_AFTER: SimTime = 2 * MINUTE;
/** The kubelet's own announcements may be as old as they will. Source: PodReasonTerminationByKubelet in core/v1. */
const BY_KUBELET = "TerminationByKubelet";

export class StaleDisruptions {
  private readonly waiting = new Map<string, EventId>();

  constructor(
    private readonly context: ControllerContext,
    private readonly calls: ApiCalls,
    private readonly pods: Informer<Pod>,
  ) {}

  podChanged(pod: Pod): void {
    const key = objectKey(pod);
    const since = announcedAt(pod);
    const event = this.waiting.get(key);
    if (since === undefined) {
      if (event !== undefined) this.forget(key);
      return;
    }
    if (event !== undefined) return;
    const wait = Math.max(0, since + STALE_AFTER - this.context.now());
    this.waiting.set(
      key,
      this.context.after(wait, () => {
        this.waiting.delete(key);
        this.context.run(this.takeBack(key));
      }),
    );
  }

  forget(key: string): void {
    const event = this.waiting.get(key);
    if (event === undefined) return;
    this.context.simulation.cancel(event);
    this.waiting.delete(key);
  }

  private *takeBack(key: string): Task<void> {
    const pod = this.pods.get(key);
    if (pod === undefined || announcedAt(pod) === undefined) return;
    const lastTransitionTime = this.context.nowInSeconds();
    yield* unless(
      ["NotFound"],
      this.calls.patchStatus<"Pod">(targetOf<"Pod">(pod), (current) =>
        withPodCondition(current, { type: "DisruptionTarget", status: "False", lastTransitionTime }),
      ),
    );
  }
}

/** When the pod was announced to be disrupted, undefined where it is not, or is being deleted. */
function announcedAt(pod: Pod): number | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
  const condition = podCondition(pod, "DisruptionTarget");
  return condition?.status === "True" && condition.reason !== BY_KUBELET ? (condition.lastTransitionTime ?? 0) : undefined;
}
