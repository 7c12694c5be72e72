/** A pod is bound once: spec.nodeName, once set, never changes. Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
import type { Pod } from "../../api/types/pod.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function podBoundOnce(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ kind, object, previous }) => {
      if (kind !== "Pod" || previous === undefined || previous.metadata.uid !== object.metadata.uid) return;
      const before = (previous as Pod).spec.nodeName;
      const after = (object as Pod).spec.nodeName;
      if (before === undefined || before === "" || after === before) return;
      cluster.violated(object, `expected spec.nodeName to stay ${before}, found ${after ?? "none"}`);
    },
  };
}
