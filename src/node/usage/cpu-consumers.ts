/**
 * The processes on a node as the kernel's scheduler sees them: in the cgroups of containers, pods and classes of service, with weights and
 * quotas.
 */
import { qosClassOf, type QosClass } from "../../api/resources.js";
import { oncePerTemplate } from "../../api/template-memo.js";
import type { Pod, PodSpec } from "../../api/types/pod.js";
import type { EventId, SimTime } from "../../engine/simulation.js";
import { containerCgroup, cpuShares, cpuWeightOfContainer, cpuWeightOfPod, milliCPUFromQuota, podCgroup } from "./cgroups.js";
import type { ContainerProcess } from "../containers/container-process.js";
import { shareCpu, type CpuGroup } from "./cpu-sharing.js";

/** Who owns processes: a pod on this node. */
export interface ProcessOwner {
  readonly pod: Pod;
}

export interface Consumer extends CpuGroup {
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

export interface PodConsumers extends CpuGroup {
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

/** Builds the groups of a node's pods and containers, and shares its cores among them. */
export class CpuConsumers {
  readonly pods = new Map<ProcessOwner, PodConsumers>();
  private readonly shareOf = oncePerTemplate((spec): Pick<PodConsumers, "tier" | "weight" | "quota"> => {
    const { cpuShares: shares, cpuQuota, cpuPeriod } = podCgroup(spec, this.cpuCFSQuota);
    return { tier: TIERS[qosClassOf(spec)], weight: cpuWeightOfPod(shares ?? 0), quota: quotaCores(cpuQuota, cpuPeriod) };
  });

  constructor(
    private readonly capacityCores: number,
    private readonly cpuCFSQuota: boolean,
  ) {}

  podOf(owner: ProcessOwner): PodConsumers {
    let pod = this.pods.get(owner);
    if (pod === undefined) this.pods.set(owner, (pod = { owner, ...this.shareOf(owner.pod.spec), demand: 0, members: [], usable: 0 }));
    return pod;
  }

  /** Weight and quota of a container. */
  limitsOf(process: ContainerProcess, spec: PodSpec): Pick<CpuGroup, "weight" | "quota"> {
    const { cpuShares: shares, cpuQuota, cpuPeriod } = containerCgroup(process.container, spec, this.cpuCFSQuota);
    return { weight: cpuWeightOfContainer(shares ?? 0), quota: quotaCores(cpuQuota, cpuPeriod) };
  }

  /** Whether some pod's own quota is less than what its containers could use. */
  get throttledByPod(): boolean {
    for (const { quota, usable, members } of this.pods.values()) if (members.length > 1 && usable === quota) return true;
    return false;
  }

  /** Cores of each process under the hierarchy: guaranteed pods beside the tiers of burstable and best-effort ones. */
  shares(): ReadonlyMap<ContainerProcess, number> {
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
