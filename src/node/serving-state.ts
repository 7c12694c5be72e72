/** Whether a pod's processes accept connections, as the pod network is told. */
import type { EventId, SimTime } from "../engine/simulation.js";
import type { PodWorker } from "./pod/pod-worker.js";

export class ServingState {
  private serving = false;
  private event: EventId | undefined;

  constructor(private readonly worker: PodWorker) {}

  /** Looks at the processes anew: the pod serves while one of them does. */
  update(): void {
    const { simulation } = this.worker.context;
    let next: SimTime | undefined;
    let serving = false;
    for (const { process, role } of this.worker.records) {
      if (process === undefined || role === "init") continue;
      if (process.servesAt <= simulation.now) serving = true;
      else next = next === undefined ? process.servesAt : Math.min(next, process.servesAt);
    }
    this.set(serving);
    if (serving || next === undefined) return;
    this.event = simulation.at(next, () => {
      this.event = undefined;
      this.update();
    });
  }

  /** Nothing of the pod runs any more. */
  end(): void {
    this.set(false);
  }

  private set(serving: boolean): void {
    const { context, pod } = this.worker;
    if (this.event !== undefined) context.simulation.cancel(this.event);
    this.event = undefined;
    if (serving === this.serving) return;
    this.serving = serving;
    context.network.listening(pod, serving);
  }
}
