/**
 * What the processes on a node use: CPU as the kernel's scheduler gives it, memory and storage as they take it, now and over time.
 *
 * Totals are kept as processes come, go and change; what each single container gets is computed only when somebody asks or when a
 * process needs a certain amount of CPU time. Profiles that change cost an event at each change, constants cost none.
 */
import { qosClassOf, type QosClass } from "../api/resources.js";
import { oncePerTemplate } from "../api/template-memo.js";
import type { Pod } from "../api/types/pod.js";
import { SECOND, type EventId, type SimTime, type Simulation } from "../engine/simulation.js";
import type { UsageProfile } from "./behavior.js";
import { containerCgroup, cpuShares, cpuWeightOfContainer, cpuWeightOfPod, milliCPUFromQuota, podCgroup } from "./cgroups.js";
import type { ContainerProcess } from "./container-process.js";
import { shareCpu, type CpuGroup } from "./cpu-sharing.js";
import { nextChange, slopeAt, valueAt } from "./usage-profile.js";

export interface NodeUsage {
  /** CPU in use, cores. */
  readonly cpuCores: number;
  /** CPU that processes want, cores. */
  readonly cpuDemandCores: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** Since the start of the run: CPU time used, CPU time wanted but withheld by quotas, and by other processes. Core-seconds. */
  readonly cpuSeconds: number;
  readonly cpuThrottledSeconds: number;
  readonly cpuContendedSeconds: number;
  /** Memory over time since the start of the run, byte-seconds. */
  readonly memoryByteSeconds: number;
}

