/** Read access to the objects that plugins need beside pods and nodes. An informer factory satisfies it, and so does a plain list in tests. */
import { objectKey, type Kind, type ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/index.js";

export interface ObjectLister<T> {
  /** "namespace/name", or "name" for cluster-scoped kinds. */
  get(key: string): T | undefined;
  list(): Iterable<T>;
  inNamespace(namespace: string): Iterable<T>;
}

export interface Listers {
  informer<K extends Kind>(kind: K): ObjectLister<ObjectsByKind[K]>;
}

/** Listers over lists that do not change, as of a snapshot in a file. */
export function listersOf(objects: Iterable<ApiObject>): Listers {
  const byKind = new Map<string, Map<string, ApiObject>>();
  for (const object of objects) {
    let keys = byKind.get(object.kind);
    if (keys === undefined) byKind.set(object.kind, (keys = new Map<string, ApiObject>()));
    keys.set(objectKey(object), object);
  }
  return {
    informer: <K extends Kind>(kind: K): ObjectLister<ObjectsByKind[K]> => {
      const keys = (byKind.get(kind) ?? new Map<string, ApiObject>()) as Map<string, ObjectsByKind[K]>;
      return {
        get: (key) => keys.get(key),
        list: () => keys.values(),
        inNamespace: (namespace) => [...keys.values()].filter((object) => (object as ApiObject).metadata.namespace === namespace),
      };
    },
  };
}
