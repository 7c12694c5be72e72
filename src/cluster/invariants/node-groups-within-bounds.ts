/**
 * A node group that grows and shrinks stays within its sizes: no machine is added beyond the greatest, and none is marked for deletion
 * where fewer than the least would be left. The update of a managed node group raises the greatest size with the size that it wishes,
 * and lowers both together.
 *
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md and core/scaledown/planner (NodeGroupSizeCheck);
 * https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html ("Scale up phase", "Scale down phase").
 */
import type { Node } from "../../api/types/node.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isMarkedForDeletion, markedForDeletion } from "./scale-down-mark.js";

export function nodeGroupsWithinBounds(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    committed: ({ kind, type, object, previous }) => {
      if (kind !== "Node") return;
      const group = cluster.nodeGroupOf(object.metadata.name);
      if (group === undefined) return;
      const { id, minSize, maxSize, targetSize, members } = group;
      if (type === "ADDED" && targetSize > maxSize) {
        cluster.violated(object, `expected group ${id} to have at most ${maxSize} machines, found ${targetSize}`);
      }
      if (!markedForDeletion(previous as Node | undefined, object as Node)) return;
      const going = members.filter(({ name }) => {
        const node = committed.get("Node", name);
        return node !== undefined && isMarkedForDeletion(node);
      });
      const left = targetSize - going.length;
      if (left < minSize)
        cluster.violated(object, `expected group ${id} to keep ${minSize} machines, found ${left} without those that are to go`);
    },
  };
}
