/**
 * The pod lifecycle event generator: what happens in the container runtime reaches the kubelet when it next relists the containers.
 *
 * Source: pkg/kubelet/pleg/generic.go.
 */
import type { RandomStream } from "../../engine/random.js";
import type { EventId, SimTime, Simulation } from "../../engine/simulation.js";

interface Synced {
  sync(): void;
}

export class PodLifecycleEventGenerator {
  private readonly phase: SimTime;
  private readonly changed = new Set<Synced>();
  private event: EventId | undefined;
  private running = false;

  /** @param period between two relists, microseconds; 0 means that everything is noticed at once */
  constructor(
    private readonly simulation: Simulation,
    private readonly period: SimTime,
    phases: RandomStream,
  ) {
    this.phase = period > 0 ? phases.integer(period) : 0;
  }

  /** When the kubelet notices what happens in the runtime at `time`. */
  nextRelist(time: SimTime): SimTime {
    if (this.period === 0) return time;
    const beyond = (time - this.phase) % this.period;
    return beyond === 0 ? time : time + (beyond > 0 ? this.period - beyond : -beyond);
  }

  /** Has the worker synced at the next relist. Nobody relists for a worker of which nothing changed. */
  relistSoon(worker: Synced): void {
    if (!this.running) return;
    this.changed.add(worker);
    this.event ??= this.simulation.at(this.nextRelist(this.simulation.now), () => {
      this.event = undefined;
      const workers = [...this.changed];
      this.changed.clear();
      for (const each of workers) each.sync();
    });
  }

  start(): void {
    this.running = true;
  }

  /** The kubelet's process ends: nobody notices anything until it starts again. */
  stop(): void {
    this.running = false;
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
    this.changed.clear();
  }
}
