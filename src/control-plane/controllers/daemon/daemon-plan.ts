/**
 * Which daemon pods to create and delete so that there is one on each node where one belongs.
 *
 * Source: kubernetes pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode).
 */
import { scaledValue } from "../../../api/int-or-string.js";
import { hasEnded } from "../../../api/pod-phase.js";
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
      if (hasEnded(pod)) plan.ended.push(pod);
      else running.push(pod);
    }
    // With surge there is always a pod that is not about to go.
    if (running.length === 0 && shouldRun && allowsSurge(daemonSet)) plan.nodesNeedingPods.push(node.metadata.name);
    plan.podsToDelete.push(...excessPods(daemonSet, running, hash, now));
  }
  return plan;
}
