/** Places a workload, pod after pod: queue, filters, scores, choice and assumption, without an API server. */
import { RandomStreams } from "../../src/engine/random.js";
import { SECOND } from "../../src/engine/simulation.js";
import { Cache } from "../../src/scheduler/cache/cache.js";
import { buildProfiles, DEFAULT_SCHEDULER_NAME } from "../../src/scheduler/configuration/build-profiles.js";
import type { SchedulerConfiguration } from "../../src/scheduler/configuration/types.js";
import { IncrementalAlgorithm } from "../../src/scheduler/evaluation/incremental-algorithm.js";
import type { ApiClient } from "../../src/control-plane/apiserver/client.js";
import { DELETE } from "../../src/scheduler/framework/events.js";
import type { Diagnosis } from "../../src/scheduler/framework/fit-error.js";
import type { Profile } from "../../src/scheduler/framework/profile.js";
import type { QueuedPodInfo } from "../../src/scheduler/framework/queued-pod-info.js";
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
  private readonly handle: Handle;
  private readonly bound = new Map<string, PodInfo>();
  /** Whether a pod that fits nowhere makes room, and is tried once more. */
  private readonly preempts: boolean;

  constructor(workload: Workload, configuration: SchedulerConfiguration = {}) {
    const resources = new ResourceIndex();
    const shapes = new PodShapes(resources);
    const streams = new RandomStreams(1, 0);
    this.cache = new Cache(resources);
    const nominator = new Nominator();
    this.handle = {
      cache: this.cache,
      shapes,
      listers: listersOf([]),
      nominator,
      versions: { namespaces: 0, selectors: 0 },
      now: () => NOW,
      stream: (name) => streams.stream(name),
      client: victimsClient((key) => this.evict(key)),
    };
    this.preempts = mayPreempt(workload);
    this.profiles = buildProfiles(configuration, this.handle);
    this.algorithm = new IncrementalAlgorithm(this.cache, { index: 0 }, "upstream");
    const sort = [...this.profiles.values()][0].plugins.queueSort[0];
    this.queue = new SchedulingQueue({
      now: () => NOW,
      sort,
      preEnqueue: (pod) => this.profiles.get(pod.shape.schedulerName ?? DEFAULT_SCHEDULER_NAME)?.runPreEnqueue(pod),
      registrations: (pod, plugin) => this.profiles.get(pod.shape.schedulerName ?? DEFAULT_SCHEDULER_NAME)?.registrations(plugin),
    });
    for (const node of workload.nodes) this.cache.addNode(node);
    for (const pod of workload.bound) {
      const info = new PodInfo(pod, shapes.shapeOf(pod));
      this.bound.set(info.key, info);
      this.cache.addPod(info, pod.spec.nodeName!);
    }
    for (const pod of workload.pending) this.queue.add(new PodInfo(pod, shapes.shapeOf(pod)));
  }

  /** Schedules until the queue is empty, each pod once. Returns how many found a node. */
  run(decided?: (decision: Decision) => void): number {
    let scheduled = 0;
    for (let queued = this.queue.pop(); queued !== undefined; queued = this.queue.pop()) {
      const pod = queued.podInfo;
      const profile = this.profiles.get(pod.shape.schedulerName ?? DEFAULT_SCHEDULER_NAME)!;
      const state = new CycleState();
      const outcome = this.algorithm.schedule(profile, state, pod);
      if ("result" in outcome) {
        const { node, evaluatedNodes, feasibleNodes } = outcome.result;
        this.cache.assumePod(pod, node.name);
        if (this.preempts) this.handle.nominator.remove(pod.uid);
        scheduled++;
        decided?.({ pod: pod.key, node: node.name, evaluated: evaluatedNodes, feasible: feasibleNodes });
      } else if (this.preempts && queued.attempts === 1 && this.makeRoom(profile, state, queued, outcome.diagnosis)) continue;
      else decided?.({ pod: pod.key, node: "", evaluated: 0, feasible: 0 });
      this.queue.forget(pod.uid);
    }
    return scheduled;
  }

  /** Lets PostFilter plugins preempt. Returns whether the pod comes back, nominated to a node. */
  private makeRoom(profile: Profile, state: CycleState, queued: QueuedPodInfo, diagnosis: Diagnosis): boolean {
    const node = profile.runPostFilter(state, queued.podInfo, diagnosis.statuses()).result?.nominatedNodeName ?? "";
    if (node === "") return false;
    const { pod } = queued.podInfo;
    const nominated = new PodInfo({ ...pod, status: { ...pod.status, nominatedNodeName: node } }, queued.podInfo.shape);
    this.handle.nominator.add(nominated, node);
    this.queue.addUnschedulable(queued, diagnosis.unschedulablePlugins);
    this.queue.update(nominated);
    return true;
  }

  /** A victim is gone at once, as with the fake API server of the peer. */
  private evict(key: string): void {
    const victim = this.bound.get(key);
    if (victim === undefined) return;
    this.bound.delete(key);
    this.cache.removePod(victim.uid);
    this.queue.moveAllToActiveOrBackoff({ resource: "AssignedPod", actions: DELETE, label: "AssignedPodDelete" }, victim.pod, undefined);
  }
}

/** Whether any pending pod has a higher priority than some other pod. */
function mayPreempt({ bound, pending }: Workload): boolean {
  const priorities = [...bound, ...pending].map(({ spec }) => spec.priority ?? 0);
  return new Set(priorities).size > 1;
}

/** What preemption asks of the API server, answered at once. */
function victimsClient(evicted: (key: string) => void): ApiClient {
  const unexpected = (): never => {
    throw new Error("placing a workload calls nothing else");
  };
  const succeed = (done?: (result: never) => void): void => done?.({ ok: true } as never);
  return {
    patchStatus: (_target, _change, done) => succeed(done),
    delete: (target, _options, done) => {
      evicted(`${target.namespace ?? ""}/${target.name}`);
      succeed(done);
    },
    recordEvent: () => undefined,
    create: unexpected,
    update: unexpected,
    updateStatus: unexpected,
    patch: unexpected,
    bind: unexpected,
    evict: unexpected,
    get: unexpected,
    list: unexpected,
    scales: { get: unexpected, update: unexpected, patch: unexpected },
  };
}
