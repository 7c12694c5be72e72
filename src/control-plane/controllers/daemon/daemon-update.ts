/**
 * One step of a DaemonSet's rolling update: as many nodes at a time as maxUnavailable or maxSurge allow.
 *
 * Source: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ and kubernetes pkg/controller/daemon/update.go
 * (rollingUpdate, updatedDesiredNodeCounts).
 */
import { scaledValue } from "../../../api/int-or-string.js";
import type { DaemonSet, Node, Pod, Timestamp } from "../../../api/types/index.js";
import { isPodAvailable } from "../pod-conditions.js";
import { RetryLater } from "../task.js";
import { isUpdated, type DaemonPlan } from "./daemon-plan.js";
import { nodeFitness } from "./node-fitness.js";

interface UpdateBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages are of the nodes on which pods belong, rounded up; both 0 would make no progress. */
function updateBounds({ spec }: DaemonSet, desired: number): UpdateBounds {
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, desired, true);
  const unavailable = scaledValue(maxUnavailable, desired, true);
  return { maxSurge: surge, maxUnavailable: desired > 0 && surge === 0 && unavailable === 0 ? 1 : unavailable };
}

interface Pair {
  readonly updated?: Pod;
  readonly old?: Pod;
}

const NO_PODS: readonly Pod[] = [];

/** The one up-to-date and the one old pod of a node; undefined where there are several of a sort. */
function pairOf(pods: readonly Pod[], hash: string): Pair | undefined {
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

export function planUpdate(
  daemonSet: DaemonSet,
  nodes: ReadonlyMap<string, Node>,
  podsOnNode: ReadonlyMap<string, Pod[]>,
  hash: string,
  now: Timestamp,
): DaemonPlan {
  const pairs = new Map<string, Pair | undefined>();
  for (const [node, pods] of podsOnNode) pairs.set(node, pairOf(pods, hash));
  const shouldRun = (node: Node): boolean => nodeFitness(daemonSet, node).shouldRun;
  let desired = 0;
  for (const node of nodes.values()) {
    if (!shouldRun(node)) continue;
    desired++;
    if (!pairs.has(node.metadata.name)) pairs.set(node.metadata.name, pairOf(NO_PODS, hash));
  }
  const { maxSurge, maxUnavailable } = updateBounds(daemonSet, desired);
  const available = (pod: Pod): boolean => isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
  if (maxSurge === 0) return planReplacement(pairs, maxUnavailable, available);
  const belongs = (name: string): boolean => {
    const node = nodes.get(name);
    if (node === undefined) throw new RetryLater(`couldn't get node for nodeName "${name}"`);
    return shouldRun(node);
  };
  return planSurge(pairs, maxSurge, desired, available, belongs);
}

/** Without surge, old pods are deleted; what the node gets instead is made when they are gone. */
function planReplacement(
  pairs: ReadonlyMap<string, Pair | undefined>,
  maxUnavailable: number,
  available: (pod: Pod) => boolean,
): DaemonPlan {
  let unavailable = 0;
  const replaced: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pair of pairs.values()) {
    // A node without a living pod, or with one of each sort, is about to be seen to.
    if (pair === undefined || (pair.old === undefined) === (pair.updated === undefined)) unavailable++;
    else if (pair.updated !== undefined) unavailable += available(pair.updated) ? 0 : 1;
    else if (available(pair.old!)) candidates.push(pair.old!);
    else {
      replaced.push(pair.old!);
      unavailable++;
    }
  }
  return { nodesNeedingPods: [], podsToDelete: [...replaced, ...firstOf(candidates, maxUnavailable, unavailable)], ended: [] };
}

/**
 * With surge, new pods are made beside old ones, which go when the new ones are available. Where a change of the template takes nodes
 * away, available pods there stay until as many are available elsewhere.
 */
function planSurge(
  pairs: ReadonlyMap<string, Pair | undefined>,
  maxSurge: number,
  desired: number,
  available: (pod: Pod) => boolean,
  belongs: (node: string) => boolean,
): DaemonPlan {
  let surge = 0;
  let availableNodes = 0;
  const replaced: string[] = [];
  const candidates: string[] = [];
  const podsToDelete: Pod[] = [];
  const leaving: Pod[] = [];
  for (const [node, pair] of pairs) {
    if (pair === undefined) {
      surge++;
      continue;
    }
    const { old, updated } = pair;
    const first = old ?? updated;
    if (first !== undefined && available(first)) availableNodes++;
    if (old === undefined) continue;
    if (updated !== undefined) {
      if (available(updated)) podsToDelete.push(old);
      else surge++;
    } else if (!belongs(node)) (available(old) ? leaving : podsToDelete).push(old);
    else (available(old) ? candidates : replaced).push(node);
  }
  podsToDelete.push(...firstOf(leaving, availableNodes, desired));
  return { nodesNeedingPods: [...replaced, ...firstOf(candidates, maxSurge, surge)], podsToDelete, ended: [] };
}
