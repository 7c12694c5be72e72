/** Places a workload, pod after pod: queue, filters, scores, choice and assumption, without an API server. */
import { RandomStreams } from "../../src/engine/random.js";
import { SECOND } from "../../src/engine/simulation.js";
import { Cache } from "../../src/scheduler/cache/cache.js";
import { buildProfiles, DEFAULT_SCHEDULER_NAME } from "../../src/scheduler/configuration/build-profiles.js";
import type { SchedulerConfiguration } from "../../src/scheduler/configuration/types.js";
import { IncrementalAlgorithm } from "../../src/scheduler/evaluation/incremental-algorithm.js";
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import type { Handle } from "../../src/scheduler/framework/handle.js";
import { listersOf } from "../../src/scheduler/framework/listers.js";
import { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../src/scheduler/framework/pod-shape.js";
import { ResourceIndex } from "../../src/scheduler/framework/resources.js";
import { Nominator } from "../../src/scheduler/queue/nominator.js";
import { SchedulingQueue } from "../../src/scheduler/queue/scheduling-queue.js";
import type { Workload } from "./workload.js";

/** Any moment will do. */
const NOW = 1_700_000_000 * SECOND;

/** One decision in the form of the recorded ones. */
export interface Decision {
  /** "namespace/name" */
  readonly pod: string;
  /** Empty where the pod fits nowhere. */
  readonly node: string;
  /** 0 where the pod fits nowhere, as the recorded decisions have it. */
  readonly evaluated: number;
  readonly feasible: number;
}

/** A scheduler with the workload's nodes and bound pods in its cache and the pending pods in its queue. */
export class Placement {
  private readonly cache: Cache;
  private readonly queue: SchedulingQueue;
  private readonly algorithm: IncrementalAlgorithm;
  private readonly profiles;

  constructor(workload: Workload, configuration: SchedulerConfiguration = {}) {
    const resources = new ResourceIndex();
    const shapes = new PodShapes(resources);
    const streams = new RandomStreams(1, 0);
    this.cache = new Cache(resources);
    const handle: Handle = {
      cache: this.cache,
      shapes,
      listers: listersOf([]),
      nominator: new Nominator(),
      versions: { namespaces: 0, selectors: 0 },
      now: () => NOW,
      stream: (name) => streams.stream(name),
    };
    this.profiles = buildProfiles(configuration, handle);
    this.algorithm = new IncrementalAlgorithm(this.cache, { index: 0 }, "upstream");
    const sort = [...this.profiles.values()][0].plugins.queueSort[0];
    this.queue = new SchedulingQueue({
      now: () => NOW,
      sort,
      preEnqueue: (pod) => this.profiles.get(pod.shape.schedulerName ?? DEFAULT_SCHEDULER_NAME)?.runPreEnqueue(pod),
      registrations: () => [],
    });
    for (const node of workload.nodes) this.cache.addNode(node);
    for (const pod of workload.bound) this.cache.addPod(new PodInfo(pod, shapes.shapeOf(pod)), pod.spec.nodeName!);
    for (const pod of workload.pending) this.queue.add(new PodInfo(pod, shapes.shapeOf(pod)));
  }

  /** Schedules until the queue is empty, each pod once. Returns how many found a node. */
  run(decided?: (decision: Decision) => void): number {
    let scheduled = 0;
    for (let queued = this.queue.pop(); queued !== undefined; queued = this.queue.pop()) {
      const pod = queued.podInfo;
      const outcome = this.algorithm.schedule(this.profiles.get(pod.shape.schedulerName ?? DEFAULT_SCHEDULER_NAME)!, new CycleState(), pod);
      if ("result" in outcome) {
        const { node, evaluatedNodes, feasibleNodes } = outcome.result;
        this.cache.assumePod(pod, node.name);
        scheduled++;
        decided?.({ pod: pod.key, node: node.name, evaluated: evaluatedNodes, feasible: feasibleNodes });
      } else decided?.({ pod: pod.key, node: "", evaluated: 0, feasible: 0 });
      this.queue.forget(pod.uid);
    }
    return scheduled;
  }
}
