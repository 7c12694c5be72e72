/** How the processes of pods behave, for the node that runs them and for the clients that call them. */
import type { Pod } from "../api/types/pod.js";
import { constant, type Distribution } from "../engine/distribution.js";
import { MILLISECOND } from "../engine/simulation.js";
import { annotatedBehavior, type BehaviorSource, type ContainerBehavior } from "../node/containers/behavior.js";
import type { ServerBehavior } from "../traffic/server-behavior.js";

/** One behaviour for all containers of a pod. Times are sampled in microseconds; what is absent is left to defaults. */
export interface PodBehavior extends ContainerBehavior {
  /** Time that one request occupies one of the server's workers. */
  readonly serviceTime?: Distribution;
  /** Requests served at the same time; further ones wait. */
  readonly concurrency?: number;
  /** Part of the service time in which the worker computes, 0 to 1: the pod's CPU time on behalf of requests. */
  readonly serviceCpu?: number;
}

/** A server whose behaviour nobody described: fast, and never the bottleneck. An assumption, and a setting. */
const DEFAULT_SERVICE_TIME = constant(MILLISECOND);
const DEFAULT_CONCURRENCY = 100;
/** A server that only computes. An assumption, and a setting. */
const DEFAULT_SERVICE_CPU = 1;

const NOTHING_SPECIAL: PodBehavior = {};

export class Behaviors {
  /** Annotations on the pod go first, then what the scenario says. */
  readonly ofContainer: BehaviorSource;
  private source: (pod: Pod) => PodBehavior = () => NOTHING_SPECIAL;
  private readonly known = new Map<string, PodBehavior>();

  constructor() {
    this.ofContainer = annotatedBehavior((pod) => this.of(pod));
  }

  /** To be set before the first event. The source is asked once for each pod. */
  set(source: (pod: Pod) => PodBehavior): void {
    this.source = source;
    this.known.clear();
  }

  ofServer(pod: Pod): ServerBehavior {
    const { serviceTime = DEFAULT_SERVICE_TIME, concurrency = DEFAULT_CONCURRENCY } = this.of(pod);
    return { serviceTime, concurrency };
  }

  serviceCpu(pod: Pod): number {
    return this.of(pod).serviceCpu ?? DEFAULT_SERVICE_CPU;
  }

  /** The pod is gone. */
  forget(pod: Pod): void {
    this.known.delete(pod.metadata.uid ?? "");
  }

  private of(pod: Pod): PodBehavior {
    const uid = pod.metadata.uid ?? "";
    let behavior = this.known.get(uid);
    if (behavior === undefined) this.known.set(uid, (behavior = this.source(pod)));
    return behavior;
  }
}
