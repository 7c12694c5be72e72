/** What the API server has stored: the newest state of each object by kind, namespace and name, with pods found by node as well. */
import { KINDS, type Kind, type ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";

/** A stored object's place: it stays the same while the object changes. */
export interface StoreEntry {
  readonly key: string;
  object: ApiObject;
}

type Shelf = Map<string, Map<string, StoreEntry>>;

const NO_ENTRIES: readonly StoreEntry[] = [];

/** Read access for admission and recorders. */
export interface ObjectReader {
  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): ObjectsByKind[K] | undefined;
  /** In order of creation within each namespace. */
  list<K extends Kind>(kind: K, namespace?: string): Iterable<ObjectsByKind[K]>;
  count(kind: Kind): number;
  podsOnNode(node: string): Iterable<Pod>;
  /** Of the last change. */
  readonly revision: number;
}

export class ObjectStore implements ObjectReader {
  private readonly shelves = new Map<Kind, Shelf>(KINDS.map((info) => [info.kind, new Map()]));
  private readonly counts = new Map<Kind, number>(KINDS.map((info) => [info.kind, 0]));
  private readonly byNode = new Map<string, Set<StoreEntry>>();
  private lastRevision = 0;

  /** Revision of the last change. */
  get revision(): number {
    return this.lastRevision;
  }

  /** Goes on from another revision. */
  set revision(revision: number) {
    this.lastRevision = revision;
  }

  /** Starts a change. */
  nextRevision(): number {
    return ++this.lastRevision;
  }

  entry(kind: Kind, namespace: string | undefined, name: string): StoreEntry | undefined {
    return this.shelf(kind)
      .get(namespace ?? "")
      ?.get(name);
  }

  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): ObjectsByKind[K] | undefined {
    return this.entry(kind, namespace, name)?.object as ObjectsByKind[K] | undefined;
  }

  add(kind: Kind, object: ApiObject): StoreEntry {
    const { name } = object.metadata;
    const namespace = object.metadata.namespace ?? "";
    const shelf = this.shelf(kind);
    let inNamespace = shelf.get(namespace);
    if (inNamespace === undefined) shelf.set(namespace, (inNamespace = new Map<string, StoreEntry>()));
    const entry: StoreEntry = { key: namespace === "" ? name : `${namespace}/${name}`, object };
    inNamespace.set(name, entry);
    this.counts.set(kind, this.counts.get(kind)! + 1);
    if (kind === "Pod") this.moveToNode(entry, undefined, (object as Pod).spec.nodeName);
    return entry;
  }

  replace(kind: Kind, entry: StoreEntry, object: ApiObject): void {
    if (kind === "Pod") this.moveToNode(entry, (entry.object as Pod).spec.nodeName, (object as Pod).spec.nodeName);
    entry.object = object;
  }

  remove(kind: Kind, entry: StoreEntry): void {
    const { name, namespace } = entry.object.metadata;
    const shelf = this.shelf(kind);
    const inNamespace = shelf.get(namespace ?? "");
    if (inNamespace?.delete(name) !== true) return;
    if (inNamespace.size === 0) shelf.delete(namespace ?? "");
    this.counts.set(kind, this.counts.get(kind)! - 1);
    if (kind === "Pod") this.moveToNode(entry, (entry.object as Pod).spec.nodeName, undefined);
  }

  count(kind: Kind): number {
    return this.counts.get(kind)!;
  }

  *list<K extends Kind>(kind: K, namespace?: string): Iterable<ObjectsByKind[K]> {
    for (const entry of this.entries(kind, namespace)) yield entry.object as ObjectsByKind[K];
  }

  *entries(kind: Kind, namespace?: string): Iterable<StoreEntry> {
    const shelf = this.shelf(kind);
    if (namespace === undefined) for (const inNamespace of shelf.values()) yield* inNamespace.values();
    else yield* shelf.get(namespace)?.values() ?? [];
  }

  *podsOnNode(node: string): Iterable<Pod> {
    for (const entry of this.podEntriesOnNode(node)) yield entry.object as Pod;
  }

  podEntriesOnNode(node: string): Iterable<StoreEntry> {
    return this.byNode.get(node) ?? NO_ENTRIES;
  }

  private shelf(kind: Kind): Shelf {
    return this.shelves.get(kind)!;
  }

  private moveToNode(entry: StoreEntry, from: string | undefined, to: string | undefined): void {
    if (from === to) return;
    if (from !== undefined && from !== "") {
      const left = this.byNode.get(from);
      left?.delete(entry);
      if (left?.size === 0) this.byNode.delete(from);
    }
    if (to !== undefined && to !== "") {
      let joined = this.byNode.get(to);
      if (joined === undefined) this.byNode.set(to, (joined = new Set()));
      joined.add(entry);
    }
  }
}
