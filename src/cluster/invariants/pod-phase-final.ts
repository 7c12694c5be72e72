/**
 * A pod that has ended never runs again. How it ended may be corrected: the pod garbage collector takes a pod for failed whose node is
 * gone, and a kubelet that still runs there reports how its containers really exited (generateAPIPodStatus in
 * pkg/kubelet/kubelet_pods.go). Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
import type { Pod } from "../../api/types/pod.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { hasEnded } from "./pod-state.js";

export function podPhaseFinal(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Pod" || previous === undefined || previous.metadata.uid !== object.metadata.uid || !hasEnded(previous as Pod)) return;
      const { phase } = (object as Pod).status ?? {};
      if (!hasEnded(object as Pod)) cluster.violated(object, `expected phase Succeeded or Failed for good, found ${phase ?? "none"}`);
    },
  };
}
