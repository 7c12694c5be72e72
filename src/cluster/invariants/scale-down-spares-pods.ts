/**
 * The cluster autoscaler takes no node away that has a pod which may not be evicted: one that says so, or one that nobody would replace.
 *
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md ("What types of pods can prevent CA from removing a
 * node?"). A pod that has come or changed since the autoscaler looked may be there.
 */
import { controllerOf } from "../../api/owner-references.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import { SAFE_TO_EVICT } from "../../control-plane/cluster-autoscaler/drainability.js";
import { isDaemonPod, isMirrorPod } from "../../control-plane/cluster-autoscaler/node-template.js";
import { MINUTE, type SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive } from "./pod-state.js";
import { markedForDeletion } from "./scale-down-mark.js";

/** Six of the autoscaler's looks (--scan-interval, 10 s). */
const LATEST_LOOK: SimTime = MINUTE;

export function scaleDownSparesPods(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Node" || !markedForDeletion(previous as Node | undefined, object as Node)) return;
      for (const pod of committed.podsOnNode(object.metadata.name)) {
        if (mayBeEvicted(pod) || cluster.now - committed.changedAt(pod) <= LATEST_LOOK) continue;
        const { namespace = "", name } = pod.metadata;
        cluster.violated(object, `expected it to stay for pod ${namespace}/${name}, which may not be evicted`);
      }
    },
  };
}

function mayBeEvicted(pod: Pod): boolean {
  if (!isActive(pod) || isMirrorPod(pod) || isDaemonPod(pod)) return true;
  const isSafe = pod.metadata.annotations?.[SAFE_TO_EVICT];
  return isSafe === "true" || (isSafe !== "false" && controllerOf(pod) !== undefined);
}
