/**
 * Scheduler plugins of the user's own: what their modules are given and give back.
 *
 * The extension points are kube-scheduler's: https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
import type { RandomStream } from "../../engine/random.js";
import type { ApiObject, Timestamp } from "../../api/types/index.js";
import type { CycleState } from "../framework/cycle-state.js";
import * as events from "../framework/events.js";
import type { EventResource } from "../framework/events.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { NodeToStatus, PostFilterResult } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";
import type { Code, Status } from "../framework/status.js";

/** What a method says of a pod or a node: nothing means success, a text a rejection with that reason. */
export type Verdict = undefined | string | Status | { readonly code: Code; readonly reasons?: readonly string[] };

/** Where a plugin finds the cluster, the time and its random numbers. All of it is part of the simulation: runs repeat. */
export interface CustomPluginHandle {
  /** Simulated time, in microseconds since the Unix epoch. */
  now(): Timestamp;
  /** Random numbers of the plugin's own, apart from all others; name several streams to draw from them independently. */
  stream(name?: string): RandomStream;
  /** The nodes, with the pods there, in the order in which the scheduler walks them. */
  nodes(): readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** Pods that Permit plugins hold back, in the order in which they began to wait. */
  waitingPods(): Iterable<PodInfo>;
  /** Lets a waiting pod go on, as far as this plugin is concerned. */
  allow(pod: PodInfo): void;
  /** Gives up on a waiting pod. */
  reject(pod: PodInfo, reason: string): void;
  /** What the pod requests of a resource: millicores of cpu, bytes, or a number. */
  request(pod: PodInfo, resource: string): number;
  /** What the pods on a node request of a resource, in the same units. */
  requested(node: NodeInfo, resource: string): number;
  /** What the node has of a resource for pods, in the same units. */
  allocatable(node: NodeInfo, resource: string): number;
}

/** What happened to an object, by upstream's names: k8s.io/kube-scheduler/framework/types.go (ActionType) */
export const ACTIONS = {
  Add: events.ADD,
  Delete: events.DELETE,
  Update: events.UPDATE,
  UpdateNodeAllocatable: events.UPDATE_NODE_ALLOCATABLE,
  UpdateNodeLabel: events.UPDATE_NODE_LABEL,
  UpdateNodeTaint: events.UPDATE_NODE_TAINT,
  UpdateNodeCondition: events.UPDATE_NODE_CONDITION,
  UpdateNodeAnnotation: events.UPDATE_NODE_ANNOTATION,
  UpdatePodLabel: events.UPDATE_POD_LABEL,
  UpdatePodScaleDown: events.UPDATE_POD_SCALE_DOWN,
  UpdatePodToleration: events.UPDATE_POD_TOLERATION,
  UpdatePodSchedulingGatesEliminated: events.UPDATE_POD_SCHEDULING_GATES_ELIMINATED,
} as const;

/** Cluster events that a plugin wants to hear of. */
export interface CustomRegistration {
  /** "Pod" stands for pods with and without a node. */
  readonly resource: EventResource | "Pod";
  readonly actions: readonly (keyof typeof ACTIONS)[];
  /** Whether the event may help the rejected pod; absent means that it may. */
  hint?(pod: PodInfo, previous: ApiObject | undefined, current: ApiObject | undefined): boolean;
}

/** A plugin: the methods of the points that it extends. All are synchronous. */
export interface CustomPlugin {
  preEnqueue?(pod: PodInfo): Verdict;
  /** Whether the first pod is to be scheduled before the second. */
  less?(a: QueuedPodInfo, b: QueuedPodInfo): boolean;
  preFilter?(
    state: CycleState,
    pod: PodInfo,
  ): Verdict | { readonly result?: { readonly nodeNames?: Iterable<string> }; readonly status?: Verdict };
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict;
  postFilter?(state: CycleState, pod: PodInfo, statuses: NodeToStatus): { readonly result?: PostFilterResult; readonly status: Verdict };
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Verdict;
  /** An integer; where there is no normalizeScore, from 0 to 100, the greatest best. */
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Brings the scores into 0 to 100, in place. */
  normalizeScore?(state: CycleState, pod: PodInfo, scores: { readonly node: NodeInfo; score: number }[]): Verdict;
  reserve?(state: CycleState, pod: PodInfo, nodeName: string): Verdict;
  unreserve?(state: CycleState, pod: PodInfo, nodeName: string): void;
  /** The timeout in microseconds. */
  permit?(state: CycleState, pod: PodInfo, nodeName: string): Verdict | { readonly status: Verdict; readonly timeout?: number };
  /** Calls `done` once, at once or later. */
  preBind?(state: CycleState, pod: PodInfo, nodeName: string, done: (answer?: Verdict) => void): void;
  /** The same; Skip leaves the pod to the next Bind plugin. */
  bind?(state: CycleState, pod: PodInfo, nodeName: string, done: (answer?: Verdict) => void): void;
  postBind?(state: CycleState, pod: PodInfo, nodeName: string): void;
  /** The cluster events after which a pod that the plugin rejected is worth another try; absent means all. */
  eventsToRegister?(): readonly CustomRegistration[];
}

/**
 * The default export of a plugin's module.
 *
 * @param args what `pluginConfig` gives as the plugin's arguments, modulePath among them
 */
export type CustomPluginFactory<Args = Readonly<Record<string, unknown>>> = (args: Args, handle: CustomPluginHandle) => CustomPlugin;
