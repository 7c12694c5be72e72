/** Unneeded nodes are marked, so that pods rather go elsewhere. Source: cluster-autoscaler/core/scaledown/actuation/softtaint.go */
import type { Timestamp } from "../../api/types/meta.js";
import type { Node } from "../../api/types/node.js";
import { type ApiClient, targetOf } from "../apiserver/client.js";
import { DELETION_CANDIDATE, hasTaint, TO_BE_DELETED, withoutTaint, withTaint } from "./deletion-taints.js";

/**
 * Marks the unneeded nodes and takes the mark from others, in one look no more than so many.
 *
 * @param nodes of groups that are scaled
 * @returns whether there are more to mark
 */
export function markCandidates(
  client: ApiClient,
  nodes: readonly Node[],
  isUnneeded: (node: string) => boolean,
  most: number,
  now: Timestamp,
): boolean {
  const wrong = nodes.filter(
    (node) => !hasTaint(node, TO_BE_DELETED) && hasTaint(node, DELETION_CANDIDATE) !== isUnneeded(node.metadata.name),
  );
  // The mark is taken away first.
  const inOrder = [...wrong].sort((a, b) => Number(hasTaint(b, DELETION_CANDIDATE)) - Number(hasTaint(a, DELETION_CANDIDATE)));
  for (const node of inOrder.slice(0, most)) {
    const marked = isUnneeded(node.metadata.name);
    client.patch(targetOf<"Node">(node), (current) =>
      marked ? withTaint(current, DELETION_CANDIDATE, now) : withoutTaint(current, DELETION_CANDIDATE),
    );
  }
  return most > 0 && wrong.length > most;
}
