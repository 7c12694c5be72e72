/** What the processes on a node use, as those who ask are told. */
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";

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
