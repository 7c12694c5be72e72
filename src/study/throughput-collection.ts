/** Collects SchedulingThroughput of some of a workload's pods, from one operation to another. */
import type { Labels } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { SchedulerCluster } from "../cluster/scheduler-cluster.js";
import { SAMPLE_INTERVAL, ThroughputCollector, type Throughput } from "./scheduling-throughput.js";
import { hasLabels, isScheduled, podsIn } from "./workload-pods.js";

/** SchedulingThroughput of one collection; undefined where scheduling took less than two samples. */
export interface Collected {
  /** As startCollectingMetrics names it; empty for a createPods that collects. */
  readonly name: string;
  readonly throughput: Throughput | undefined;
}

export class ThroughputCollection {
  private readonly collector = new ThroughputCollector();
  /** Pods that count and are scheduled. */
  private scheduled: number;
  private isActive = true;

  /** Begins to collect: of pods in these namespaces that have these labels. */
  constructor(
    cluster: SchedulerCluster,
    private readonly name: string,
    private readonly namespaces: readonly string[],
    private readonly labels: Labels = {},
  ) {
    const { simulation } = cluster;
    // As an informer's handler sees them: pods that are there already count too.
    this.scheduled = podsIn(cluster, namespaces, labels).filter(isScheduled).length;
    const sample = (): void => {
      if (!this.isActive) return;
      this.collector.sample(simulation.now, this.scheduled);
      simulation.after(SAMPLE_INTERVAL, sample);
    };
    simulation.after(SAMPLE_INTERVAL, sample);
  }

  /** A pod has been scheduled. */
  count({ metadata }: Pod): void {
    if (this.namespaces.includes(metadata.namespace ?? "") && hasLabels(metadata.labels, this.labels)) this.scheduled++;
  }

  stop(): Collected {
    this.isActive = false;
    return { name: this.name, throughput: this.collector.summary() };
  }
}
