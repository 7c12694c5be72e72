/**
 * Cluster events: what happened to which kind of object, as far as plugins care for rejected pods.
 *
 * Source of the names: k8s.io/kube-scheduler/framework/types.go (ActionType, EventResource)
 */
import { STORAGE_KINDS } from "../../api/kinds.js";
import type { ApiObject, Pod } from "../../api/types/index.js";
import type { PodInfo } from "./pod-info.js";

export const ADD = 1 << 0;
export const DELETE = 1 << 1;
export const UPDATE_NODE_ALLOCATABLE = 1 << 2;
export const UPDATE_NODE_LABEL = 1 << 3;
export const UPDATE_NODE_TAINT = 1 << 4;
export const UPDATE_NODE_CONDITION = 1 << 5;
export const UPDATE_NODE_ANNOTATION = 1 << 6;
export const UPDATE_POD_LABEL = 1 << 7;
export const UPDATE_POD_SCALE_DOWN = 1 << 8;
export const UPDATE_POD_TOLERATION = 1 << 9;
export const UPDATE_POD_SCHEDULING_GATES_ELIMINATED = 1 << 10;
/** An update that none of the finer bits names. */
export const UPDATE_OTHER = 1 << 11;
export const UPDATE =
  UPDATE_NODE_ALLOCATABLE |
  UPDATE_NODE_LABEL |
  UPDATE_NODE_TAINT |
  UPDATE_NODE_CONDITION |
  UPDATE_NODE_ANNOTATION |
  UPDATE_POD_LABEL |
  UPDATE_POD_SCALE_DOWN |
  UPDATE_POD_TOLERATION |
  UPDATE_POD_SCHEDULING_GATES_ELIMINATED |
  UPDATE_OTHER;

/** Kind whose change is told of; pods are told apart by whether they are assigned. */
export const EVENT_RESOURCES = ["AssignedPod", "UnscheduledPod", "Node", ...STORAGE_KINDS, "*"] as const;
export type EventResource = (typeof EVENT_RESOURCES)[number];

export interface ClusterEvent {
  readonly resource: EventResource;
  /** Bits of the action types above. */
  readonly actions: number;
  /** Name for the record, as upstream's event labels: "AssignedPodDelete", "NodeAdd", ... */
  readonly label: string;
}

export type QueueingHint = "Queue" | "QueueSkip";

/** Says whether the event may make the rejected pod schedulable. */
export type QueueingHintFn = (pod: PodInfo, previous: ApiObject | undefined, current: ApiObject | undefined) => QueueingHint;

/** A plugin's interest in events; without a hint every such event requeues the pods that it rejected. */
export interface EventRegistration {
  readonly resource: EventResource;
  readonly actions: number;
  readonly hint?: QueueingHintFn;
}

/** A hint from a rule of whether to queue the pod; T is the type of the objects that the registration names. */
export function queueIf<T extends ApiObject>(
  rule: (pod: PodInfo, previous: T | undefined, current: T | undefined) => boolean,
): QueueingHintFn {
  return (pod, previous, current) => (rule(pod, previous as T | undefined, current as T | undefined) ? "Queue" : "QueueSkip");
}

/** The pod itself was changed, not another. */
export function isSamePod(pod: PodInfo, changed: Pod | undefined): boolean {
  return (
    changed !== undefined &&
    changed.metadata.uid === pod.pod.metadata.uid &&
    changed.metadata.name === pod.pod.metadata.name &&
    changed.metadata.namespace === pod.pod.metadata.namespace
  );
}
