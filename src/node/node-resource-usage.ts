/** What the processes on a node use: CPU as they get it, memory and storage as they take it, now and over time. */
import { SECOND, type SimTime, type Simulation } from "../engine/simulation.js";
import type { ContainerProcess } from "./container-process.js";
import { valueAt } from "./usage-profile.js";

export interface NodeUsage {
  /** CPU in use, cores. */
  readonly cpuCores: number;
  /** CPU that processes want, cores. */
  readonly cpuDemandCores: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** CPU time used since the node's first start, seconds. */
  readonly cpuSeconds: number;
}

export class NodeResourceUsage {
  private readonly processes = new Map<ContainerProcess, object>();
  private cpuDemand = 0;
  private cpuMicros = 0;
  private since: SimTime = 0;

  constructor(
    private readonly simulation: Simulation,
    private readonly capacityCores: number,
  ) {}

  add(owner: object, process: ContainerProcess): void {
    this.settle();
    this.processes.set(process, owner);
    this.cpuDemand += cpuOf(process, this.simulation.now);
  }

  remove(_owner: object, process: ContainerProcess): void {
    this.settle();
    if (!this.processes.delete(process)) return;
    this.cpuDemand = this.processes.size === 0 ? 0 : this.cpuDemand - cpuOf(process, this.simulation.now);
  }

  now(): NodeUsage {
    this.settle();
    let memoryBytes = 0;
    let ephemeralStorageBytes = 0;
    for (const process of this.processes.keys()) {
      memoryBytes += process.memoryAt(this.simulation.now);
      ephemeralStorageBytes += process.ephemeralStorageAt(this.simulation.now);
    }
    return { cpuCores: this.used, cpuDemandCores: this.cpuDemand, memoryBytes, ephemeralStorageBytes, cpuSeconds: this.cpuMicros / SECOND };
  }

  private get used(): number {
    return Math.min(this.cpuDemand, this.capacityCores);
  }

  private settle(): void {
    const { now } = this.simulation;
    this.cpuMicros += this.used * (now - this.since);
    this.since = now;
  }
}

function cpuOf(process: ContainerProcess, now: SimTime): number {
  return process.cpu === undefined ? 0 : valueAt(process.cpu, now - process.startedAt);
}
