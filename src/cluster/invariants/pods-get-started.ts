/**
 * A kubelet that works has begun with each pod that is bound to its node, and a pod of which all containers are ready is Ready.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions
 */
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isActive, isReady } from "./pod-state.js";

export function podsGetStarted(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    ended: () => {
      for (const pod of committed.list("Pod")) {
        const { nodeName, readinessGates = [], containers } = pod.spec;
        const node = committed.get("Node", nodeName ?? "");
        if (node === undefined || !isActive(pod) || !cluster.isNodeUp(node.metadata.name)) continue;
        if (!cluster.isSettled(committed.changedAt(pod), committed.changedAt(node))) continue;
        const { containerStatuses = [], initContainerStatuses = [], phase, reason } = pod.status ?? {};
        if (containerStatuses.length + initContainerStatuses.length === 0 && reason === undefined) {
          cluster.violated(
            pod,
            `expected the kubelet of ${node.metadata.name} to have begun with it, found phase ${phase ?? "none"} and no container`,
          );
        }
        const isServing = containerStatuses.length === containers.length && containerStatuses.every(({ ready }) => ready);
        if (isServing && readinessGates.length === 0 && phase === "Running" && !isReady(pod)) {
          cluster.violated(pod, "expected it to be Ready with all of its containers ready, found it is not");
        }
      }
    },
  };
}
