/** Status of a DaemonSet. Source: kubernetes pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus). */
import type { DaemonSet, Node, Pod, Timestamp } from "../../../api/types/index.js";
import { isPodAvailable, isPodReady } from "../pod-conditions.js";
import { byCreationAndPhase, isUpdated } from "./daemon-plan.js";
import { nodeFitness } from "./node-fitness.js";

export type DaemonSetStatus = NonNullable<DaemonSet["status"]>;

/** Counts of nodes by what is on them; of several pods of a node the oldest counts. */
export function countedDaemonStatus(
  daemonSet: DaemonSet,
  nodes: Iterable<Node>,
  podsOnNode: ReadonlyMap<string, Pod[]>,
  hash: string,
  now: Timestamp,
): DaemonSetStatus {
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
  let desired = 0;
  let scheduled = 0;
  let misscheduled = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const node of nodes) {
    const pods = podsOnNode.get(node.metadata.name);
    if (!nodeFitness(daemonSet, node).shouldRun) {
      if (pods !== undefined) misscheduled++;
      continue;
    }
    desired++;
    if (pods === undefined) continue;
    scheduled++;
    const [pod] = pods.sort(byCreationAndPhase);
    if (isPodReady(pod)) ready++;
    if (isPodAvailable(pod, minReadySeconds, now)) available++;
    if (isUpdated(pod, hash)) updated++;
  }
  return {
    ...daemonSet.status,
    currentNumberScheduled: scheduled,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: desired - available,
  };
}
