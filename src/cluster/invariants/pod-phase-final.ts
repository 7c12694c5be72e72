/** A pod that has ended never runs again. Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase */
import type { Pod } from "../../api/types/pod.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { hasEnded } from "./pod-state.js";

export function podPhaseFinal(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Pod" || previous === undefined || previous.metadata.uid !== object.metadata.uid || !hasEnded(previous as Pod)) return;
      const before = (previous as Pod).status?.phase;
      const after = (object as Pod).status?.phase;
      if (after !== before) cluster.violated(object, `expected phase ${before ?? ""} to be the last, found ${after ?? "none"}`);
    },
  };
}
