/** A timer that keeps the earliest of the times that it was armed for. */
import type { EventId, SimTime, Simulation } from "../engine/simulation.js";

export class EarliestTimer {
  private event: EventId | undefined;
  private at: SimTime = 0;

  constructor(private readonly simulation: Simulation) {}

  /** Runs the action at that time, or now where it is past; nothing where an action is due earlier. */
  arm(at: SimTime, action: () => void): void {
    const { simulation } = this;
    if (this.event !== undefined) {
      if (this.at <= at) return;
      simulation.cancel(this.event);
    }
    this.at = at;
    this.event = simulation.at(Math.max(at, simulation.now), () => {
      this.event = undefined;
      action();
    });
  }

  cancel(): void {
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
  }
}
