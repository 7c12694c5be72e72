/** Objects as an API server would show them to a component that only watches: each change arrives at once. */
import type { Kind, ObjectsByKind } from "../../src/api/kinds.js";
import { objectKey } from "../../src/api/kinds.js";
import type { ApiObject } from "../../src/api/types/meta.js";
import type {
  ApiClient,
  ApiServerEndpoint,
  Informer,
  InformerFactory,
  InformerHandlers,
} from "../../src/control-plane/apiserver/client.js";

class WatchedKind<T extends ApiObject> implements Informer<T> {
  private readonly objects = new Map<string, T>();
  private readonly handlers: InformerHandlers<T>[] = [];

  get size(): number {
    return this.objects.size;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  list(): Iterable<T> {
    return this.objects.values();
  }

  inNamespace(namespace: string): Iterable<T> {
    return [...this.objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  byIndex(): Iterable<T> {
    throw new Error("no index here");
  }

  addIndex(): void {
    throw new Error("no index here");
  }

  addHandlers(handlers: InformerHandlers<T>): void {
    this.handlers.push(handlers);
    for (const object of this.objects.values()) handlers.added?.(object);
  }

  apply(object: T): void {
    const key = objectKey(object);
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    for (const { added, updated } of this.handlers) {
      if (previous === undefined) added?.(object);
      else updated?.(previous, object);
    }
  }

  remove(object: T): void {
    const key = objectKey(object);
    const last = this.objects.get(key);
    if (last === undefined) return;
    this.objects.delete(key);
    for (const { deleted } of this.handlers) deleted?.(last);
  }
}

export class WatchedObjects implements ApiServerEndpoint {
  private readonly kinds = new Map<Kind, WatchedKind<ApiObject>>();

  connect(): ApiClient {
    throw new Error("these objects are only watched");
  }

  informers(): InformerFactory {
    return { informer: <K extends Kind>(kind: K) => this.kind(kind) as unknown as Informer<ObjectsByKind[K]> };
  }

  apply(...objects: ObjectsByKind[Kind][]): void {
    for (const object of objects) this.kind(object.kind).apply(object);
  }

  remove(...objects: ObjectsByKind[Kind][]): void {
    for (const object of objects) this.kind(object.kind).remove(object);
  }

  private kind(kind: Kind): WatchedKind<ApiObject> {
    let watched = this.kinds.get(kind);
    if (watched === undefined) this.kinds.set(kind, (watched = new WatchedKind()));
    return watched;
  }
}