export interface ContainerUsage {
  readonly name: string;
  readonly startedAt: SimTime;
  readonly cpuCores: number;
  /** CPU time since the start of its process or of the metering, whichever is later; 0 where nothing is metered. Core-seconds. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
}

export interface PodUsage {
  readonly pod: Pod;
  readonly containers: readonly ContainerUsage[];
}

/** Who owns processes: a pod on this node. */
export interface ProcessOwner {
  readonly pod: Pod;
}

interface Consumer extends CpuGroup {
  readonly process: ContainerProcess;
  demand: number;
  event: EventId | undefined;
  /** CPU time still to be had, microseconds of one core, and the cores that it gets; kept for processes with an amount of work alone. */
  workLeft: number;
  given: number;
  readonly workDone: () => void;
  /** Cores that it gets and CPU time so far, microseconds of one core; kept while containers are metered. */
  metered: number;
  meteredMicros: number;
  /** Bytes at `memoryAt`, and their change a microsecond. */
  memory: number;
  memorySlope: number;
  memoryAt: SimTime;
}

interface PodConsumers extends CpuGroup {
  readonly owner: ProcessOwner;
  readonly members: Consumer[];
  readonly tier: "guaranteed" | "burstable" | "besteffort";
  usable: number;
}

const MILLI = 1000;
const TIERS: Readonly<Record<QosClass, PodConsumers["tier"]>> = {
  Guaranteed: "guaranteed",
  Burstable: "burstable",
  BestEffort: "besteffort",
};

function quotaCores(quota: number | undefined, period: number | undefined): number {
  return quota === undefined || quota <= 0 ? Number.POSITIVE_INFINITY : milliCPUFromQuota(quota, period) / MILLI;
}

/** CPU wanted at an age: lines count by their mean between points, so that sums over time are exact. */
function cpuDemand(profile: UsageProfile | undefined, age: SimTime): number {
  if (profile === undefined) return 0;
  if (profile.shape === "steps") return valueAt(profile, age);
  const index = profile.points.findLastIndex(({ at }) => at <= age);
  const [point, next] = [profile.points[index] ?? profile.points[0], profile.points[index + 1]];
  return index < 0 || next === undefined ? point.value : (point.value + next.value) / 2;
}

export class NodeResourceUsage {
  private readonly pods = new Map<ProcessOwner, PodConsumers>();
  private readonly consumers = new Map<ContainerProcess, Consumer>();
  private readonly shareOf = oncePerTemplate((spec): Pick<PodConsumers, "tier" | "weight" | "quota"> => {
    const { cpuShares: shares, cpuQuota, cpuPeriod } = podCgroup(spec, this.cpuCFSQuota);
    return { tier: TIERS[qosClassOf(spec)], weight: cpuWeightOfPod(shares ?? 0), quota: quotaCores(cpuQuota, cpuPeriod) };
  });
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
    private readonly cpuCFSQuota = true,
  ) {}

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
    let pod = this.pods.get(owner);
    if (pod === undefined) this.pods.set(owner, (pod = this.podConsumers(owner)));
    const { cpuShares: shares, cpuQuota, cpuPeriod } = containerCgroup(process.container, owner.pod.spec, this.cpuCFSQuota);
    const consumer: Consumer = {
      process,
      weight: cpuWeightOfContainer(shares ?? 0),
      quota: quotaCores(cpuQuota, cpuPeriod),
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
    const pod = this.pods.get(owner);
    if (consumer === undefined || pod === undefined) return;
    this.settle();
    if (consumer.event !== undefined) this.simulation.cancel(consumer.event);
    this.consumers.delete(process);
    this.working.delete(consumer);
    pod.members.splice(pod.members.indexOf(consumer), 1);
    if (pod.members.length === 0) this.pods.delete(owner);
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
    const given = this.shares();
    for (const { owner, members } of this.pods.values()) {
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
    if (this.isContended || this.throttledByPod) return this.shares().get(process) ?? 0;
    return Math.min(consumer.demand, consumer.quota);
  }

  /** Whether some pod's own quota is less than what its containers could use. */
  private get throttledByPod(): boolean {
    for (const { quota, usable, members } of this.pods.values()) if (members.length > 1 && usable === quota) return true;
    return false;
  }

  private get isContended(): boolean {
    return this.usable > this.capacityCores;
  }

  private podConsumers(owner: ProcessOwner): PodConsumers {
    return { owner, ...this.shareOf(owner.pod.spec), demand: 0, members: [], usable: 0 };
  }

  /** Takes a process's use as it is now, and comes back when its profile changes. */
  private follow(pod: PodConsumers, consumer: Consumer): void {
    const { process } = consumer;
    const age = this.simulation.now - process.startedAt;
    const demand = cpuDemand(process.cpu, age);
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
    const shares = this.isContended || this.throttledByPod ? this.shares() : undefined;
    for (const consumer of this.consumers.values()) {
      consumer.metered = shares === undefined ? Math.min(consumer.demand, consumer.quota) : (shares.get(consumer.process) ?? 0);
    }
  }

  /** Finds when the next process has had its CPU time, as things are now. */
  private planWork(): void {
    if (this.workEvent !== undefined) this.simulation.cancel(this.workEvent);
    this.workEvent = undefined;
    const shares = this.isContended || this.throttledByPod ? this.shares() : undefined;
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

  /** Cores of each process under the hierarchy: guaranteed pods beside the tiers of burstable and best-effort ones. */
  private shares(): ReadonlyMap<ContainerProcess, number> {
    const given = new Map<ContainerProcess, number>();
    const burstable: PodConsumers[] = [];
    const bestEffort: PodConsumers[] = [];
    const root: CpuGroup[] = [];
    for (const pod of this.pods.values()) (pod.tier === "guaranteed" ? root : pod.tier === "burstable" ? burstable : bestEffort).push(pod);
    let shares = 0;
    for (const { owner } of burstable) shares += podCgroup(owner.pod.spec, this.cpuCFSQuota).cpuShares ?? 0;
    const tier = (members: CpuGroup[], weight: number): CpuGroup => ({ weight, quota: Number.POSITIVE_INFINITY, demand: 0, members });
    root.push(tier(burstable, cpuWeightOfPod(Math.max(shares, cpuShares(0)))), tier(bestEffort, cpuWeightOfPod(cpuShares(0))));
    shareCpu(this.capacityCores, root, (group, cores) => given.set((group as Consumer).process, cores));
    return given;
  }
}
