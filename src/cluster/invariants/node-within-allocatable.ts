/**
 * The scheduler binds no pod to a node that has no room for its requests, and a kubelet runs no more than its node has room for.
 *
 * Pods that were created with a node's name have passed no scheduler: it learns of them when they are there, and the kubelet turns away
 * what does not fit. So they do not count for the first part. Nor do those whose binding a fault has kept from the scheduler: it was not
 * answered, so that it forgets them, and no watch has told of them. Pods that have ended count for neither.
 *
 * Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled
 */
import { objectKey } from "../../api/kinds.js";
import { hasEnded } from "../../api/pod-phase.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { amountsOf, amountText, exceeded, requested, sumOf, type Amounts } from "./requested-resources.js";

/** A node that has shrunk was still as large as before to a scheduler that decides within so long. */
const MEMORY_OF_SHRINKING: SimTime = 5 * SECOND;

const SCHEDULER = "default-scheduler";
/** A request that got no answer was sent no longer ago than this before its client gave up, see CLIENT_TIMEOUT_AFTER of the API server's request path. */
const UNANSWERED: SimTime = 10 * SECOND;

export function nodeWithinAllocatable(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  /** Uids of pods that were created with a node's name. */
  const placed = new Set<string>();
  /** When pods were bound of whose binding no watch has told the scheduler, by uid. */
  const unheard = new Map<string, SimTime>();
  const shrunk = new Map<string, { readonly at: SimTime; readonly before: Amounts }>();

  const isForgotten = ({ metadata }: Pod): boolean => {
    const since = unheard.get(metadata.uid!);
    return since !== undefined && !cluster.isUndisturbed(since - UNANSWERED);
  };

  const bound = (pod: Pod): void => {
    const name = pod.spec.nodeName!;
    const node = committed.get("Node", name);
    // A node that has just been removed cannot be checked any more; its pods are collected.
    if (node === undefined) return;
    const counted = [...committed.podsOnNode(name)].filter(
      (other) => other.metadata.uid === pod.metadata.uid || !(hasEnded(other) || placed.has(other.metadata.uid!) || isForgotten(other)),
    );
    const sum = sumOf(counted);
    const asked = new Map([...sum].filter(([resource]) => (requested(pod).get(resource) ?? 0n) > 0n));
    const allocatable = allocatableOf(node);
    const over = exceeded(asked, allocatable);
    if (over.length === 0) return;
    const earlier = shrunk.get(name);
    if (earlier !== undefined && cluster.now - earlier.at <= MEMORY_OF_SHRINKING && exceeded(asked, earlier.before).length === 0) return;
    cluster.violated(node, `${overText(over, allocatable, asked)} after ${objectKey(pod)} was bound`);
  };

  return {
    committed: ({ type, kind, object, previous }) => {
      if (kind === "Node" && previous !== undefined && (previous as Node).status?.allocatable !== (object as Node).status?.allocatable) {
        shrunk.set(object.metadata.name, { at: cluster.now, before: allocatableOf(previous as Node) });
      }
      if (kind !== "Pod") return;
      const { nodeName } = (object as Pod).spec;
      if (nodeName === undefined) return;
      if (type === "ADDED") placed.add(object.metadata.uid!);
      else if (type === "DELETED") {
        placed.delete(object.metadata.uid!);
        unheard.delete(object.metadata.uid!);
      } else if ((previous as Pod).spec.nodeName === undefined && cluster.hasDefaultScheduler) {
        unheard.set(object.metadata.uid!, cluster.now);
        bound(object as Pod);
      }
    },
    delivered: ({ kind, object }, watcher) => {
      if (kind === "Pod" && (object as Pod).spec.nodeName !== undefined && watcher.startsWith(SCHEDULER))
        unheard.delete(object.metadata.uid!);
    },
    ended: () => {
      for (const node of committed.list("Node")) {
        const { name } = node.metadata;
        if (!cluster.isNodeUp(name) || !cluster.isSettled(committed.changedAt(node), committed.podsChangedAt(name))) continue;
        const running = sumOf([...committed.podsOnNode(name)].filter(({ status }) => status?.phase === "Running"));
        const allocatable = allocatableOf(node);
        const over = exceeded(running, allocatable);
        if (over.length > 0) cluster.violated(node, `${overText(over, allocatable, running)} run by the kubelet`);
      }
    },
  };
}

function allocatableOf({ status }: Node): Amounts {
  return amountsOf(status?.allocatable ?? status?.capacity ?? {});
}

function overText(over: readonly string[], available: Amounts, asked: Amounts): string {
  return over
    .map((name) => `expected pods that request at most ${amountText(name, available)}, found ${amountText(name, asked)}`)
    .join(", ");
}
