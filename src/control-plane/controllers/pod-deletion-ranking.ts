/**
 * Which of its pods a ReplicaSet or Job deletes first.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset and kubernetes
 * pkg/controller/controller_utils.go (ActivePodsWithRanks).
 */
import { isSidecar } from "../../api/resources.js";
import type { Pod, Timestamp } from "../../api/types/index.js";
import { isPodReady, podCondition } from "./pod-conditions.js";

/** Pods with a lower cost are deleted first. Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost */
export const POD_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const NANOSECONDS_A_MICROSECOND = 1_000;

interface RankedPod {
  readonly pod: Pod;
  readonly assigned: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  /** Number of related pods on the same node: where more are, one is missed less. */
  readonly rank: number;
  readonly readySince: Timestamp | undefined;
  readonly restarts: readonly [number, number];
  readonly created: Timestamp;
}

/** The annotated cost of a pod; texts that are no 32-bit integer count as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[POD_DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost === Math.trunc(cost) && Math.abs(cost) < 2 ** 31 ? cost : 0;
}

/** Most restarts of any ordinary container, and of any sidecar. */
export function mostRestarts(pod: Pod): readonly [number, number] {
  let ordinary = 0;
  let sidecar = 0;
  for (const status of pod.status?.containerStatuses ?? []) ordinary = Math.max(ordinary, status.restartCount);
  const sidecars = new Set(pod.spec.initContainers?.filter(isSidecar).map(({ name }) => name));
  for (const status of pod.status?.initContainerStatuses ?? []) {
    if (sidecars.has(status.name)) sidecar = Math.max(sidecar, status.restartCount);
  }
  return [ordinary, sidecar];
}

function rankedPod(pod: Pod, rank: number): RankedPod {
  const ready = isPodReady(pod);
  return {
    pod,
    rank,
    assigned: pod.spec.nodeName === undefined || pod.spec.nodeName === "" ? 0 : 1,
    phase: PHASE_ORDER[pod.status?.phase ?? "Pending"] ?? 0,
    ready: ready ? 1 : 0,
    cost: deletionCost(pod),
    readySince: ready ? podCondition(pod, "Ready")!.lastTransitionTime : undefined,
    restarts: mostRestarts(pod),
    created: pod.metadata.creationTimestamp ?? 0,
  };
}

/** Order of magnitude of an age: pods of about the same age are equal, so that not always the same zone or node loses its pods. */
function ageMagnitude(since: Timestamp, now: Timestamp): number {
  const age = (now - since) * NANOSECONDS_A_MICROSECOND;
  return age > 0 ? Math.trunc(Math.log2(age)) : -1;
}

/** Younger first by order of magnitude, ties by uid. */
function compareAges(a: Timestamp, b: Timestamp, podA: Pod, podB: Pod, now: Timestamp): number {
  const difference = ageMagnitude(a, now) - ageMagnitude(b, now);
  if (difference !== 0) return difference;
  return podA.metadata.uid! < podB.metadata.uid! ? -1 : 1;
}

function compare(a: RankedPod, b: RankedPod, now: Timestamp): number {
  const difference = a.assigned - b.assigned || a.phase - b.phase || a.ready - b.ready || a.cost - b.cost || b.rank - a.rank;
  if (difference !== 0) return difference;
  if (a.ready === 1 && a.readySince !== b.readySince) {
    // Ready since an unknown time counts as ready since just now.
    if (a.readySince === undefined) return -1;
    if (b.readySince === undefined) return 1;
    return compareAges(a.readySince, b.readySince, a.pod, b.pod, now);
  }
  const restarts = b.restarts[0] - a.restarts[0] || b.restarts[1] - a.restarts[1];
  if (restarts !== 0) return restarts;
  return a.created === b.created ? 0 : compareAges(a.created, b.created, a.pod, b.pod, now);
}

/**
 * The `count` pods to delete, those first that are missed least.
 *
 * @param related all active pods of ReplicaSets with the same owner, which make a node count as crowded
 */
export function podsToDelete(pods: readonly Pod[], related: Iterable<Pod>, count: number, now: Timestamp): Pod[] {
  if (count >= pods.length) return [...pods];
  const podsOnNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName ?? "";
    podsOnNode.set(node, (podsOnNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => rankedPod(pod, podsOnNode.get(pod.spec.nodeName ?? "") ?? 0));
  ranked.sort((a, b) => compare(a, b, now));
  return ranked.slice(0, count).map(({ pod }) => pod);
}
