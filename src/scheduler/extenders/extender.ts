/**
 * A process outside that has a say in scheduling: it filters nodes, scores them, decides on victims, or binds.
 *
 * Its answers come from outside of simulated time and of the seed: a run with extenders cannot be repeated by kubewarp alone.
 * Source of the rules: k8s.io/kube-scheduler/framework (Extender), pkg/scheduler/extender.go
 */
import { CycleFailure } from "../framework/cycle-failure.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import type { Candidate } from "../preemption/candidate.js";

/** Stands among the plugins that rejected a pod where extenders did: any event wakes such a pod. pkg/scheduler/framework/types.go */
export const EXTENDER_NAME = "Extender";

/** Greatest score that an extender is to give: k8s.io/kube-scheduler/extender/v1 (MaxExtenderPriority) */
export const MAX_EXTENDER_PRIORITY = 10;

/** An extender did not answer, or not in the way that was asked for. The message is kube-scheduler's. */
export class ExtenderError extends CycleFailure {
  override readonly name = "ExtenderError";
}

export interface FilterAnswer {
  /** Nodes that pass, in the order in which the extender gives them. */
  readonly passed: readonly NodeInfo[];
  /** What the extender says of nodes that fail, by name; it need not speak of each. */
  readonly failed: ReadonlyMap<string, Status>;
}

export interface ExtenderSettings {
  /** urlPrefix */
  readonly name: string;
  /** Times the scores of 0 to 10. */
  readonly weight: number;
  /** Whether scheduling goes on without it where it fails. */
  readonly isIgnorable: boolean;
  readonly filters: boolean;
  readonly prioritizes: boolean;
  readonly processesPreemption: boolean;
  readonly binds: boolean;
}

/** What an extender has to do with the choice of a node. */
export interface NodeExtender {
  readonly settings: ExtenderSettings;
  /** Whether the pod asks for a resource that the extender manages; true of all pods where it manages none by name. */
  isInterested(pod: PodInfo): boolean;
  /** @throws ExtenderError */
  filter(pod: PodInfo, nodes: readonly NodeInfo[]): FilterAnswer;
  /**
   * Scores by node name, as the extender gives them.
   *
   * @throws ExtenderError
   */
  prioritize(pod: PodInfo, nodes: readonly NodeInfo[]): ReadonlyMap<string, number>;
}

export interface Extender extends NodeExtender {
  /**
   * The candidates that the extender leaves, with the victims that it chose.
   *
   * @throws ExtenderError
   */
  processPreemption(pod: PodInfo, candidates: readonly Candidate[], node: (name: string) => NodeInfo | undefined): readonly Candidate[];
  /** @throws ExtenderError */
  bind(pod: PodInfo, nodeName: string): void;
}
