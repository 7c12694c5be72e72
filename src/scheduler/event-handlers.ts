/**
 * What the scheduler does when objects change: pods and nodes go into queue and cache, and every change is told to the queue as a
 * cluster event.
 *
 * Source of the rules: pkg/scheduler/eventhandlers.go, pkg/scheduler/framework/events.go
 */
import { isDeepStrictEqual } from "node:util";
import { STORAGE_KINDS } from "../api/kinds.js";
import { hasEnded } from "../api/pod-phase.js";
import type { ApiObject, Node, Pod } from "../api/types/index.js";
import type { InformerFactory } from "../control-plane/apiserver/client.js";
import * as events from "./framework/events.js";
import type { ClusterEvent, EventResource } from "./framework/events.js";
import type { Handle, Versions } from "./framework/handle.js";
import { PodInfo } from "./framework/pod-info.js";
import { podChanges } from "./queue/pod-changes.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";

export interface Watchers {
  readonly handle: Handle;
  readonly queue: SchedulingQueue;
  /** Whether one of the profiles is for the pod. */
  isOurs(pod: Pod): boolean;
  /** Something may be there to try. */
  wake(): void;
}

/** Finished pods hold nothing: the scheduler's watch leaves them out. */
function isFinished(pod: Pod): boolean {
  return hasEnded(pod);
}

function isAssigned(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== "";
}

/** What is absent and what is empty are the same. */
function differ(a: object | undefined, b: object | undefined): boolean {
  return a !== b && !isDeepStrictEqual(a ?? {}, b ?? {}) && (hasEntries(a) || hasEntries(b));
}

function hasEntries(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}

function truthOfConditions(node: Node): Readonly<Record<string, string>> | undefined {
  const conditions = node.status?.conditions;
  return conditions && Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
}

/**
 * What of the node changed, as bits of action types; 0 where nothing that the scheduler cares for did. That a node takes no pods any
 * more is no change that could help one.
 *
 * Source: pkg/scheduler/framework/events.go NodeSchedulingPropertiesChange
 */
export function nodeChanges(previous: Node, current: Node): number {
  let changed = 0;
  const becameSchedulable = previous.spec.unschedulable === true && current.spec.unschedulable !== true;
  if (differ(previous.status?.allocatable, current.status?.allocatable)) changed |= events.UPDATE_NODE_ALLOCATABLE;
  if (differ(previous.metadata.labels, current.metadata.labels)) changed |= events.UPDATE_NODE_LABEL;
  if (becameSchedulable || differ(previous.spec.taints, current.spec.taints)) changed |= events.UPDATE_NODE_TAINT;
  const conditionsAreShared = previous.status?.conditions === current.status?.conditions;
  if (!conditionsAreShared && differ(truthOfConditions(previous), truthOfConditions(current))) changed |= events.UPDATE_NODE_CONDITION;
  if (differ(previous.metadata.annotations, current.metadata.annotations)) changed |= events.UPDATE_NODE_ANNOTATION;
  return changed;
}

/** Counts the changes after which what plugins keep by namespace labels or by selectors may no longer be true. */
function watchVersions(informers: InformerFactory, versions: Versions): void {
  informers.informer("Namespace").addHandlers({
    added: () => {
      versions.namespaces++;
    },
    updated: (previous, current) => {
      if (previous.metadata.labels !== current.metadata.labels) versions.namespaces++;
    },
    deleted: () => {
      versions.namespaces++;
    },
  });
  for (const kind of ["Service", "ReplicationController", "ReplicaSet", "StatefulSet"] as const) {
    informers.informer(kind).addHandlers({
      added: () => {
        versions.selectors++;
      },
      updated: (previous, current) => {
        if (previous.spec.selector !== current.spec.selector) versions.selectors++;
      },
      deleted: () => {
        versions.selectors++;
      },
    });
  }
}

