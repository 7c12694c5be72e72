/** A namespace goes when nothing is left in it. Source: https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace */
import type { Invariant, ObservedCluster } from "./invariant.js";

export function namespaceEmptyAtRemoval(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ type, kind, object }) => {
      if (type !== "DELETED" || kind !== "Namespace") return;
      for (const left of cluster.committed.all()) {
        if (left.metadata.namespace !== object.metadata.name) continue;
        cluster.violated(object, `expected nothing in it when it goes, found ${left.kind} ${left.metadata.name}`);
      }
    },
  };
}
