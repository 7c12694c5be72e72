/**
 * Taints that follow from a node's conditions.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go (nodeConditionToTaintKeyStatusMap, doNoScheduleTaintingPass).
 */
import type { Condition, Node, Taint } from "../../../api/types/index.js";
import { conditionOf } from "../conditions.js";
import {
  DISK_PRESSURE,
  matchesTaint,
  MEMORY_PRESSURE,
  NETWORK_UNAVAILABLE,
  NOT_READY,
  PID_PRESSURE,
  UNREACHABLE,
  UNSCHEDULABLE,
} from "../taints.js";

const TAINT_OF_CONDITION: readonly { readonly type: string; readonly status: Condition["status"]; readonly key: string }[] = [
  { type: "Ready", status: "False", key: NOT_READY },
  { type: "Ready", status: "Unknown", key: UNREACHABLE },
  { type: "MemoryPressure", status: "True", key: MEMORY_PRESSURE },
  { type: "DiskPressure", status: "True", key: DISK_PRESSURE },
  { type: "NetworkUnavailable", status: "True", key: NETWORK_UNAVAILABLE },
  { type: "PIDPressure", status: "True", key: PID_PRESSURE },
];

const MANAGED_KEYS = new Set([...TAINT_OF_CONDITION.map(({ key }) => key), UNSCHEDULABLE]);

export interface TaintChanges {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

/** NoSchedule taints to put on and to take off, so that they say what the conditions say; others' taints are left alone. */
export function noScheduleTaintChanges(node: Node): TaintChanges {
  const conditions = node.status?.conditions;
  const keys = TAINT_OF_CONDITION.filter(({ type, status }) => conditionOf(conditions, type)?.status === status).map(({ key }) => key);
  if (node.spec.unschedulable === true) keys.push(UNSCHEDULABLE);
  const wished = keys.map((key): Taint => ({ key, effect: "NoSchedule" }));
  const present = (node.spec.taints ?? []).filter(({ key, effect }) => effect === "NoSchedule" && MANAGED_KEYS.has(key));
  return {
    add: wished.filter((taint) => !present.some((other) => matchesTaint(taint, other))),
    remove: present.filter((taint) => !wished.some((other) => matchesTaint(taint, other))),
  };
}

/** The NoExecute taint that evicts pods from a node with that Ready status, and the one that it replaces; undefined for a ready node. */
export function noExecuteTaint(ready: Condition["status"] | undefined): { readonly add: Taint; readonly remove: Taint } | undefined {
  const notReady: Taint = { key: NOT_READY, effect: "NoExecute" };
  const unreachable: Taint = { key: UNREACHABLE, effect: "NoExecute" };
  if (ready === "False") return { add: notReady, remove: unreachable };
  return ready === "True" ? undefined : { add: unreachable, remove: notReady };
}

/** Taints by which pods are evicted from a node that is not well. */
export const EVICTION_TAINTS: readonly Taint[] = [
  { key: UNREACHABLE, effect: "NoExecute" },
  { key: NOT_READY, effect: "NoExecute" },
];

export function hasTaint(node: Node, taint: Taint): boolean {
  return node.spec.taints?.some((other) => matchesTaint(taint, other)) === true;
}
