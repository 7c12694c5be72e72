/**
 * What an invariant is: something that holds in every run whatever happens to the cluster, checked from the outside by watching what
 * the API server stores, answers and delivers. A broken invariant is a mistake of the simulator, never of the scenario.
 */
import type { ApiObject } from "../../api/types/meta.js";
import type { Change } from "../../control-plane/apiserver/change.js";
import type { ObjectReader } from "../../control-plane/apiserver/object-store.js";
import type { HandlingListener } from "../../control-plane/apiserver/request.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { CommittedObjects } from "./committed-objects.js";

/** Each method is optional: an invariant has those of whose moments it wants to be told. None has an effect on the run. */
export interface Invariant {
  /** A change was committed; the committed objects are already those after it. Events are left out. */
  committed?(change: Change): void;
  /** A request is about to be handled, and has been. */
  readonly handling?: HandlingListener;
  /** A watch has delivered a change. @param watcher component and machine of the informer */
  delivered?(change: Change, watcher: string): void;
  /** The run is over: what should have come about by now? */
  ended?(): void;
}

/** A group of machines that may grow and shrink. */
export interface ObservedNodeGroup {
  readonly id: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** Machines that it has, or has asked for, without those that are on their way out. */
  readonly targetSize: number;
  readonly members: readonly { readonly name: string }[];
}

/** The groups, and how the cluster autoscaler treats them. */
export interface ObservedNodeGroups {
  /** The group that the machine belongs to; undefined where it belongs to none that may change its size. */
  groupOf(node: string): ObservedNodeGroup | undefined;
  /** When the cluster autoscaler last made any group grow. */
  readonly lastScaleUp: SimTime;
  /** How long after that it may take no node away. */
  readonly scaleDownDelayAfterAdd: SimTime;
}

/** What an invariant sees of the run. */
export interface ObservedCluster {
  readonly now: SimTime;
  readonly committed: CommittedObjects;
  /** What requests find when they are handled: the committed objects and what etcd's log has beyond them. */
  readonly stored: ObjectReader;
  /** Whether the scheduler is the default one: all plugins on, and no others. */
  readonly hasDefaultScheduler: boolean;
  /** Whether the machine runs, and its kubelet with it, and the API server hears it. */
  isNodeUp(name: string): boolean;
  readonly nodeGroups: ObservedNodeGroups;
  /**
   * Whether what follows from something at the given times must have come about: the control plane works, and neither fault nor any of
   * these times is less than {@link SETTLING_TIME} ago.
   */
  isSettled(...since: readonly SimTime[]): boolean;
  /** Whether there has been no fault since then, and nobody has lost a permission. */
  isUndisturbed(since: SimTime): boolean;
  /** Reports that the invariant does not hold. @param expected what should be, and what is */
  violated(object: ApiObject | string, expected: string): void;
}

export type StartInvariant = (cluster: ObservedCluster) => Invariant;

/**
 * Time in which controllers, scheduler and kubelets act on what they learn: several times the longest of their periods that matter here
 * (30 s between the scheduler's looks at pods that wait too long, 20 s between collections of pods, 17 s until another leader works, 10 s of back-off).
 */
export const SETTLING_TIME: SimTime = 60 * SECOND;

export interface Violation {
  readonly time: SimTime;
  /** Name of the invariant. */
  readonly invariant: string;
  /** "Pod default/web-1" */
  readonly object: string;
  readonly expected: string;
}
