/**
 * An owner reference names an object that is there, or the garbage collector is about to see to it; and the collector leaves alone
 * what has an owner.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject, OwnerReference } from "../../api/types/meta.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { storedTarget } from "./stored-target.js";

const COLLECTOR = "system:serviceaccount:kube-system:generic-garbage-collector";
const FOREGROUND = "foregroundDeletion";
/** Kinds that the collector does not look at. Source: DefaultIgnoredResources in pkg/controller/garbagecollector. */
const UNCOLLECTED: ReadonlySet<string> = new Set(["Event", "Lease"]);

export function ownerReferencesResolve(cluster: ObservedCluster): Invariant {
  const { committed, stored } = cluster;

  /** The owner as it is stored at this moment. */
  const storedOwner = (dependent: ApiObject, { kind, name, uid }: OwnerReference): ApiObject | undefined => {
    const info = kindInfo(kind);
    if (info === undefined) return undefined;
    const owner: ApiObject | undefined = stored.get(info.kind, info.namespaced ? dependent.metadata.namespace : undefined, name);
    return owner?.metadata.uid === uid ? owner : undefined;
  };

  return {
    handling: ({ caller, verb, target }) => {
      if (verb !== "delete" || caller.user !== COLLECTOR) return undefined;
      const object = storedTarget(stored, target);
      if (object === undefined) return undefined;
      const owner = (object.metadata.ownerReferences ?? [])
        .map((reference) => storedOwner(object, reference))
        .find((one) => one !== undefined && !isDeletedInForeground(one));
      if (owner === undefined) return undefined;
      return (accepted) => {
        if (!accepted) return;
        cluster.violated(
          object,
          `expected the garbage collector to leave it to its owner ${owner.kind} ${owner.metadata.name}, found it deleted`,
        );
      };
    },
    ended: () => {
      for (const object of committed.all()) {
        if (UNCOLLECTED.has(object.kind) || object.metadata.deletionTimestamp !== undefined) continue;
        for (const { kind, name, uid } of object.metadata.ownerReferences ?? []) {
          if (kindInfo(kind) === undefined || committed.byUid(uid) !== undefined) continue;
          if (!cluster.isSettled(committed.changedAt(object), committed.removedAt(uid))) continue;
          cluster.violated(
            object,
            `expected its owner ${kind} ${name} (${uid}) to exist, or to be forgotten, or the object to be collected`,
          );
        }
      }
    },
  };
}

function isDeletedInForeground({ metadata }: ApiObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true;
}
