/**
 * Why a pod fits nowhere, in upstream's words.
 *
 * Source of the text: pkg/scheduler/framework/types.go (FitError)
 */
import type { NodeToStatus } from "./plugin.js";
import type { Status } from "./status.js";

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
  /** Of these, the plugins that answered Pending; absent where there are none. */
  readonly pendingPlugins?: ReadonlySet<string>;
  /** Statuses by node, worked out on request: preemption needs them, an event text does not. */
  readonly statuses: () => NodeToStatus;
}

/** The same for a pod that Reserve or Permit rejected after its node was chosen: the one node was not available. */
export function rejectionMessage({ reasons }: Status): string {
  return fitErrorMessage({ nodeCount: 1, reasonCounts: new Map(reasons.map((reason) => [reason, 1])) });
}

/** "0/N nodes are available: ...", with what PostFilter said after it. */
export function fitErrorMessage(
  diagnosis: Pick<Diagnosis, "nodeCount" | "reasonCounts" | "preFilterMessage">,
  postFilterMessage = "",
): string {
  let message = `0/${diagnosis.nodeCount} nodes are available:`;
  if (diagnosis.preFilterMessage !== undefined) message += ` ${diagnosis.preFilterMessage}.`;
  else {
    const counted = [...(diagnosis.reasonCounts ?? [])].map(([reason, count]) => `${count} ${reason}`).sort();
    if (counted.length > 0) message += ` ${counted.join(", ")}.`;
  }
  return postFilterMessage === "" ? message : `${message} ${postFilterMessage}`;
}
