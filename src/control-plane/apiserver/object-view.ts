/** A cache of the objects of one kind as watches have delivered them, with indexes. */
import type { ApiObject } from "../../api/types/meta.js";

export type IndexFunction<T extends ApiObject> = (object: T) => readonly string[];
type Bucket<T> = Map<string, T>;

const NO_OBJECTS: readonly never[] = [];

export class ObjectView<T extends ApiObject = ApiObject> {
  /** Revision of the store up to which changes of the kind are in the view. */
  revision = 0;
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<IndexFunction<T>, Map<string, Bucket<T>>>();

  get size(): number {
    return this.objects.size;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  values(): Iterable<T> {
    return this.objects.values();
  }

  entries(): Iterable<[string, T]> {
    return this.objects.entries();
  }

  addIndex(values: IndexFunction<T>): void {
    if (this.indexes.has(values)) return;
    const buckets = new Map<string, Bucket<T>>();
    this.indexes.set(values, buckets);
    for (const [key, object] of this.objects) for (const value of values(object)) put(buckets, value, key, object);
  }

  find(values: IndexFunction<T>, value: string): Iterable<T> {
    return this.indexes.get(values)?.get(value)?.values() ?? NO_OBJECTS;
  }

  /** Stores the object and returns the one that it replaces. */
  set(key: string, object: T): T | undefined {
    const previous = this.objects.get(key);
    this.objects.set(key, object);
    for (const [values, buckets] of this.indexes) {
      const after = values(object);
      if (previous !== undefined) for (const value of values(previous)) if (!after.includes(value)) take(buckets, value, key);
      for (const value of after) put(buckets, value, key, object);
    }
    return previous;
  }

  delete(key: string): T | undefined {
    const previous = this.objects.get(key);
    if (previous === undefined) return undefined;
    this.objects.delete(key);
    for (const [values, buckets] of this.indexes) for (const value of values(previous)) take(buckets, value, key);
    return previous;
  }

  /** A view of the same objects, with the same indexes, that no longer follows this one. */
  clone(): ObjectView<T> {
    const copy = new ObjectView<T>();
    copy.revision = this.revision;
    for (const [key, object] of this.objects) copy.objects.set(key, object);
    for (const values of this.indexes.keys()) copy.addIndex(values);
    return copy;
  }
}

function put<T>(buckets: Map<string, Bucket<T>>, value: string, key: string, object: T): void {
  let bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, (bucket = new Map<string, T>()));
  bucket.set(key, object);
}

function take<T>(buckets: Map<string, Bucket<T>>, value: string, key: string): void {
  const bucket = buckets.get(value);
  if (bucket?.delete(key) === true && bucket.size === 0) buckets.delete(value);
}
