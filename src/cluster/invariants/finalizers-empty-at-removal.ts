/** An object goes only when all of its finalizers are gone. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/ */
import type { Invariant, ObservedCluster } from "./invariant.js";

export function finalizersEmptyAtRemoval(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ type, object }) => {
      const { finalizers = [] } = object.metadata;
      if (type === "DELETED" && finalizers.length > 0) {
        cluster.violated(object, `expected it to stay until its finalizers are gone, found it removed with ${finalizers.join(", ")}`);
      }
    },
  };
}
