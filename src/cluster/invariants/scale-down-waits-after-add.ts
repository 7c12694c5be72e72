/**
 * The cluster autoscaler takes no node away for some time after it has made a group grow: the new nodes are for pods that may still have to
 * find their places. Marks that it decided on before the group grew may come a little later.
 *
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md (--scale-down-delay-after-add) and
 * isScaleDownInCooldown in core/static_autoscaler.go.
 */
import type { Node } from "../../api/types/node.js";
import { MINUTE, type SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { markedForDeletion } from "./scale-down-mark.js";

/** The marks of one decision follow each other at the pace of the autoscaler's client (5 requests a second, 10 nodes at most). */
const LATEST_MARK: SimTime = MINUTE;

export function scaleDownWaitsAfterAdd(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Node" || !markedForDeletion(previous as Node | undefined, object as Node)) return;
      const { lastScaleUp, scaleDownDelayAfterAdd } = cluster.nodeGroups;
      const since = cluster.now - lastScaleUp;
      if (since <= LATEST_MARK || since >= scaleDownDelayAfterAdd || !cluster.isUndisturbed(lastScaleUp)) return;
      cluster.violated(
        object,
        `expected it to stay for ${scaleDownDelayAfterAdd / MINUTE} min after a scale-up, found it marked for deletion`,
      );
    },
  };
}
