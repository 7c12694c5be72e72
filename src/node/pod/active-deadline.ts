/**
 * Ends a pod that has been active on its node for longer than spec.activeDeadlineSeconds.
 *
 * Source: pkg/kubelet/active_deadline.go
 */
import { SECOND, type EventId } from "../../engine/simulation.js";
import type { PodWorker } from "./pod-worker.js";
import { podGraceSeconds } from "./termination.js";

const REASON = "DeadlineExceeded";
const MESSAGE = "Pod was active on the node longer than the specified deadline";

/** Of a pod that has such a deadline. */
export class ActiveDeadline {
  private event: EventId | undefined;

  constructor(private readonly worker: PodWorker) {}

  watch(): void {
    const { context, pod, startTime } = this.worker;
    const { simulation } = context;
    const end = startTime! + pod.spec.activeDeadlineSeconds! * SECOND;
    this.event = simulation.at(Math.max(simulation.now, end), () => {
      this.event = undefined;
      context.events.pod(this.worker.pod, "Normal", REASON, MESSAGE);
      this.worker.evict({ reason: REASON, message: MESSAGE, graceSeconds: podGraceSeconds(this.worker.pod, 0, undefined) });
    });
  }

  cancel(): void {
    if (this.event !== undefined) this.worker.context.simulation.cancel(this.event);
    this.event = undefined;
  }
}
