/** Taints of nodes and tolerations of pods. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
import type { Taint, Toleration } from "../../api/types/index.js";

export const NOT_READY = "node.kubernetes.io/not-ready";
export const UNREACHABLE = "node.kubernetes.io/unreachable";
export const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
export const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
export const MEMORY_PRESSURE = "node.kubernetes.io/memory-pressure";
export const DISK_PRESSURE = "node.kubernetes.io/disk-pressure";
export const PID_PRESSURE = "node.kubernetes.io/pid-pressure";
export const NETWORK_UNAVAILABLE = "node.kubernetes.io/network-unavailable";

/** The same key and effect, whatever the value: a node has at most one of those. */
export function matchesTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== "" && toleration.key !== taint.key) return false;
  return (
    toleration.operator === "Exists" || ((toleration.operator ?? "Equal") === "Equal" && (toleration.value ?? "") === (taint.value ?? ""))
  );
}
