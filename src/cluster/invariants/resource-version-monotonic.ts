/**
 * resourceVersions grow: in the store from change to change, and for each watcher from delivery to delivery.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
import type { Invariant, ObservedCluster } from "./invariant.js";

export function resourceVersionMonotonic(cluster: ObservedCluster): Invariant {
  let last = cluster.stored.revision;
  const delivered = new Map<string, Map<string, number>>();
  return {
    committed: ({ type, object, previous, revision }) => {
      if (revision <= last) cluster.violated(object, `expected a revision above ${last}, found ${revision}`);
      last = revision;
      const version = object.metadata.resourceVersion;
      if (type !== "DELETED" && version !== String(revision)) {
        cluster.violated(object, `expected resourceVersion ${revision}, found ${version ?? "none"}`);
      }
      const before = Number(previous?.metadata.resourceVersion ?? 0);
      if (before >= revision) cluster.violated(object, `expected a revision above that of the object before, ${before}, found ${revision}`);
    },
    delivered: ({ kind, object, revision }, watcher) => {
      let kinds = delivered.get(watcher);
      if (kinds === undefined) delivered.set(watcher, (kinds = new Map<string, number>()));
      const before = kinds.get(kind) ?? 0;
      // Several informers of a process may watch one kind: each change comes once to each of them.
      if (revision < before) cluster.violated(object, `expected ${watcher} to see revisions from ${before} on, found ${revision}`);
      kinds.set(kind, revision);
    },
  };
}
