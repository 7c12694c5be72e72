/**
 * What the processes on a node use: CPU as the kernel's scheduler gives it, memory and storage as they take it, now and over time.
 *
 * Totals are kept as processes come, go and change; what each single container gets is computed only when somebody asks or when a
 * process needs a certain amount of CPU time. Profiles that change cost an event at each change, constants cost none.
 */
import { SECOND, type EventId, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { ContainerProcess } from "../containers/container-process.js";
import { type Consumer, CpuConsumers, type PodConsumers, type ProcessOwner } from "./cpu-consumers.js";
import type { NodeUsage, PodUsage } from "./usage-figures.js";
import { meanAt, nextChange, slopeAt, valueAt } from "./usage-profile.js";

export class NodeResourceUsage {
  private readonly cpu: CpuConsumers;
  private readonly consumers = new Map<ContainerProcess, Consumer>();
  private readonly listeners: (() => void)[] = [];
  private since: SimTime = 0;
  private demand = 0;
  private usable = 0;
  private memory = 0;
  /** Bytes a microsecond. */
  private memorySlope = 0;
  private used = 0;
  private storing = 0;
  private readonly working = new Set<Consumer>();
  private workEvent: EventId | undefined;
  private metering = false;
  private cpuMicros = 0;
  private throttledMicros = 0;
  private contendedMicros = 0;
  private memoryByteMicros = 0;

  constructor(
    private readonly simulation: Simulation,
    readonly capacityCores: number,
    cpuCFSQuota = true,
  ) {
    this.cpu = new CpuConsumers(capacityCores, cpuCFSQuota);
  }

  /** Called after every change of what is used. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** From now on the CPU time of each single container is counted, which costs work at every change on the node. */
  meter(): void {
    if (this.metering) return;
    this.settle();
    this.metering = true;
    this.updateMetered();
  }

  /** @param workDone called once a process with an amount of work has had the CPU time for it */
  add(owner: ProcessOwner, process: ContainerProcess, workDone: () => void = () => undefined): void {
    this.settle();
    const pod = this.cpu.podOf(owner);
    const { weight, quota } = this.cpu.limitsOf(process, owner.pod.spec);
    const consumer: Consumer = {
      process,
      weight,
      quota,
      demand: 0,
      event: undefined,
      workLeft: process.cpuWork ?? 0,
      workDone,
      given: 0,
      metered: 0,
      meteredMicros: 0,
      memory: 0,
      memorySlope: 0,
      memoryAt: this.simulation.now,
    };
    pod.members.push(consumer);
    this.consumers.set(process, consumer);
    this.follow(pod, consumer);
    if (process.ephemeralStorage !== undefined) this.storing++;
    if (process.cpuWork !== undefined) this.working.add(consumer);
    this.changed();
  }

  remove(owner: ProcessOwner, process: ContainerProcess): void {
    const consumer = this.consumers.get(process);
    const pod = this.cpu.pods.get(owner);
    if (consumer === undefined || pod === undefined) return;
    this.settle();
    if (consumer.event !== undefined) this.simulation.cancel(consumer.event);
    this.consumers.delete(process);
    this.working.delete(consumer);
    pod.members.splice(pod.members.indexOf(consumer), 1);
    if (pod.members.length === 0) this.cpu.pods.delete(owner);
    this.demand -= consumer.demand;
    if (process.ephemeralStorage !== undefined) this.storing--;
    this.updateUsable(pod);
    this.countMemory(consumer, 0, 0);
    // Nothing runs, so that nothing is used: rounding ends here.
    if (this.consumers.size === 0) this.demand = this.usable = this.memory = this.memorySlope = 0;
    this.changed();
  }

  now(): NodeUsage {
    this.settle();
    let ephemeralStorageBytes = 0;
    for (const process of this.consumers.keys()) ephemeralStorageBytes += process.ephemeralStorageAt(this.simulation.now);
    return {
      cpuCores: this.used,
      cpuDemandCores: this.demand,
      memoryBytes: this.memory,
      ephemeralStorageBytes,
      cpuSeconds: this.cpuMicros / SECOND,
      cpuThrottledSeconds: this.throttledMicros / SECOND,
      cpuContendedSeconds: this.contendedMicros / SECOND,
      memoryByteSeconds: this.memoryByteMicros / SECOND,
    };
  }

  /** Memory taken now, bytes, and its change, bytes a microsecond. */
  get memoryNow(): { readonly bytes: number; readonly slope: number } {
    this.settle();
    return { bytes: this.memory, slope: this.memorySlope };
  }

  /** Whether some process writes to the node's disk. */
  get storesAnything(): boolean {
    return this.storing > 0;
  }

  /** Each pod with running processes, in the order in which they started, with what its containers get. */
  *perPod(): Generator<PodUsage> {
    this.settle();
    const { now } = this.simulation;
    const given = this.cpu.shares();
    for (const { owner, members } of this.cpu.pods.values()) {
      const containers = members.map(({ process, meteredMicros }) => ({
        name: process.container.name,
        startedAt: process.startedAt,
        cpuSeconds: meteredMicros / SECOND,
        cpuCores: given.get(process) ?? 0,
        memoryBytes: process.memoryAt(now),
        ephemeralStorageBytes: process.ephemeralStorageAt(now),
      }));
      yield { pod: owner.pod, containers };
    }
  }

  /** CPU that a process gets now, cores. */
  cpuOf(process: ContainerProcess): number {
    const consumer = this.consumers.get(process);
    if (consumer === undefined) return 0;
    if (this.isContended || this.cpu.throttledByPod) return this.cpu.shares().get(process) ?? 0;
    return Math.min(consumer.demand, consumer.quota);
  }

  private get isContended(): boolean {
    return this.usable > this.capacityCores;
  }

  /** Takes a process's use as it is now, and comes back when its profile changes. */
  private follow(pod: PodConsumers, consumer: Consumer): void {
    const { process } = consumer;
    const age = this.simulation.now - process.startedAt;
    const demand = process.cpu === undefined ? 0 : meanAt(process.cpu, age);
    this.demand += demand - consumer.demand;
    consumer.demand = demand;
    this.updateUsable(pod);
    if (process.memory !== undefined) this.countMemory(consumer, valueAt(process.memory, age), slopeAt(process.memory, age));
    const changes = [process.cpu, process.memory].flatMap((profile) => (profile === undefined ? [] : (nextChange(profile, age) ?? [])));
    if (changes.length === 0) return;
    consumer.event = this.simulation.at(process.startedAt + Math.min(...changes), () => {
      consumer.event = undefined;
      this.settle();
      this.follow(pod, consumer);
      this.changed();
    });
  }

  private updateUsable(pod: PodConsumers): void {
    const before = pod.usable;
    let sum = 0;
    for (const { demand, quota } of pod.members) sum += Math.min(demand, quota);
    pod.usable = Math.min(sum, pod.quota);
    this.usable += pod.usable - before;
  }

  /** Replaces what a process counted for by what it takes from now on. */
  private countMemory(consumer: Consumer, bytes: number, slope: number): void {
    const { now } = this.simulation;
    this.memory += bytes - (consumer.memory + consumer.memorySlope * (now - consumer.memoryAt));
    this.memorySlope += slope - consumer.memorySlope;
    consumer.memory = bytes;
    consumer.memorySlope = slope;
    consumer.memoryAt = now;
  }

  private settle(): void {
    const { now } = this.simulation;
    const passed = now - this.since;
    if (passed === 0) return;
    this.since = now;
    this.cpuMicros += this.used * passed;
    for (const consumer of this.working) consumer.workLeft -= consumer.given * passed;
    if (this.metering) for (const consumer of this.consumers.values()) consumer.meteredMicros += consumer.metered * passed;
    this.throttledMicros += (this.demand - this.usable) * passed;
    this.contendedMicros += (this.usable - this.used) * passed;
    this.memoryByteMicros += this.memory * passed + (this.memorySlope * passed * passed) / 2;
    this.memory += this.memorySlope * passed;
  }

  private changed(): void {
    this.used = Math.min(this.usable, this.capacityCores);
    if (this.metering) this.updateMetered();
    if (this.working.size > 0 || this.workEvent !== undefined) this.planWork();
    for (const listener of this.listeners) listener();
  }

  private updateMetered(): void {
    const shares = this.isContended || this.cpu.throttledByPod ? this.cpu.shares() : undefined;
    for (const consumer of this.consumers.values()) {
      consumer.metered = shares === undefined ? Math.min(consumer.demand, consumer.quota) : (shares.get(consumer.process) ?? 0);
    }
  }

  /** Finds when the next process has had its CPU time, as things are now. */
  private planWork(): void {
    if (this.workEvent !== undefined) this.simulation.cancel(this.workEvent);
    this.workEvent = undefined;
    const shares = this.isContended || this.cpu.throttledByPod ? this.cpu.shares() : undefined;
    let first: Consumer | undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const consumer of this.working) {
      consumer.given = shares === undefined ? this.cpuOf(consumer.process) : (shares.get(consumer.process) ?? 0);
      const left = Math.max(0, consumer.workLeft) / consumer.given;
      if (left < soonest) {
        soonest = left;
        first = consumer;
      }
    }
    if (first === undefined) return;
    const { workDone } = first;
    this.workEvent = this.simulation.after(Math.ceil(soonest), () => {
      this.workEvent = undefined;
      workDone();
    });
  }
}
