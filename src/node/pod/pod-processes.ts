/** The main processes of a pod's containers: when they end, by themselves or by another's hand, and what follows from that. */
import { SIGKILL_EXIT_CODE, UNKNOWN_EXIT_CODE, type ProcessEnd } from "../containers/container-process.js";
import type { ContainerRecord } from "../containers/container-record.js";
import type { PodWorker } from "./pod-worker.js";

export class PodProcesses {
  constructor(private readonly worker: PodWorker) {}

  get isAnyRunning(): boolean {
    return this.worker.records.some(({ process }) => process !== undefined);
  }

  /** The process ends then, unless something else ends it before; an earlier plan is void. */
  endAt(record: ContainerRecord, end: ProcessEnd): void {
    const { simulation } = this.worker.context;
    const process = record.process!;
    if (process.endEvent !== undefined) simulation.cancel(process.endEvent);
    process.plannedEnd = end.at;
    process.endEvent = simulation.at(Math.max(simulation.now, end.at), () => {
      process.endEvent = undefined;
      this.exited(record, end);
    });
  }

  /** Ends a process at once, from outside. False where none runs. */
  kill(containerName: string | undefined, end: Omit<ProcessEnd, "at"> = { exitCode: SIGKILL_EXIT_CODE, reason: "Error" }): boolean {
    const record = this.worker.records.find(
      ({ container, process }) => process !== undefined && (containerName === undefined || container.name === containerName),
    );
    if (record === undefined) return false;
    this.exited(record, { ...end, at: this.worker.context.simulation.now });
    return true;
  }

  /** The machine lost power. */
  lose(): void {
    const { simulation } = this.worker.context;
    for (const record of this.worker.records) {
      if (record.process !== undefined) this.remove(record, { at: simulation.now, exitCode: UNKNOWN_EXIT_CODE, reason: "Unknown" });
    }
  }

  private exited(record: ContainerRecord, end: ProcessEnd): void {
    const { worker } = this;
    this.remove(record, end);
    worker.serving.update();
    if (!worker.terminating) worker.context.pleg.relistSoon(worker);
    else if (!this.isAnyRunning) worker.onAllStopped();
  }

  private remove(record: ContainerRecord, end: ProcessEnd): void {
    const { context, prober, report } = this.worker;
    const process = record.process!;
    if (process.endEvent !== undefined) context.simulation.cancel(process.endEvent);
    context.usage.remove(this.worker, process);
    record.end(end);
    prober?.containerEnded(record);
    report.touch();
  }
}
