/**
 * Which daemon pods to create and delete: one on each node where one belongs, and during an update as many at a time as the
 * DaemonSet allows.
 *
 * Source: kubernetes pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode), update.go (rollingUpdate).
 */
import { scaledValue } from "../../../api/int-or-string.js";
import type { DaemonSet, Node, Pod, Timestamp } from "../../../api/types/index.js";
import { REVISION_HASH_LABEL } from "../history/controller-history.js";
import { isPodAvailable, isPodReady } from "../pod-conditions.js";
import { nodeFitness } from "./node-fitness.js";

export interface DaemonPlan {
  readonly nodesNeedingPods: string[];
  readonly podsToDelete: Pod[];
  /** Pods among those to delete that ended, which earns an event and a pause. */
  readonly ended: Pod[];
}

/** Bound pods before unbound ones, then the oldest. */
export function byCreationAndPhase(a: Pod, b: Pod): number {
  const bound = (pod: Pod): number => (pod.spec.nodeName === undefined || pod.spec.nodeName === "" ? 1 : 0);
  return (
    bound(a) - bound(b) ||
    (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0) ||
    (a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0)
  );
}

export function isUpdated(pod: Pod, hash: string): boolean {
  return pod.metadata.labels?.[REVISION_HASH_LABEL] === hash;
}

function allowsSurge({ spec }: DaemonSet): boolean {
  const { maxSurge } = spec.updateStrategy?.rollingUpdate ?? {};
  return (
    (spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate" && maxSurge !== undefined && scaledValue(maxSurge, 100, true) > 0
  );
}

/** All but one of the running pods of a node, or with surge all but one old and one new. */
function excessPods(daemonSet: DaemonSet, running: Pod[], hash: string, now: Timestamp): Pod[] {
  if (running.length <= 1) return [];
  running.sort(byCreationAndPhase);
  if (!allowsSurge(daemonSet)) return running.slice(1);
  const updated = running.find((pod) => isUpdated(pod, hash));
  const old = running.find((pod) => !isUpdated(pod, hash));
  const excess = running.filter((pod) => pod !== updated && pod !== old);
  if (updated !== undefined && old !== undefined && (!isPodReady(old) || isPodAvailable(updated, daemonSet.spec.minReadySeconds ?? 0, now)))
    excess.push(old);
  return excess;
}

/** What is to be done so that each node has the pod that belongs on it. */
export function planManage(
  daemonSet: DaemonSet,
  nodes: Iterable<Node>,
  podsOnNode: ReadonlyMap<string, Pod[]>,
  hash: string,
  now: Timestamp,
): DaemonPlan {
  const plan: DaemonPlan = { nodesNeedingPods: [], podsToDelete: [], ended: [] };
  for (const node of nodes) {
    const { shouldRun, mayStay } = nodeFitness(daemonSet, node);
    const pods = podsOnNode.get(node.metadata.name);
    if (pods === undefined) {
      if (shouldRun) plan.nodesNeedingPods.push(node.metadata.name);
      continue;
    }
    const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (!mayStay) {
      plan.podsToDelete.push(...living);
      continue;
    }
    const running: Pod[] = [];
    for (const pod of living) {
      if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") plan.ended.push(pod);
      else running.push(pod);
    }
    plan.podsToDelete.push(...excessPods(daemonSet, running, hash, now));
  }
  return plan;
}

export interface UpdateBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages are of the nodes on which pods belong, rounded up; both 0 would make no progress. */
export function updateBounds({ spec }: DaemonSet, desired: number): UpdateBounds {
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, desired, true);
  const unavailable = scaledValue(maxUnavailable, desired, true);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** The one up-to-date and the one old pod of a node; undefined where there are several of a sort. */
function pairOf(pods: readonly Pod[], hash: string): { readonly updated?: Pod; readonly old?: Pod } | undefined {
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const updated = living.filter((pod) => isUpdated(pod, hash));
  const old = living.filter((pod) => !isUpdated(pod, hash));
  return updated.length > 1 || old.length > 1
    ? undefined
    : { ...(updated[0] !== undefined && { updated: updated[0] }), ...(old[0] !== undefined && { old: old[0] }) };
}

function firstOf<T>(candidates: readonly T[], most: number, used: number): T[] {
  return candidates.slice(0, Math.max(0, most - used));
}

/** One step of a rolling update. */
export function planUpdate(
  daemonSet: DaemonSet,
  podsOnNode: ReadonlyMap<string, Pod[]>,
  hash: string,
  bounds: UpdateBounds,
  now: Timestamp,
): DaemonPlan {
  const available = (pod: Pod): boolean => isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
  return bounds.maxSurge === 0
    ? planReplacement(podsOnNode, hash, bounds.maxUnavailable, available)
    : planSurge(podsOnNode, hash, bounds.maxSurge, available);
}

function planReplacement(
  podsOnNode: ReadonlyMap<string, Pod[]>,
  hash: string,
  maxUnavailable: number,
  available: (pod: Pod) => boolean,
): DaemonPlan {
  let unavailable = 0;
  const replaced: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pods of podsOnNode.values()) {
    const pair = pairOf(pods, hash);
    if (pair === undefined || (pair.old === undefined) === (pair.updated === undefined)) unavailable++;
    else if (pair.updated !== undefined) unavailable += available(pair.updated) ? 0 : 1;
    else if (!available(pair.old!)) replaced.push(pair.old!);
    else candidates.push(pair.old!);
  }
  return { nodesNeedingPods: [], podsToDelete: [...replaced, ...firstOf(candidates, maxUnavailable, unavailable)], ended: [] };
}

function planSurge(podsOnNode: ReadonlyMap<string, Pod[]>, hash: string, maxSurge: number, available: (pod: Pod) => boolean): DaemonPlan {
  let surge = 0;
  const replaced: string[] = [];
  const candidates: string[] = [];
  const podsToDelete: Pod[] = [];
  for (const [node, pods] of podsOnNode) {
    const pair = pairOf(pods, hash);
    if (pair === undefined) surge++;
    else if (pair.old === undefined) continue;
    else if (pair.updated === undefined) (available(pair.old) ? candidates : replaced).push(node);
    else if (available(pair.updated)) podsToDelete.push(pair.old);
    else surge++;
  }
  return { nodesNeedingPods: [...replaced, ...firstOf(candidates, maxSurge, surge)], podsToDelete, ended: [] };
}
