/** Writing of taints. Source: kubernetes pkg/controller/util/node/controller_utils.go (SwapNodeControllerTaint), pkg/controller/controller_utils.go. */
import type { Node, Taint, Timestamp } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { matchesTaint } from "../taints.js";
import type { Task } from "../task.js";

function withTaints(node: Node, add: readonly Taint[], remove: readonly Taint[]): Node {
  const present = node.spec.taints ?? [];
  const missing = add.filter((taint) => !present.some((other) => matchesTaint(taint, other)));
  const kept = present.filter((taint) => !remove.some((other) => matchesTaint(taint, other)));
  if (missing.length === 0 && kept.length === present.length) return node;
  return { ...node, spec: { ...node.spec, taints: [...kept, ...missing] } };
}

/**
 * Puts taints on a node and takes others off. Each of the two reads the node anew and then patches it, which is two requests.
 *
 * @param now in whole seconds
 */
export function* swapTaints(calls: ApiCalls, node: Node, add: readonly Taint[], remove: readonly Taint[], now: Timestamp): Task<void> {
  if (add.length > 0) {
    const stamped = add.map((taint) => ({ ...taint, timeAdded: now }));
    const current = yield* calls.get<"Node">(targetOf<"Node">(node));
    if (withTaints(current, stamped, []) !== current)
      yield* calls.patch<"Node">(targetOf<"Node">(node), (latest) => withTaints(latest, stamped, []));
  }
  if (remove.some((taint) => node.spec.taints?.some((other) => matchesTaint(taint, other)))) {
    const current = yield* calls.get<"Node">(targetOf<"Node">(node));
    if (withTaints(current, [], remove) !== current)
      yield* calls.patch<"Node">(targetOf<"Node">(node), (latest) => withTaints(latest, [], remove));
  }
}
