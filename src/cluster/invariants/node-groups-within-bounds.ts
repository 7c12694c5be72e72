/**
 * A node group that grows and shrinks stays within its sizes: no machine is added beyond the greatest, and none is marked for deletion
 * where fewer than the least would be left. The update of a managed node group goes beyond the greatest size: groups that have been updated are not held to it.
 *
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md and core/scaledown/planner (NodeGroupSizeCheck).
 */
import type { Node } from "../../api/types/node.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isMarkedForDeletion, markedForDeletion } from "./scale-down-mark.js";

export function nodeGroupsWithinBounds(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  /** Groups whose machines have been replaced: a machine may join after the size has been put back. */
  const updated = new Set<string>();
  return {
    committed: ({ kind, type, object, previous }) => {
      if (kind !== "Node") return;
      const group = cluster.nodeGroupOf(object.metadata.name);
      if (group === undefined) return;
      const { id, minSize, maxSize, targetSize, members } = group;
      if (members.some(({ isLatest }) => !isLatest)) updated.add(id);
      if (type === "ADDED" && targetSize > maxSize && !updated.has(id)) {
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
