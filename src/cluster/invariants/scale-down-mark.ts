/** The mark that the cluster autoscaler sets on a node before it drains and deletes it. */
import type { Node } from "../../api/types/node.js";
import { hasTaint, TO_BE_DELETED } from "../../control-plane/cluster-autoscaler/deletion-taints.js";

export function isMarkedForDeletion(node: Node): boolean {
  return hasTaint(node, TO_BE_DELETED);
}

/** Whether the change has set the mark. */
export function markedForDeletion(previous: Node | undefined, node: Node): boolean {
  return isMarkedForDeletion(node) && (previous === undefined || !isMarkedForDeletion(previous));
}
