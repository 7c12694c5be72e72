/**
 * The extension points, by upstream's names. A plugin is an object with a name and the methods of the points that it extends;
 * all methods are synchronous. An answer of undefined is Success.
 *
 * Source of the points: https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/ and
 * k8s.io/kube-scheduler/framework/interface.go
 */
import type { Rule } from "../evaluation/rule.js";
import type { StatusCodes } from "../evaluation/status-codes.js";
import type { CycleState } from "./cycle-state.js";
import type { EventRegistration } from "./events.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { PodShape } from "./pod-shape.js";
import type { QueuedPodInfo } from "./queued-pod-info.js";
import type { Status } from "./status.js";

export const MAX_NODE_SCORE = 100;
export const MIN_NODE_SCORE = 0;

export type Answer = Status | undefined;

export interface PreFilterResult {
  /** Only these nodes are looked at; absent means all. */
  readonly nodeNames?: ReadonlySet<string>;
}

/** Keeps what PreFilter counted up to date while pods are added and removed on trial. */
export interface PreFilterExtensions {
  addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Answer;
  removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Answer;
}

/** What a failed cycle knows of each node: the status of the first filter that failed there, by node name. */
export interface NodeToStatus {
  readonly byNode: ReadonlyMap<string, Status>;
  /** Status of nodes that no filter looked at, because PreFilter had left them out. */
  readonly absent: Status;
  /** The one or the other. */
  statusOf(node: NodeInfo): Status;
}

export interface PostFilterResult {
  /** Node that the pod is nominated to; the empty name clears a nomination, absent leaves it as it is. */
  readonly nominatedNodeName?: string;
}

export interface NodeScore {
  readonly node: NodeInfo;
  score: number;
}

/**
 * A plugin's whole reading of a node, bound to a pod shape. Where a plugin's answer depends on nothing but the pod's shape and this,
 * the scheduler keeps the answer of each node until what is read changes.
 * - "node": the Node object alone;
 * - "pods": the Node object and the sums over its pods.
 */
export interface NodeLocal {
  readonly reads: "node" | "pods";
  /** The Filter of that pod shape; undefined where it passes every node (PreFilter would Skip). */
  filterOf?(shape: PodShape): ((node: NodeInfo) => Answer) | undefined;
  /** The raw Score of that pod shape; undefined where the shape is not scored (PreScore would Skip). */
  scoreOf?(shape: PodShape): ((node: NodeInfo) => number) | undefined;
  /** What of the shape the filter depends on, as text: shapes of equal text share results. Absent means the whole shape. */
  filterKey?(shape: PodShape): string;
  /** The same of the score. */
  scoreKey?(shape: PodShape): string;
  /** How NormalizeScore works, where it does: scaled to 100 by the greatest score of the feasible nodes, the greatest best or (reversed) worst. */
  readonly normalization?: "scaled" | "reversed";
}

export interface Plugin {
  readonly name: string;
  /** The module of a plugin of the user's own. */
  readonly file?: string;

  preEnqueue?(pod: PodInfo): Answer;
  /** Whether the first pod is to be scheduled before the second. */
  less?(a: QueuedPodInfo, b: QueuedPodInfo): boolean;
  /** The same as a number: negative where the first pod comes first, 0 where neither does. Spares the queue a second question. */
  compare?(a: QueuedPodInfo, b: QueuedPodInfo): number;
  eventsToRegister?(): readonly EventRegistration[];

  preFilter?(state: CycleState, pod: PodInfo): { readonly result?: PreFilterResult; readonly status?: Status } | undefined;
  readonly preFilterExtensions?: PreFilterExtensions;
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Answer;
  postFilter?(state: CycleState, pod: PodInfo, statuses: NodeToStatus): { readonly result?: PostFilterResult; readonly status: Status };

  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Answer;
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Brings the raw scores into 0..100, in place. */
  normalizeScore?(state: CycleState, pod: PodInfo, scores: NodeScore[]): Answer;

  reserve?(state: CycleState, pod: PodInfo, nodeName: string): Answer;
  unreserve?(state: CycleState, pod: PodInfo, nodeName: string): void;
  /** Wait holds the pod until it is allowed or rejected through the handle, or the time-out (µs) passes. */
  permit?(state: CycleState, pod: PodInfo, nodeName: string): { readonly status: Status; readonly timeout?: number } | undefined;
  /** Work before binding; calls `done` when it is finished, at once or later in simulated time. */
  preBind?(state: CycleState, pod: PodInfo, nodeName: string, done: (answer: Answer) => void): void;
  /** Binds the pod; calls `done` with Skip to leave it to the next Bind plugin. */
  bind?(state: CycleState, pod: PodInfo, nodeName: string, done: (answer: Answer) => void): void;
  postBind?(state: CycleState, pod: PodInfo, nodeName: string): void;

  /** Set by plugins whose Filter or Score reads no more than a node and the pods there. */
  readonly local?: NodeLocal;
  /** Given by plugins that follow the whole cluster change by change; must agree with the plugin's Filter and Score. */
  incremental?(shape: PodShape, codes: StatusCodes): Rule;
  /** Where set, all of the plugin's points up to Score have nothing to do for other pods. */
  readonly concerns?: "pods with volumes";
  /**
   * What of the pod the plugin's Filter and Score depend on, as text, for the reuse of results; undefined where the plugin depends on
   * more than the pod and its node. Absent like undefined, unless the plugin has neither Filter nor Score.
   */
  sign?(pod: PodInfo): string | undefined;
}

/** In the order in which a pod meets them, as the configuration names them. */
export const EXTENSION_POINTS = [
  "preEnqueue",
  "queueSort",
  "preFilter",
  "filter",
  "postFilter",
  "preScore",
  "score",
  "reserve",
  "permit",
  "preBind",
  "bind",
  "postBind",
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

const METHOD: Readonly<Record<ExtensionPoint, keyof Plugin>> = {
  preEnqueue: "preEnqueue",
  queueSort: "less",
  preFilter: "preFilter",
  filter: "filter",
  postFilter: "postFilter",
  preScore: "preScore",
  score: "score",
  reserve: "reserve",
  permit: "permit",
  preBind: "preBind",
  bind: "bind",
  postBind: "postBind",
};

/** Whether the plugin extends that point. */
export function extendsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return plugin[METHOD[point]] !== undefined || (point === "reserve" && plugin.unreserve !== undefined);
}
