/**
 * What a node does when memory or disk run short: the kernel kills, the kubelet evicts pods and throws images away.
 *
 * The kubelet looks each evictionMonitoringPeriod; only looks that can find something are events here.
 */
import { parseQuantity } from "../../api/quantity.js";
import type { ResourceList, Timestamp } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { MINUTE, type EventId, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { Admission } from "../admission/admission.js";
import type { ContainerProcess } from "../containers/container-process.js";
import { EvictionManager, type Eviction } from "../eviction/manager.js";
import type { PodStats, Summary } from "../eviction/summary.js";
import { amountOf, parseThresholds, type Threshold } from "../eviction/thresholds.js";
import { ImageGarbageCollector } from "../images/image-gc.js";
import type { ImagePuller } from "../images/image-puller.js";
import { NO_PRESSURE, type NodePressures } from "../status/node-object.js";
import type { KubeletEvents } from "../kubelet-events.js";
import type { NodeResourceUsage } from "./node-resource-usage.js";
import { oomScoreAdj } from "./oom-score.js";
import { amounts, EPHEMERAL_STORAGE, MEMORY } from "../admission/resources.js";
import type { KubeletSettings } from "../settings.js";
import { nextChange } from "./usage-profile.js";

/** How often the kubelet collects images (ImageGCPeriod). */
const IMAGE_GC_PERIOD: SimTime = 5 * MINUTE;
/** Process numbers of a 64-bit kernel (PID_MAX_LIMIT). */
const MAX_PID = 4_194_304;
/** Inodes of the usual file system: one for each 16 KiB (mke2fs's default inode_ratio). Use of inodes is not simulated. */
const BYTES_PER_INODE = 16_384;
const OOM_SCORE_RANGE = 1000;

/** A running container, as the kernel's killer sees it. */
export interface Candidate {
  readonly pod: Pod;
  readonly process: ContainerProcess;
  kill(): void;
}

export interface PodsUnderPressure {
  /** Pods with running containers that are not being stopped. */
  activePods(): readonly Pod[];
  processes(): Iterable<Candidate>;
  isImageInUse(image: string): boolean;
  evict(eviction: Eviction): void;
}

export interface NodePressureHost {
  readonly pods: PodsUnderPressure;
  pressuresChanged(pressures: NodePressures): void;
  readonly events: Pick<KubeletEvents, "node">;
}

export class NodePressure {
  private manager: EvictionManager;
  private collector: ImageGarbageCollector;
  private readonly thresholds: readonly Threshold[];
  private readonly memoryCapacity: number;
  /** Memory of system daemons: taken to be what is reserved for them. */
  private readonly daemonMemory: number;
  private readonly diskCapacity: number;
  /** Memory must be below this for the kubelet to be content, bytes available. */
  private readonly memoryMargin: number;
  private readonly diskMargin: number;
  private pressures: NodePressures = NO_PRESSURE;
  private oomEvent: EventId | undefined;
  private lookEvent: EventId | undefined;
  private lookAt: SimTime = 0;
  private lastLook: SimTime = -1;
  private collectEvent: EventId | undefined;
  private looking = false;

  constructor(
    private readonly simulation: Simulation,
    private readonly epoch: Timestamp,
    private readonly settings: KubeletSettings,
    capacity: ResourceList,
    reserved: readonly ResourceList[],
    private readonly usage: NodeResourceUsage,
    private readonly images: ImagePuller,
    private readonly host: NodePressureHost,
    private readonly phase: SimTime,
  ) {
    this.memoryCapacity = amounts(capacity).get(MEMORY) ?? Number.POSITIVE_INFINITY;
    this.diskCapacity = amounts(capacity).get(EPHEMERAL_STORAGE) ?? Number.POSITIVE_INFINITY;
    this.daemonMemory = reserved.reduce((sum, list) => sum + (list[MEMORY] === undefined ? 0 : parseQuantity(list[MEMORY]).value), 0);
    this.thresholds = parseThresholds({ ...settings, enforceNodeAllocatable: [] });
    const margin = (names: readonly string[], of: number): number =>
      this.thresholds.reduce((most, { signal, value }) => (names.includes(signal) ? Math.max(most, amountOf(value, of).value) : most), 0);
    this.memoryMargin = margin(["memory.available"], this.memoryCapacity);
    this.diskMargin = margin(["nodefs.available", "imagefs.available"], this.diskCapacity);
    this.manager = this.newManager();
    this.collector = this.newCollector();
    usage.onChange(() => this.usageChanged());
  }

  admit(pod: Pod): Admission {
    return this.manager.admit(pod);
  }

  /** A new kubelet process starts: it remembers nothing. */
  start(): void {
    this.looking = true;
    this.manager = this.newManager();
    this.collector = this.newCollector();
    this.pressures = NO_PRESSURE;
    this.usageChanged();
    this.imagesChanged();
  }

  stop(): void {
    this.looking = false;
    for (const event of [this.lookEvent, this.collectEvent]) if (event !== undefined) this.simulation.cancel(event);
    this.lookEvent = this.collectEvent = undefined;
  }

  imagesChanged(): void {
    this.usageChanged();
    if (!this.looking || this.collectEvent !== undefined) return;
    if (this.diskUsed() * 100 < this.settings.imageGCHighThresholdPercent * this.diskCapacity) return;
    this.collectEvent = this.simulation.at(this.nextTick(this.simulation.now + 1, IMAGE_GC_PERIOD), () => {
      this.collectEvent = undefined;
      const error = this.collector.collect(this.simulation.now);
      if (error !== undefined) this.host.events.node("Warning", "FreeDiskSpaceFailed", error);
      this.imagesChanged();
    });
  }

  private newManager(): EvictionManager {
    return new EvictionManager({
      thresholds: this.thresholds,
      maxPodGracePeriodSeconds: this.settings.evictionMaxPodGracePeriod,
      pressureTransitionPeriod: this.settings.evictionPressureTransitionPeriod,
      dedicatedImageFs: false,
    });
  }

  private newCollector(): ImageGarbageCollector {
    const { images, settings, diskCapacity } = this;
    const policy = {
      highThresholdPercent: settings.imageGCHighThresholdPercent,
      lowThresholdPercent: settings.imageGCLowThresholdPercent,
      minAge: settings.imageMinimumGCAge,
      maxAge: settings.imageMaximumGCAge,
    };
    const available = (): number => this.diskAvailable();
    const store = {
      images: () => [...images.present].map(([id, sizeBytes]) => ({ id, sizeBytes, pinned: false })),
      isInUse: (id: string) => this.host.pods.isImageInUse(id),
      remove: (id: string) => images.present.delete(id),
      capacity: diskCapacity,
      get available() {
        return available();
      },
    };
    return new ImageGarbageCollector(policy, store, this.simulation.now);
  }

  private usageChanged(): void {
    const { now } = this.simulation;
    const { bytes, slope } = this.usage.memoryNow;
    const free = this.memoryCapacity - this.daemonMemory - bytes;
    const timeUntil = (left: number): SimTime | undefined => (left < 0 ? now : slope > 0 ? now + Math.floor(left / slope) + 1 : undefined);
    if (this.oomEvent !== undefined) this.simulation.cancel(this.oomEvent);
    const exhausted = timeUntil(free);
    this.oomEvent = exhausted === undefined ? undefined : this.simulation.at(exhausted, () => this.outOfMemory());
    if (!this.looking) return;
    const short = timeUntil(free - this.memoryMargin);
    if (short !== undefined) this.lookFrom(short);
    if (this.usage.storesAnything || this.diskAvailable() < this.diskMargin) this.lookFrom(now);
  }

  private lookFrom(time: SimTime): void {
    const at = this.nextTick(Math.max(time, this.lastLook + 1), this.settings.evictionMonitoringPeriod);
    if (this.lookEvent !== undefined) {
      if (this.lookAt <= at) return;
      this.simulation.cancel(this.lookEvent);
    }
    this.lookAt = at;
    this.lookEvent = this.simulation.at(at, () => {
      this.lookEvent = undefined;
      this.look();
    });
  }

  private look(): void {
    this.lastLook = this.simulation.now;
    this.manager.synchronize(this.simulation.now, this.host.pods.activePods(), {
      summary: () => this.summary(),
      evict: (eviction) => this.host.pods.evict(eviction),
      thresholdMet: (resource) => this.host.events.node("Warning", "EvictionThresholdMet", `Attempting to reclaim ${resource}`),
      // Dead containers take no space here.
      deleteUnusedContainers: () => undefined,
      deleteUnusedImages: () => this.collector.deleteUnused(this.simulation.now),
    });
    const pressures = {
      memory: this.manager.isUnderPressure("MemoryPressure"),
      disk: this.manager.isUnderPressure("DiskPressure"),
      pid: this.manager.isUnderPressure("PIDPressure"),
    };
    if (pressures.memory !== this.pressures.memory || pressures.disk !== this.pressures.disk || pressures.pid !== this.pressures.pid) {
      this.pressures = pressures;
      this.host.pressuresChanged(pressures);
    }
    if (this.manager.isActive || this.storageIsGrowing()) this.lookFrom(this.simulation.now + 1);
  }

  private storageIsGrowing(): boolean {
    const { now } = this.simulation;
    for (const { process } of this.host.pods.processes()) {
      const profile = process.ephemeralStorage;
      if (profile !== undefined && nextChange(profile, now - process.startedAt) !== undefined) return true;
    }
    return false;
  }

  /** The kernel kills the container with the highest score until there is memory again. */
  private outOfMemory(): void {
    this.oomEvent = undefined;
    const { now } = this.simulation;
    const score = ({ pod, process }: Candidate): number =>
      oomScoreAdj(pod, process.container, this.memoryCapacity) + (OOM_SCORE_RANGE * process.memoryAt(now)) / this.memoryCapacity;
    let victim: Candidate | undefined;
    for (const candidate of this.host.pods.processes()) {
      if (candidate.process.memoryAt(now) > 0 && (victim === undefined || score(candidate) > score(victim))) victim = candidate;
    }
    if (victim === undefined) return;
    this.host.events.node("Warning", "SystemOOM", `System OOM encountered, victim process: ${victim.process.container.name}`);
    victim.kill();
  }

  private nextTick(time: SimTime, period: SimTime): SimTime {
    const phase = this.phase % period;
    return phase + Math.ceil((time - phase) / period) * period;
  }

  private diskUsed(): number {
    let used = this.usage.now().ephemeralStorageBytes;
    for (const size of this.images.present.values()) used += size;
    return used;
  }

  private diskAvailable(): number {
    return Math.max(0, this.diskCapacity - this.diskUsed());
  }

  private summary(): Summary {
    const time = this.epoch + this.simulation.now;
    const availableBytes = Math.max(0, this.memoryCapacity - this.daemonMemory - Math.round(this.usage.memoryNow.bytes));
    const inodes = Math.floor(this.diskCapacity / BYTES_PER_INODE);
    const fs = { time, availableBytes: this.diskAvailable(), capacityBytes: this.diskCapacity, inodes, inodesFree: inodes };
    const pods: PodStats[] = [];
    for (const { pod, containers } of this.usage.perPod()) {
      const memory = containers.reduce((sum, container) => sum + container.memoryBytes, 0);
      const storage = containers.reduce((sum, container) => sum + container.ephemeralStorageBytes, 0);
      pods.push({
        uid: pod.metadata.uid ?? "",
        containers: containers.map(({ name, memoryBytes, ephemeralStorageBytes }) => ({
          name,
          memory: { workingSetBytes: memoryBytes },
          rootfs: { usedBytes: ephemeralStorageBytes },
          logs: { usedBytes: 0 },
        })),
        memory: { workingSetBytes: memory },
        ephemeralStorage: { usedBytes: storage },
        processCount: containers.length,
      });
    }
    let processes = 0;
    for (const { process } of this.host.pods.processes()) processes += process.behavior.processes ?? 1;
    return {
      node: {
        memory: { time, availableBytes, workingSetBytes: this.memoryCapacity - availableBytes },
        fs,
        runtime: { imageFs: fs },
        rlimit: { time, maxpid: MAX_PID, curproc: processes },
      },
      pods,
    };
  }
}
