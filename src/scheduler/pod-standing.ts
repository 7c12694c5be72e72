/** How far the scheduler has come with a pod that has no node in the API server. */
import type { Pod } from "../api/types/index.js";
import { DEFAULT_SCHEDULER_NAME } from "./configuration/build-profiles.js";
import type { Scheduler } from "./scheduler.js";

export interface PodStanding {
  /** "a node is chosen, but it is held back by Permit plugin Mine": the same for all pods that stand there */
  readonly text: string;
  /** Whether a node has been chosen, so that what earlier attempts came to does not count any more. */
  readonly hasNode: boolean;
}

/** Undefined where the pod stands in the queue, or the scheduler does not know it. */
export function podStanding({ cache, queue, waitingPods, profiles }: Scheduler, pod: Pod): PodStanding | undefined {
  const { schedulerName = DEFAULT_SCHEDULER_NAME } = pod.spec;
  if (!profiles.has(schedulerName)) return { text: `no scheduler is called ${schedulerName}`, hasNode: false };
  const uid = pod.metadata.uid ?? "";
  if (cache.isAssumed(uid)) {
    const held = waitingPods.heldBy(uid);
    const text = held.length === 0 ? "not bound yet" : `held back by Permit plugin${held.length === 1 ? "" : "s"} ${held.join(", ")}`;
    return { text: `a node is chosen, but it is ${text}`, hasNode: true };
  }
  const gate = queue.get(uid)?.gatedBy;
  return gate === undefined ? undefined : { text: `PreEnqueue plugin ${gate} keeps it out of the queue`, hasNode: false };
}
