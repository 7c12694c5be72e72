/**
 * Decides, look by look, on pressure and evictions of one node.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ and pkg/kubelet/eviction/eviction_manager.go.
 */
import { parseQuantity, quantityOf } from "../../api/quantity.js";
import { qosClassOf } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";
import { tolerates, type Admission } from "../admission/admission.js";
import { allContainers, isCriticalPod } from "../admission/resources.js";
import { localStorageBreach } from "./local-storage.js";
import { rankForMemory, rankForPids, rankForStorage, type StatsOf, type StoragePart } from "./ranking.js";
import type { ContainerStats, Summary } from "./summary.js";
import {
  amountOf,
  CONDITION_OF_RESOURCE,
  observe,
  RESOURCE_OF_SIGNAL,
  thresholdsMet,
  type Observations,
  type PressureCondition,
  type Signal,
  type StarvedResource,
  type Threshold,
} from "./thresholds.js";

/** Reason of evicted pods and refused ones. */
export const EVICTED = "Evicted";
/** Grace of an eviction that cannot wait (immediateEvictionGracePeriodSeconds). */
const IMMEDIATE_GRACE_SECONDS = 1;
const MEMORY_PRESSURE_TAINT = { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" } as const;

export interface EvictionManagerOptions {
  readonly thresholds: readonly Threshold[];
  readonly maxPodGracePeriodSeconds: number;
  readonly pressureTransitionPeriod: SimTime;
  /** Images and writable layers have a file system of their own. */
  readonly dedicatedImageFs: boolean;
}

export interface Eviction {
  readonly pod: Pod;
  readonly gracePeriodSeconds: number;
  readonly message: string;
  /** Text of the event's annotations where it has some, as Go prints a map. */
  readonly annotations: string | undefined;
  /** Evictions for the node's sake are disruptions; those of pods beyond their own limits are not. */
  readonly isDisruption: boolean;
}

/** What happens to the node meanwhile. */
export interface EvictionActions {
  /** Statistics; asked again after a reclaim. */
  summary(): Summary;
  evict(eviction: Eviction): void;
  /** Event about the node. */
  thresholdMet(resource: StarvedResource): void;
  deleteUnusedContainers(): void;
  deleteUnusedImages(): void;
}

export class EvictionManager {
  private conditions: readonly PressureCondition[] = [];
  private firstObserved = new Map<Threshold, SimTime>();
  private conditionObserved = new Map<PressureCondition, SimTime>();
  private met: readonly Threshold[] = [];
  private lastObservations: Observations = new Map();

  constructor(private readonly options: EvictionManagerOptions) {}

  isUnderPressure(condition: PressureCondition): boolean {
    return this.conditions.includes(condition);
  }

  /** Whether some threshold is met at present, or its condition is still shown: another look will follow. */
  get isActive(): boolean {
    return this.firstObserved.size > 0 || this.conditions.length > 0;
  }

  /** Whether the node takes a pod while it is under pressure. */
  admit(pod: Pod): Admission {
    if (this.conditions.length === 0 || isCriticalPod(pod)) return { admit: true };
    if (this.conditions.length === 1 && this.conditions[0] === "MemoryPressure") {
      if (qosClassOf(pod.spec) !== "BestEffort" || tolerates(pod.spec.tolerations, MEMORY_PRESSURE_TAINT)) return { admit: true };
    }
    return { admit: false, reason: EVICTED, message: `The node had condition: [${this.conditions.join(" ")}]. ` };
  }

  /** One look at the node. */
  synchronize(now: SimTime, pods: readonly Pod[], actions: EvictionActions): void {
    const summary = actions.summary();
    const observations = observe(summary);
    const due = this.dueThresholds(now, observations);
    const statsByUid = new Map(summary.pods.map((stats) => [stats.uid, stats]));
    const statsOf: StatsOf = (pod) => statsByUid.get(pod.metadata.uid ?? "");
    if (this.evictForOwnLimits(pods, statsOf, actions)) return;
    const first = due.find(({ signal }) => RESOURCE_OF_SIGNAL[signal] === "memory") ?? due.at(0);
    if (first === undefined) return;
    const resource = RESOURCE_OF_SIGNAL[first.signal];
    actions.thresholdMet(resource);
    if (this.reclaim(first.signal, actions)) return;
    for (const pod of this.rank(first.signal, pods, statsOf)) {
      if (isCriticalPod(pod)) continue;
      actions.evict(this.evictionOf(pod, first, due, observations, statsOf));
      return;
    }
  }

  /** Brings conditions and memories up to date. Returns the thresholds to act on now. */
  private dueThresholds(now: SimTime, observations: Observations): readonly Threshold[] {
    const { thresholds, pressureTransitionPeriod } = this.options;
    const met = new Set([...thresholdsMet(thresholds, observations, false), ...thresholdsMet(this.met, observations, true)]);
    this.firstObserved = new Map([...met].map((threshold) => [threshold, this.firstObserved.get(threshold) ?? now]));
    for (const { signal } of met) this.conditionObserved.set(CONDITION_OF_RESOURCE[RESOURCE_OF_SIGNAL[signal]], now);
    this.conditions = [...this.conditionObserved].filter(([, at]) => now - at < pressureTransitionPeriod).map(([condition]) => condition);
    this.met = [...met].filter((threshold) => now - this.firstObserved.get(threshold)! >= threshold.gracePeriod);
    const last = this.lastObservations;
    this.lastObservations = observations;
    return this.met.filter(({ signal }) => {
      const time = observations.get(signal)?.time;
      const before = last.get(signal);
      return before?.time === undefined || time === undefined || time > before.time;
    });
  }

  private evictForOwnLimits(pods: readonly Pod[], statsOf: StatsOf, actions: EvictionActions): boolean {
    let any = false;
    for (const pod of pods) {
      const stats = statsOf(pod);
      const message = stats === undefined ? undefined : localStorageBreach(pod, stats, this.options.dedicatedImageFs);
      if (message === undefined || isCriticalPod(pod)) continue;
      any = true;
      actions.evict({ pod, gracePeriodSeconds: IMMEDIATE_GRACE_SECONDS, message, annotations: undefined, isDisruption: false });
    }
    return any;
  }

  /** Frees what no pod needs. True where that ended every breach. */
  private reclaim(signal: Signal, actions: EvictionActions): boolean {
    const file = signal.split(".")[0];
    const holdsImages = this.options.dedicatedImageFs
      ? file === "imagefs" || file === "containerfs"
      : file === "nodefs" || file === "imagefs" || file === "containerfs";
    if (!holdsImages) return false;
    actions.deleteUnusedContainers();
    actions.deleteUnusedImages();
    return thresholdsMet(this.options.thresholds, observe(actions.summary()), true).length === 0;
  }

  private rank(signal: Signal, pods: readonly Pod[], statsOf: StatsOf): readonly Pod[] {
    const resource = RESOURCE_OF_SIGNAL[signal];
    if (resource === "memory") return rankForMemory(pods, statsOf);
    if (resource === "pids") return rankForPids(pods, statsOf);
    return rankForStorage(pods, statsOf, this.partsOn(signal), resource);
  }

  private partsOn(signal: Signal): readonly StoragePart[] {
    if (!this.options.dedicatedImageFs) return ["root", "logs", "volumes"];
    return signal.startsWith("nodefs") ? ["logs", "volumes"] : ["root"];
  }

  private evictionOf(pod: Pod, threshold: Threshold, due: readonly Threshold[], observations: Observations, statsOf: StatsOf): Eviction {
    const resource = RESOURCE_OF_SIGNAL[threshold.signal];
    const most = this.options.maxPodGracePeriodSeconds;
    const soft = Math.min(most, pod.spec.terminationGracePeriodSeconds ?? most);
    const gracePeriodSeconds = threshold.gracePeriod === 0 ? IMMEDIATE_GRACE_SECONDS : soft;
    let message = `The node was low on resource: ${resource}. `;
    const shown = due.find(({ signal }) => RESOURCE_OF_SIGNAL[signal] === resource && observations.has(signal));
    if (shown !== undefined) {
      const { available, capacity } = observations.get(shown.signal)!;
      message += `Threshold quantity: ${amountOf(shown.value, capacity).toString()}, available: ${binary(available)}. `;
    }
    const stats = statsOf(pod);
    if (stats === undefined) return { pod, gracePeriodSeconds, message, annotations: undefined, isDisruption: true };
    const names: string[] = [];
    const usages: string[] = [];
    for (const containerStats of stats.containers) {
      const container = allContainers(pod.spec).find(({ name }) => name === containerStats.name);
      const used = usageOf(containerStats, resource);
      if (container === undefined || used === undefined) continue;
      const request = parseQuantity(container.resources?.requests?.[resource] ?? 0);
      if (used <= request.value) continue;
      message += `Container ${container.name} was using ${binary(used)}, request is ${request.toString()}, has larger consumption of ${resource}. `;
      names.push(container.name);
      usages.push(binary(used));
    }
    const annotations = `map[offending_containers:${names.join(",")} offending_containers_usage:${usages.join(",")} starved_resource:${resource}]`;
    return { pod, gracePeriodSeconds, message, annotations, isDisruption: true };
  }
}

function binary(amount: number): string {
  return quantityOf(amount, "BinarySI").toString();
}

function usageOf({ memory, rootfs, logs }: ContainerStats, resource: StarvedResource): number | undefined {
  switch (resource) {
    case "memory":
      return memory?.workingSetBytes;
    case "ephemeral-storage":
      return rootfs?.usedBytes === undefined || logs?.usedBytes === undefined ? undefined : rootfs.usedBytes + logs.usedBytes;
    default:
      return undefined;
  }
}
