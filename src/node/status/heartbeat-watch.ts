/** Hands changes of heartbeats to the kubelet that they concern: one listener for all, instead of one for each. */
import type { NodeHeartbeats } from "../../control-plane/apiserver/heartbeats.js";

const listeners = new WeakMap<NodeHeartbeats, Map<string, () => void>>();

/** Calls back when renewals of that node begin or stop arriving. A later call for the same node replaces an earlier one. */
export function onRenewalsChange(heartbeats: NodeHeartbeats, node: string, listener: () => void): void {
  let byNode = listeners.get(heartbeats);
  if (byNode === undefined) {
    const map = new Map<string, () => void>();
    listeners.set(heartbeats, (byNode = map));
    heartbeats.onChange((changed) => map.get(changed)?.());
  }
  byNode.set(node, listener);
}
