/** A component's informer: its handlers over a view that it shares with all informers whose watch is up to date. */
import type { ApiObject } from "../../api/types/meta.js";
import type { Change } from "./change.js";
import type { Informer, InformerHandlers } from "./client.js";
import { type IndexFunction, ObjectView } from "./object-view.js";

function byNamespace(object: ApiObject): readonly string[] {
  return [object.metadata.namespace ?? ""];
}

export class WatchInformer<T extends ApiObject = ApiObject> implements Informer<T> {
  private readonly handlers: InformerHandlers<T>[] = [];
  private readonly indexes = new Map<string, IndexFunction<T>>();
  private view = new ObjectView<T>();
  private following = false;
  private waiting: (() => void)[] = [];
  /** Changes up to this revision are not told, since the informer has seen it before etcd went back; undefined: it is as others are. */
  private ahead: number | undefined;

  /** @param host machine of the component */
  constructor(
    readonly component: string,
    readonly host: string | undefined,
  ) {}

  /** Whether changes are being delivered: the first list has arrived and the watch stands. */
  get isFollowing(): boolean {
    return this.following;
  }

  get lastSyncResourceVersion(): number {
    return this.view.revision;
  }

  /** Whether it watches from a revision that lies before the store, with a cache of its own. */
  get isAhead(): boolean {
    return this.ahead !== undefined;
  }

  get size(): number {
    return this.view.size;
  }

  get(key: string): T | undefined {
    return this.view.get(key);
  }

  list(): Iterable<T> {
    return this.view.values();
  }

  inNamespace(namespace: string): Iterable<T> {
    this.view.addIndex(byNamespace);
    return this.view.find(byNamespace, namespace);
  }

  byIndex(index: string, value: string): Iterable<T> {
    const values = this.indexes.get(index);
    if (values === undefined) throw new Error(`informer of ${this.component} has no index "${index}": add it with addIndex`);
    return this.view.find(values, value);
  }

  addHandlers(handlers: InformerHandlers<T>): void {
    this.handlers.push(handlers);
    if (handlers.added === undefined) return;
    for (const object of [...this.view.values()]) handlers.added(object);
  }

  addIndex(name: string, values: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    this.indexes.set(name, values);
    this.view.addIndex(values);
  }

  whenFollowing(action: () => void): void {
    if (this.following) action();
    else this.waiting.push(action);
  }

  private tellWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const action of waiting) action();
  }

  /** Handlers are told of a change that the shared view already has. */
  deliver(previous: T | undefined, current: T | undefined): void {
    for (const { added, updated, deleted } of this.handlers) {
      if (current === undefined) deleted?.(previous!);
      else if (previous === undefined) added?.(current);
      else updated?.(previous, current);
    }
  }

  /** The watch breaks: the cache stays as it is until {@link follow}. */
  detach(): void {
    if (!this.following) return;
    this.following = false;
    if (this.ahead === undefined) this.view = this.view.clone();
    this.ahead = undefined;
  }

  /**
   * The watch goes on from a revision that the store has yet to reach: until then nothing is told, and what changed meanwhile is missed.
   */
  followFrom(revision: number): void {
    this.following = true;
    this.ahead = revision;
    this.tellWaiting();
  }

  /** Takes a change into the cache of an informer that {@link isAhead}. Returns whether it was told. */
  deliverAlone({ revision, type, key, object }: Change): boolean {
    if (revision <= this.ahead!) return false;
    const current = object as T;
    const previous = type === "DELETED" ? this.view.delete(key) : this.view.set(key, current);
    if (previous === undefined && type === "DELETED") return false;
    this.deliver(previous, type === "DELETED" ? undefined : current);
    return true;
  }

  /** A list has arrived: the difference to the own cache is told to the handlers, and from now on the shared view is followed. */
  follow(shared: ObjectView<T>): void {
    if (this.following) return;
    const own = this.view;
    this.view = shared;
    this.following = true;
    for (const values of this.indexes.values()) shared.addIndex(values);
    for (const [key, current] of [...shared.entries()]) {
      const previous = own.get(key);
      if (previous === current) continue;
      // Another object may have taken the name meanwhile: kubelets and controllers upstream tell them apart by their uids.
      const isAnother = previous !== undefined && previous.metadata.uid !== current.metadata.uid;
      if (isAnother) this.deliver(previous, undefined);
      this.deliver(isAnother ? undefined : previous, current);
    }
    for (const [key, previous] of own.entries()) if (shared.get(key) === undefined) this.deliver(previous, undefined);
    this.tellWaiting();
  }
}
