/**
 * metrics-server: reads the kubelets' counters at regular times and answers with the use of cpu and memory between the last two reads.
 *
 * Source: https://kubernetes-sigs.github.io/metrics-server/ and https://github.com/kubernetes-sigs/metrics-server pkg/storage/pod.go.
 */
import type { Pod, Timestamp } from "../../api/types/index.js";
import type { PodMetric, PodMetrics } from "../../control-plane/controllers/podautoscaler/metrics-source.js";
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";

/** Counters of one container, as a kubelet's resource metrics have them. */
export interface ContainerCounters {
  readonly name: string;
  readonly startedAt: SimTime;
  /** CPU time since the start of the container, core-seconds. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** No more than this is used at a time. */
  readonly cpuLimitCores?: number;
}

/** What a kubelet tells of one pod. */
export interface PodCounters {
  readonly pod: Pod;
  readonly containers: readonly ContainerCounters[];
  /** Requests that the pod has answered so far. */
  readonly served: number;
}

export interface MetricsServerOptions {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  /** Time between two reads (--metric-resolution). */
  readonly resolution: SimTime;
  /** Counters of all pods on nodes whose kubelets answer. */
  readonly read: () => Iterable<PodCounters>;
}

/** --metric-resolution in the manifest that metrics-server is installed from (components.yaml). */
export const DEFAULT_RESOLUTION = 15 * SECOND;
/** A container as young as this at its first read is measured from its start. Source: freshContainerMinMetricsResolution of pod.go. */
const FRESH_CONTAINER_AGE = 10 * SECOND;

const MILLI = 1_000;
/** Sums of floating-point numbers are whole to so many digits. */
const ROUNDING = 1e-6;

interface Point {
  readonly at: SimTime;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

interface ContainerPoints {
  readonly cpuLimitCores: number;
  readonly last: Point;
  readonly before: Point | undefined;
}

interface PodPoints {
  readonly containers: ReadonlyMap<string, ContainerPoints>;
  readonly at: SimTime;
  readonly served: number;
  readonly before: { readonly at: SimTime; readonly served: number } | undefined;
}

export class MetricsServer {
  private pods: ReadonlyMap<string, PodPoints> = new Map();
  private running = false;

  constructor(private readonly options: MetricsServerOptions) {}

  /** Begins to read, at a moment of its own within the first interval, as each server started at some time. */
  start(): void {
    if (this.running) return;
    this.running = true;
    const { simulation, resolution } = this.options;
    simulation.after(Math.floor(simulation.stream("metrics-server/phase").uniform() * resolution), () => this.scrape());
  }

  /** Use of cpu or memory by pods, of one container where it is named. Pods of which not every container was read twice are left out. */
  resourceMetric(resource: string, pods: readonly Pod[], container?: string): PodMetrics {
    const found = new Map<string, PodMetric>();
    for (const { metadata } of pods) {
      const points = this.pods.get(metadata.uid ?? "");
      const metric = points === undefined ? undefined : this.measure(resource, points, container);
      if (metric !== undefined) found.set(metadata.name, metric);
    }
    return found;
  }

  /** Requests a second that pods answered between the last two reads. */
  requestRates(pods: readonly Pod[]): PodMetrics {
    const found = new Map<string, PodMetric>();
    for (const { metadata } of pods) {
      const points = this.pods.get(metadata.uid ?? "");
      if (points?.before === undefined) continue;
      const window = points.at - points.before.at;
      const rate = (Math.max(0, points.served - points.before.served) * SECOND) / window;
      found.set(metadata.name, { milli: thousandths(rate), timestamp: this.timestampOf(points.at), window });
    }
    return found;
  }

  private measure(resource: string, { containers }: PodPoints, container: string | undefined): PodMetric | undefined {
    let sum = 0;
    let at = Number.POSITIVE_INFINITY;
    let window = 0;
    for (const [name, { last, before, cpuLimitCores }] of containers) {
      if (before === undefined) return undefined;
      if (container !== undefined && name !== container) continue;
      if (last.at < at) {
        at = last.at;
        window = last.at - before.at;
      }
      const cores = ((last.cpuSeconds - before.cpuSeconds) * SECOND) / (last.at - before.at);
      sum += resource === "cpu" ? Math.min(Math.max(0, cores), cpuLimitCores) : last.memoryBytes;
    }
    if (at === Number.POSITIVE_INFINITY || (resource !== "cpu" && resource !== "memory")) return undefined;
    return { milli: thousandths(sum), timestamp: this.timestampOf(at), window };
  }

  /** Times of the metrics API are whole seconds. */
  private timestampOf(time: SimTime): Timestamp {
    return Math.floor((this.options.epoch + time) / SECOND) * SECOND;
  }

  private scrape(): void {
    const { simulation, resolution, read } = this.options;
    const { now } = simulation;
    const pods = new Map<string, PodPoints>();
    for (const { pod, containers, served } of read()) {
      const uid = pod.metadata.uid ?? "";
      const known = this.pods.get(uid);
      pods.set(uid, {
        containers: new Map(containers.map((one) => [one.name, this.pointsOf(one, known?.containers.get(one.name), now)])),
        at: now,
        served,
        before: known === undefined ? undefined : { at: known.at, served: known.served },
      });
    }
    this.pods = pods;
    simulation.after(resolution, () => this.scrape());
  }

  private pointsOf(counters: ContainerCounters, known: ContainerPoints | undefined, now: SimTime): ContainerPoints {
    const { startedAt, cpuSeconds, memoryBytes, cpuLimitCores = Number.POSITIVE_INFINITY } = counters;
    const age = now - startedAt;
    const isFresh = age >= FRESH_CONTAINER_AGE && age < this.options.resolution;
    const hasRunOn = known !== undefined && startedAt < known.last.at;
    const before = isFresh ? { at: startedAt, cpuSeconds: 0, memoryBytes } : hasRunOn ? known.last : undefined;
    return { cpuLimitCores, last: { at: now, cpuSeconds, memoryBytes }, before };
  }
}

function thousandths(value: number): number {
  return Math.max(0, Math.ceil(value * MILLI - ROUNDING));
}
