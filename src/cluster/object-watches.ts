/** Watches of single objects, or of a kind's all, that come and go, over one informer a kind: kubectl's. */
import { objectKey, type Kind, type ObjectsByKind } from "../api/kinds.js";
import type { InformerFactory, Target } from "../control-plane/apiserver/client.js";

/** Ends a watch. */
export type StopWatching = () => void;

/** @param current undefined where the object was deleted */
export type ObjectChanged<K extends Kind> = (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void;

type AnyListener = ObjectChanged<Kind>;

/** In place of a key: all objects. */
const ALL = "*";

export class ObjectWatches {
  /** Listeners by key, for each kind that has ever been watched. */
  private readonly byKind = new Map<Kind, Map<string, Set<AnyListener>>>();

  constructor(private readonly informers: InformerFactory) {}

  watch<K extends Kind>({ kind, namespace, name }: Target<K>, changed: ObjectChanged<K>): StopWatching {
    return this.listen(kind, namespace === undefined || namespace === "" ? name : `${namespace}/${name}`, changed);
  }

  watchAll<K extends Kind>(kind: K, changed: ObjectChanged<K>): StopWatching {
    return this.listen(kind, ALL, changed);
  }

  private listen<K extends Kind>(kind: K, key: string, changed: ObjectChanged<K>): StopWatching {
    const listeners = this.listenersOf(kind);
    const listener = changed as unknown as AnyListener;
    const others = listeners.get(key);
    if (others === undefined) listeners.set(key, new Set([listener]));
    else others.add(listener);
    return () => {
      const left = listeners.get(key);
      left?.delete(listener);
      if (left?.size === 0) listeners.delete(key);
    };
  }

  private listenersOf(kind: Kind): Map<string, Set<AnyListener>> {
    const known = this.byKind.get(kind);
    if (known !== undefined) return known;
    const listeners = new Map<string, Set<AnyListener>>();
    this.byKind.set(kind, listeners);
    const tell = (current: ObjectsByKind[Kind] | undefined, last: ObjectsByKind[Kind]): void => {
      for (const listener of [...(listeners.get(objectKey(last)) ?? []), ...(listeners.get(ALL) ?? [])]) listener(current, last);
    };
    this.informers.informer(kind).addHandlers({
      added: (object) => {
        tell(object, object);
      },
      updated: (_, current) => {
        tell(current, current);
      },
      deleted: (last) => {
        tell(undefined, last);
      },
    });
    return listeners;
  }
}
