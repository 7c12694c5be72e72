/** Probes of one pod's containers. */
import type { EventId, SimTime, Simulation } from "../engine/simulation.js";
import type { ContainerRecord } from "./container-record.js";

export type ProbeVerdict = "started" | "ready" | "unready" | "liveness-failed" | "startup-failed";

export class PodProber {
  private readonly events = new Map<ContainerRecord, EventId>();

  constructor(
    private readonly simulation: Simulation,
    private readonly records: readonly ContainerRecord[],
    private readonly onVerdict: (record: ContainerRecord, verdict: ProbeVerdict) => void,
  ) {}

  begin(_now: SimTime): void {
    for (const record of this.records) if (record.process !== undefined) this.containerStarted(record);
  }

  suspend(): void {
    for (const event of this.events.values()) this.simulation.cancel(event);
    this.events.clear();
  }

  podStopping(): void {
    this.suspend();
  }

  containerStarted(record: ContainerRecord): void {
    const { process, container } = record;
    if (process === undefined) return;
    const at = Math.max(this.simulation.now, process.servesAt);
    const event = this.simulation.at(at, () => {
      this.events.delete(record);
      if (!record.started) this.onVerdict(record, "started");
      if (container.readinessProbe !== undefined) this.onVerdict(record, "ready");
    });
    this.events.set(record, event);
  }

  containerEnded(record: ContainerRecord): void {
    const event = this.events.get(record);
    if (event !== undefined) this.simulation.cancel(event);
    this.events.delete(record);
  }
}
