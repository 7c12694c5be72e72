/**
 * Why a pod fits nowhere, in upstream's words.
 *
 * Source of the text: pkg/scheduler/framework/types.go (FitError)
 */
import type { NodeToStatus } from "./plugin.js";

/** Text where the cluster has no node at all: pkg/scheduler/schedule_one.go (ErrNoNodesAvailable) */
export const NO_NODES_AVAILABLE = "no nodes available to schedule pods";

/** What a failed cycle found out. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** Nodes by reason; absent where PreFilter rejected the pod. */
  readonly reasonCounts?: ReadonlyMap<string, number>;
  /** Where PreFilter rejected the pod. */
  readonly preFilterMessage?: string;
  /** Plugins that rejected the pod, on any node. */
  readonly unschedulablePlugins: ReadonlySet<string>;
  /** Statuses by node, worked out on request: preemption needs them, an event text does not. */
  readonly statuses: () => NodeToStatus;
}

/** "0/N nodes are available: ...", with what PostFilter said after it. */
export function fitErrorMessage(diagnosis: Pick<Diagnosis, "nodeCount" | "reasonCounts" | "preFilterMessage">, postFilterMessage = ""): string {
  let message = `0/${diagnosis.nodeCount} nodes are available:`;
  if (diagnosis.preFilterMessage !== undefined) message += ` ${diagnosis.preFilterMessage}.`;
  else {
    const counted = [...(diagnosis.reasonCounts ?? [])].map(([reason, count]) => `${count} ${reason}`).sort();
    if (counted.length > 0) message += ` ${counted.join(", ")}.`;
  }
  return postFilterMessage === "" ? message : `${message} ${postFilterMessage}`;
}
