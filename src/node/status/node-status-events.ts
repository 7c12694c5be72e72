/**
 * The Events by which a kubelet tells what has become of its node.
 *
 * Source: pkg/kubelet/kubelet_node_status.go (recordNodeStatusEvent, recordNodeSchedulableEvent), pkg/kubelet/nodestatus/setters.go,
 * pkg/kubelet/events/event.go.
 */
import type { Condition } from "../../api/types/meta.js";
import type { NodePressures } from "./node-object.js";

/** Reasons of the events by condition: of one that holds, and of one that does not. */
const REASONS = [
  ["MemoryPressure", "NodeHasInsufficientMemory", "NodeHasSufficientMemory"],
  ["DiskPressure", "NodeHasDiskPressure", "NodeHasNoDiskPressure"],
  ["PIDPressure", "NodeHasInsufficientPID", "NodeHasSufficientPID"],
  ["Ready", "NodeReady", "NodeNotReady"],
] as const;

/** What a kubelet that runs, with these pressures, tells where these conditions are stored. */
export function conditionEvents(stored: readonly Condition[] | undefined, { memory, disk, pid }: NodePressures): readonly string[] {
  const holding = [memory, disk, pid, true];
  return REASONS.flatMap(([type, reasonIf, reasonUnless], index) => {
    const holds = holding[index];
    const before = stored?.find((condition) => condition.type === type)?.status;
    if (before === (holds ? "True" : "False")) return [];
    return [holds ? reasonIf : reasonUnless];
  });
}

export function statusMessage(node: string, reason: string): string {
  return `Node ${node} status is now: ${reason}`;
}

export const STARTING = { reason: "Starting", message: "Starting kubelet." } as const;
export const ALLOCATABLE_ENFORCED = { reason: "NodeAllocatableEnforced", message: "Updated Node Allocatable limit across pods" } as const;

export function rebooted(node: string, bootID: string): { readonly reason: string; readonly message: string } {
  return { reason: "Rebooted", message: `Node ${node} has been rebooted, boot id: ${bootID}` };
}
