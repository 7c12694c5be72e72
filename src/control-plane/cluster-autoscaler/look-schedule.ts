/**
 * When the autoscaler looks at the cluster: at turns one scan interval apart, but only at those at which it could find something else
 * than at the last one.
 */
import type { EventId, SimTime, Simulation } from "../../engine/simulation.js";

export class LookSchedule {
  private next: { readonly id: EventId; readonly at: SimTime } | undefined;
  private last = -1;

  /** @param phase time of the first turn */
  constructor(
    private readonly simulation: Simulation,
    private readonly interval: SimTime,
    private readonly phase: SimTime,
    private readonly look: (now: SimTime) => void,
  ) {}

  /** A look at the next turn. */
  soon(): void {
    this.notBefore(this.simulation.now);
  }

  /** A look at the first turn that is not before that time; one that is to come earlier stays. */
  notBefore(time: SimTime): void {
    if (time === Number.POSITIVE_INFINITY) return;
    const turns = Math.ceil((Math.max(time, this.last + 1, this.simulation.now) - this.phase) / this.interval);
    const at = this.phase + Math.max(0, turns) * this.interval;
    if (this.next !== undefined) {
      if (this.next.at <= at) return;
      this.simulation.cancel(this.next.id);
    }
    const id = this.simulation.at(at, () => {
      this.next = undefined;
      this.last = at;
      this.look(at);
    });
    this.next = { id, at };
  }
}
