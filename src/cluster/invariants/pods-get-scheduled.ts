/**
 * No pod is forgotten: one that waits has been told why, and there is no node with room for it that would take it.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
 */
import { hasEnded } from "../../api/pod-phase.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import { isTolerated } from "../../scheduler/framework/tolerations.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isTerminating } from "./pod-state.js";
import { amountsOf, exceeded, sumOf } from "./requested-resources.js";

const SCHEDULER = "default-scheduler";

export function podsGetScheduled(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const waits = ({ spec, metadata }: Pod): boolean =>
    spec.nodeName === undefined && metadata.deletionTimestamp === undefined && (spec.schedulerName ?? SCHEDULER) === SCHEDULER;
  return {
    ended: () => {
      if (!cluster.hasDefaultScheduler) return;
      const waiting = [...committed.list("Pod")].filter(waits);
      for (const pod of waiting) {
        if (!cluster.isSettled(committed.changedAt(pod))) continue;
        const told = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
        if (told?.status !== "False") {
          cluster.violated(
            pod,
            `expected a node, or condition PodScheduled to say why there is none, found ${told?.status ?? "no condition"}`,
          );
        } else if (isPlain(pod)) {
          const node = [...committed.list("Node")].find((one) => hasRoom(cluster, one, pod, waiting));
          if (node !== undefined) cluster.violated(pod, `expected it to be bound, as node ${node.metadata.name} has had room for it`);
        }
      }
    },
  };
}

/** Whether nothing but requests, taints and the node's labels decide on where it may go. */
function isPlain({ spec }: Pod): boolean {
  const { affinity, topologySpreadConstraints, volumes = [], nodeSelector, schedulingGates, resourceClaims } = spec;
  const isBound =
    affinity !== undefined || nodeSelector !== undefined || topologySpreadConstraints !== undefined || resourceClaims !== undefined;
  const hasClaims = volumes.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined);
  const hasHostPorts =
    spec.hostNetwork === true || spec.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort !== undefined));
  return !isBound && !hasClaims && !hasHostPorts && (schedulingGates?.length ?? 0) === 0;
}

function hasRoom(cluster: ObservedCluster, node: Node, pod: Pod, waiting: readonly Pod[]): boolean {
  const { committed } = cluster;
  const { name } = node.metadata;
  if (!cluster.isSettled(committed.changedAt(node), committed.podsChangedAt(name))) return false;
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  if (node.spec.unschedulable === true || taints.some((taint) => !isTolerated(taint, pod.spec.tolerations ?? []))) return false;
  const there = [...committed.podsOnNode(name)].filter((other) => !hasEnded(other));
  // Anti-affinity of others keeps pods away as well.
  if (there.some((other) => other.spec.affinity?.podAntiAffinity !== undefined && !isTerminating(other))) return false;
  const nominated = waiting.filter((other) => other !== pod && other.status?.nominatedNodeName === name);
  return exceeded(sumOf([...there, ...nominated, pod]), amountsOf(node.status?.allocatable ?? {})).length === 0;
}
