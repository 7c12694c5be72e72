/** Runs the probes of one pod in the simulation: an event where something comes of them, none for probes that pass. */
import type { Container } from "../../api/types/pod.js";
import type { EventId, SimTime, Simulation } from "../../engine/simulation.js";
import type { ProbeOutcome } from "../containers/behavior.js";
import type { ContainerProcess } from "../containers/container-process.js";
import type { ContainerRecord } from "../containers/container-record.js";
import type { ProbeKind } from "./probe-worker.js";
import { PodProbes, type ProbeNews } from "./probe-workers.js";

export interface ProbeListener {
  /** Readiness or start of a container changed by its probes. */
  probed(record: ContainerRecord, what: "started" | "ready", value: boolean): void;
  /** A container failed its liveness or startup probe for good. */
  unhealthy(record: ContainerRecord, kind: "liveness" | "startup"): void;
  /** One probe failed. Repeats that change nothing are left out. */
  probeFailed(record: ContainerRecord, kind: ProbeKind): void;
}

export function hasProbe({ livenessProbe, readinessProbe, startupProbe }: Container): boolean {
  return livenessProbe !== undefined || readinessProbe !== undefined || startupProbe !== undefined;
}

export class PodProber {
  private probes: PodProbes | undefined;
  private event: EventId | undefined;
  private readonly records: readonly ContainerRecord[];

  /** @param singly simulate every tick by an event of its own: for proving that leaving out the quiet ones changes nothing */
  constructor(
    private readonly simulation: Simulation,
    records: readonly ContainerRecord[],
    private readonly listener: ProbeListener,
    private readonly singly: boolean,
  ) {
    this.records = records.filter(({ role }) => role !== "init");
  }

  /** The workers start; containers that run already keep what they were. */
  begin(): void {
    const { now } = this.simulation;
    this.probes = new PodProbes(
      this.records.map(({ container }) => container),
      now,
    );
    for (const record of this.records) {
      const { process } = record;
      if (process !== undefined)
        this.probes.containerResumed(record.container.name, record.restartCount, process.startedAt, outcomesOf(process), record);
    }
    this.plan();
  }

  suspend(): void {
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
    this.probes = undefined;
  }

  podStopping(): void {
    this.probes?.podStopping();
    this.plan();
  }

  containerStarted(record: ContainerRecord): void {
    this.tell(record, (probes, now, news) => {
      const process = record.process!;
      probes.containerRunning(record.container.name, record.restartCount, process.startedAt, now, outcomesOf(process), news);
    });
  }

  containerEnded(record: ContainerRecord): void {
    this.tell(record, (probes, now, news) => probes.containerEnded(record.container.name, now, news));
  }

  private tell(record: ContainerRecord, change: (probes: PodProbes, now: SimTime, news: ProbeNews[]) => void): void {
    const { probes } = this;
    if (probes === undefined || !this.records.includes(record)) return;
    const { now } = this.simulation;
    const news: ProbeNews[] = [];
    probes.advance(now - 1, news, !this.singly);
    change(probes, now, news);
    this.plan();
    // The caller sets the states of a container that began or ended itself.
    this.hand(news.filter(({ what, container }) => what === "probe" || container !== record.container.name));
  }

  private plan(): void {
    if (this.event !== undefined) this.simulation.cancel(this.event);
    this.event = undefined;
    const at = this.singly ? this.probes?.nextStepAt() : this.probes?.nextVisible();
    if (at === undefined) return;
    this.event = this.simulation.at(Math.max(at, this.simulation.now), () => {
      this.event = undefined;
      const news: ProbeNews[] = [];
      this.probes?.advance(this.simulation.now, news, !this.singly);
      this.plan();
      this.hand(news);
    });
  }

  private hand(news: readonly ProbeNews[]): void {
    for (const item of news) {
      const record = this.records.find(({ container }) => container.name === item.container);
      if (record?.process === undefined) continue;
      switch (item.what) {
        case "started":
        case "ready":
          this.listener.probed(record, item.what, item.value);
          break;
        case "kill":
          this.listener.unhealthy(record, item.kind);
          break;
        case "probe":
          if (!item.ok && !item.repeated) this.listener.probeFailed(record, item.kind);
      }
    }
  }
}

/** What a process answers: as its behaviour says, else it fails until it serves. */
function outcomesOf(process: ContainerProcess): (kind: ProbeKind) => readonly ProbeOutcome[] {
  const { behavior, servesAt, startedAt } = process;
  const untilServing: readonly ProbeOutcome[] =
    servesAt === startedAt
      ? []
      : [
          { from: 0, ok: false },
          { from: servesAt - startedAt, ok: true },
        ];
  return (kind) => behavior.probeOutcomes?.[kind] ?? untilServing;
}
