/**
 * Backup and restore of etcd: everything that is stored, at one moment. Objects are immutable, so that a snapshot is a list of them.
 *
 * Source: https://etcd.io/docs/v3.6/op-guide/recovery/ (versions of objects are part of what is restored).
 */
import { KINDS } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { ObjectReader } from "./object-store.js";
import type { Registry } from "./registry/registry.js";

export interface Snapshot {
  readonly revision: number;
  readonly objects: readonly ApiObject[];
}

export function takeSnapshot(objects: ObjectReader): Snapshot {
  return { revision: objects.revision, objects: KINDS.flatMap(({ kind }): ApiObject[] => [...objects.list(kind)]) };
}

/** Makes the store what it was: younger objects go, older states and lost objects come back with the versions that they had. */
export function restoreSnapshot(snapshot: Snapshot, objects: ObjectReader, registry: Registry): void {
  const identity = ({ kind, metadata }: ApiObject): string => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  const wanted = new Set(snapshot.objects.map(identity));
  for (const { kind } of KINDS) {
    for (const object of [...objects.list(kind)] as ApiObject[]) if (!wanted.has(identity(object))) registry.erase(object);
  }
  for (const object of snapshot.objects) {
    registry.putBack(object);
  }
}
