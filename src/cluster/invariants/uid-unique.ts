/**
 * A uid names one object for ever: an object keeps its own, with the time of its creation, and no other object gets it.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids
 */
import type { Invariant, ObservedCluster } from "./invariant.js";

export function uidUnique(cluster: ObservedCluster): Invariant {
  const owners = new Map<string, string>();
  for (const { kind, metadata } of cluster.committed.all()) owners.set(metadata.uid ?? "", `${kind} ${metadata.name}`);
  return {
    committed: ({ type, kind, key, object, previous }) => {
      const { uid, creationTimestamp } = object.metadata;
      const name = `${kind} ${key}`;
      if (uid === undefined || uid === "") cluster.violated(object, "expected a uid, found none");
      else if (type === "ADDED") {
        const owner = owners.get(uid);
        if (owner !== undefined) cluster.violated(object, `expected a uid that no object had, found that of ${owner}: ${uid}`);
        owners.set(uid, name);
      } else if (previous !== undefined && previous.metadata.uid !== uid) {
        cluster.violated(object, `expected uid ${previous.metadata.uid ?? ""} to stay, found ${uid}`);
      } else if (previous !== undefined && previous.metadata.creationTimestamp !== creationTimestamp) {
        cluster.violated(object, "expected creationTimestamp to stay, found another");
      }
    },
  };
}