export function watchCluster(informers: InformerFactory, watchers: Watchers): void {
  const { handle, queue } = watchers;
  const { cache, shapes, nominator } = handle;
  const tell = (
    resource: EventResource,
    actions: number,
    label: string,
    previous: ApiObject | undefined,
    current: ApiObject | undefined,
  ): void => {
    const event: ClusterEvent = { resource, actions, label };
    queue.moveAllToActiveOrBackoff(event, previous, current);
    watchers.wake();
  };

  informers.informer("PodDisruptionBudget");
  watchVersions(informers, handle.versions);

  informers.informer("Node").addHandlers({
    added: (node) => {
      cache.addNode(node);
      tell("Node", events.ADD, "NodeAdd", undefined, node);
    },
    updated: (previous, node) => {
      cache.updateNode(node);
      const changed = nodeChanges(previous, node);
      if (changed !== 0) tell("Node", changed, "NodeUpdate", previous, node);
    },
    deleted: (node) => {
      cache.removeNode(node.metadata.name);
      tell("Node", events.DELETE, "NodeDelete", node, undefined);
    },
  });

  const place = (pod: Pod): void => {
    const info = new PodInfo(pod, shapes.shapeOf(pod));
    const known = cache.isAssumed(info.uid) ? undefined : cache.pod(info.uid);
    if (known === undefined) cache.addPod(info, pod.spec.nodeName!);
    else cache.updatePod(info, pod.spec.nodeName!);
    nominator.remove(info.uid);
    queue.delete(info.uid);
    if (known === undefined) tell("AssignedPod", events.ADD, "AssignedPodAdd", undefined, pod);
    else {
      const changed = podChanges(known, info);
      if (changed !== events.UPDATE_OTHER) tell("AssignedPod", changed, "AssignedPodUpdate", known.pod, pod);
    }
  };
  /** Less important pods reckon with a nominated pod as if it were on its node: for them it is gone from there. */
  const leaveNominatedNode = (pod: PodInfo): void => {
    const event: ClusterEvent = { resource: "AssignedPod", actions: events.DELETE, label: "AssignedPodDelete" };
    queue.moveAllToActiveOrBackoff(event, pod.pod, undefined, (other) => other.priority <= pod.priority);
  };
  const enqueue = (pod: Pod, previous: Pod | undefined): void => {
    if (!watchers.isOurs(pod) || cache.isAssumed(pod.metadata.uid ?? "")) return;
    const info = new PodInfo(pod, shapes.shapeOf(pod));
    const queued = queue.get(info.uid);
    if (queued === undefined) nominator.add(info);
    else nominator.update(queued.podInfo, info);
    queue.update(info);
    const before = previous?.status?.nominatedNodeName ?? "";
    if (queued !== undefined && before !== "" && before !== (pod.status?.nominatedNodeName ?? ""))
      leaveNominatedNode(new PodInfo(previous!, info.shape));
    watchers.wake();
  };
  const drop = (pod: Pod): void => {
    const uid = pod.metadata.uid ?? new PodInfo(pod, shapes.shapeOf(pod)).uid;
    nominator.remove(uid);
    queue.delete(uid);
    if (cache.pod(uid) !== undefined) {
      cache.removePod(uid);
      tell("AssignedPod", events.DELETE, "AssignedPodDelete", pod, undefined);
    } else if ((pod.status?.nominatedNodeName ?? "") !== "" && !isAssigned(pod)) {
      leaveNominatedNode(new PodInfo(pod, shapes.shapeOf(pod)));
      watchers.wake();
    }
  };
  const see = (pod: Pod, previous?: Pod): void => {
    if (isFinished(pod)) drop(pod);
    else if (isAssigned(pod)) place(pod);
    else if (pod.metadata.deletionTimestamp === undefined) enqueue(pod, previous);
    else queue.delete(pod.metadata.uid ?? "");
  };
  informers.informer("Pod").addHandlers({ added: (pod) => see(pod), updated: (previous, pod) => see(pod, previous), deleted: drop });

  // Beside pods and nodes, these may make a pod schedulable.
  for (const kind of STORAGE_KINDS) {
    informers.informer(kind).addHandlers({
      added: (object) => tell(kind, events.ADD, `${kind}Add`, undefined, object),
      updated: (previous, object) => tell(kind, events.UPDATE_OTHER, `${kind}Update`, previous, object),
      deleted: (object) => tell(kind, events.DELETE, `${kind}Delete`, object, undefined),
    });
  }
}
