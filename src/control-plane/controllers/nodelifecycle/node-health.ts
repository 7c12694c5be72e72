/**
 * Conditions of a node that sends no heartbeats.
 *
 * Source: https://kubernetes.io/docs/reference/node/node-status/#heartbeats and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth).
 */
import type { Condition, Node, Timestamp } from "../../../api/types/index.js";

/** Conditions that a kubelet posts and that nobody knows any more when it is silent. */
const HEARTBEAT_CONDITIONS = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** The node with its conditions Unknown; the same object where they are already. @param now in whole seconds */
export function withUnknownConditions(node: Node, now: Timestamp): Node {
  const present = node.status?.conditions ?? [];
  let changed = false;
  const conditions = present.map((condition): Condition => {
    if (!HEARTBEAT_CONDITIONS.includes(condition.type) || condition.status === "Unknown") return condition;
    changed = true;
    return {
      ...condition,
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
      lastTransitionTime: now,
    };
  });
  for (const type of HEARTBEAT_CONDITIONS) {
    if (present.some((condition) => condition.type === type)) continue;
    changed = true;
    conditions.push({
      type,
      status: "Unknown",
      reason: "NodeStatusNeverUpdated",
      message: "Kubelet never posted node status.",
      lastTransitionTime: now,
      ...(node.metadata.creationTimestamp !== undefined && { lastHeartbeatTime: node.metadata.creationTimestamp }),
    });
  }
  return changed ? { ...node, status: { ...node.status, conditions } } : node;
}

export function readyCondition(node: Node): Condition | undefined {
  return node.status?.conditions?.find(({ type }) => type === "Ready");
}
