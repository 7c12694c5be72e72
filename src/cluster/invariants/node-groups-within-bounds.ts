/**
 * A node group that grows and shrinks stays within its sizes: no machine is added beyond the greatest, and none is marked for deletion
 * where fewer than the least would be left. The update of a managed node group raises the greatest size with the size that it wishes,
 * and lowers both together. A node of which the deletion failed keeps its mark where the API server did not answer either when the
 * autoscaler would have taken it back, and stays: marks from before a fault tell nothing.
 *
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md and core/scaledown/planner (NodeGroupSizeCheck);
 * CleanToBeDeleted in utils/taints/taints.go, which tries again after conflicts only, and cleanUpIfRequired in core/static_autoscaler.go,
 * which removes old marks once, when the autoscaler starts;
 * https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html ("Scale up phase", "Scale down phase").
 */
import type { Node } from "../../api/types/node.js";
import type { SimTime } from "../../engine/simulation.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isMarkedForDeletion, markedForDeletion } from "./scale-down-mark.js";

export function nodeGroupsWithinBounds(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  /** By name of the node. */
  const marked = new Map<string, SimTime>();
  return {
    committed: ({ kind, type, object, previous }) => {
      if (kind !== "Node") return;
      const group = cluster.nodeGroups.groupOf(object.metadata.name);
      if (group === undefined) return;
      const { id, minSize, maxSize, targetSize, members } = group;
      if (type === "ADDED" && targetSize > maxSize) {
        cluster.violated(object, `expected group ${id} to have at most ${maxSize} machines, found ${targetSize}`);
      }
      if (!markedForDeletion(previous as Node | undefined, object as Node)) return;
      marked.set(object.metadata.name, cluster.now);
      const going = members.filter(({ name }) => {
        const node = committed.get("Node", name);
        const since = marked.get(name);
        return node !== undefined && isMarkedForDeletion(node) && since !== undefined && cluster.isUndisturbed(since);
      });
      const left = targetSize - going.length;
      if (left < minSize)
        cluster.violated(object, `expected group ${id} to keep ${minSize} machines, found ${left} without those that are to go`);
    },
  };
}
