/** Watches a run from the scheduler's side: how well pods are placed, and how long decisions and plugins take. */
import { mean } from "simple-statistics";
import type { RunObserver } from "../cluster/observer.js";
import type { Change } from "../control-plane/apiserver/change.js";
import type { Event } from "../api/types/policy.js";
import type { Cache } from "../scheduler/cache/cache.js";
import { compileRequiredNodeAffinity } from "../scheduler/framework/node-affinity.js";
import type { NodeInfo } from "../scheduler/framework/node-info.js";
import type { PodShape } from "../scheduler/framework/pod-shape.js";
import { CPU, MEMORY } from "../scheduler/framework/resources.js";
import type { DecisionListener, SchedulingCycle } from "../scheduler/observer.js";
import { allocationRatio, gpuFragmentation, imbalance, type TaskKind } from "./placement-quality.js";
import { PluginTimes, type PluginTime, type Stopwatch } from "./plugin-timing.js";

/** Plugins are timed in every so manieth cycle: the plain evaluation of a cycle takes many times as long as the cycle itself. */
const CYCLES_BETWEEN_TIMINGS = 20;

/** Extended resources of this ending are GPUs: nvidia.com/gpu, amd.com/gpu, ... */
const GPU_SUFFIX = "/gpu";

export interface SchedulerTimes {
  readonly decisions: number;
  /** Wall time of all decisions: filters, scores and choice. */
  readonly milliseconds: number;
  readonly plugins: readonly PluginTime[];
}

export interface Figure {
  readonly metric: string;
  readonly value: number;
}

interface Task extends TaskKind<NodeInfo> {
  count: number;
}

export class SchedulerMeter implements RunObserver {
  private readonly pluginTimes: PluginTimes;
  private readonly tasks = new Map<PodShape, Task>();
  private readonly samples = new Map<string, number[]>();
  private cache: Cache | undefined;
  private decisions = 0;
  private milliseconds = 0;
  private began = 0;
  private preempted = 0;

  constructor(private readonly stopwatch: Stopwatch) {
    this.pluginTimes = new PluginTimes(stopwatch);
  }

  private readonly decided: DecisionListener = () => {
    this.milliseconds += this.stopwatch() - this.began;
  };

  deciding(cycle: SchedulingCycle): DecisionListener {
    this.cache = cycle.cache;
    if (cycle.attempt === 1) this.countTask(cycle.pod.shape);
    if (this.decisions++ % CYCLES_BETWEEN_TIMINGS === 0) this.pluginTimes.measure(cycle);
    this.began = this.stopwatch();
    return this.decided;
  }

  change({ kind, type, object }: Change): void {
    if (kind === "Event" && type === "ADDED" && (object as Event).reason === "Preempted") this.preempted++;
  }

  private countTask(shape: PodShape): void {
    const known = this.tasks.get(shape);
    if (known !== undefined) known.count++;
    else this.tasks.set(shape, { count: 1, usesGpu: gpusOf(this.cache!, shape.requests.requested) > 0, fits: fitter(shape) });
  }

  /** Takes one sample of the measures of placement; none before the first decision. */
  sample(): void {
    for (const { metric, value } of this.measures()) {
      const known = this.samples.get(metric);
      if (known === undefined) this.samples.set(metric, [value]);
      else known.push(value);
    }
  }

  private measures(): Figure[] {
    const { cache } = this;
    if (cache === undefined) return [];
    const { nodes, resources } = cache;
    const figures: Figure[] = [];
    const gpus = gpuNumbers(cache);
    for (const resource of [CPU, MEMORY, ...gpus]) {
      const name = resources.names[resource];
      figures.push({ metric: `allocation_ratio_${name}`, value: allocationRatio(nodes, resource) });
      figures.push({ metric: `imbalance_${name}`, value: imbalance(nodes, resource) });
    }
    if (gpus.length > 0) {
      const { free, fragmented } = gpuFragmentation(
        nodes,
        [...this.tasks.values()],
        (node) => gpusOf(cache, node.allocatable) - gpusOf(cache, node.requested),
      );
      figures.push({ metric: "fragmented_gpus", value: fragmented });
      figures.push({ metric: "fragmented_gpu_ratio", value: free === 0 ? 0 : fragmented / free });
    }
    return figures;
  }

  /** Means over the samples, the measures at the end, and pods that were preempted. */
  figures(): readonly Figure[] {
    const means = [...this.samples].map(([metric, values]) => ({ metric: `${metric}_mean`, value: mean(values) }));
    const end = this.measures().map(({ metric, value }) => ({ metric: `${metric}_end`, value }));
    return [...means, ...end, { metric: "pods_preempted", value: this.preempted }];
  }

  times(): SchedulerTimes {
    return { decisions: this.decisions, milliseconds: this.milliseconds, plugins: this.pluginTimes.all };
  }
}

function gpuNumbers({ resources }: Cache): number[] {
  return resources.names.flatMap((name, number) => (name.endsWith(GPU_SUFFIX) ? [number] : []));
}

function gpusOf(cache: Cache, amounts: ArrayLike<number>): number {
  let sum = 0;
  const { names } = cache.resources;
  for (let number = 0; number < amounts.length; number++) if (names[number].endsWith(GPU_SUFFIX)) sum += amounts[number];
  return sum;
}

/** Room for one more pod of the shape: its requests, a pod slot, and its node selector and required node affinity. */
function fitter({ requests, spec }: PodShape): (node: NodeInfo) => boolean {
  const suits = compileRequiredNodeAffinity(spec);
  const { requested, resources } = requests;
  return (node) => {
    if (node.pods.length >= node.allowedPodNumber) return false;
    for (const resource of resources) {
      if (requested[resource] > (node.allocatable[resource] ?? 0) - (node.requested[resource] ?? 0)) return false;
    }
    return suits?.(node.node) ?? true;
  };
}
