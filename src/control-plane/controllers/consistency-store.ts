/**
 * Whether a controller's caches show what the controller itself wrote for an owner. Until they do, a sync would decide from a state
 * that it has changed already.
 *
 * Source: https://github.com/kubernetes/enhancements/issues/5647, kubernetes pkg/controller/util/consistency (feature gates
 * StaleControllerConsistency*, on by default since 1.36).
 */
import type { Kind } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/index.js";
import type { Informer } from "../apiserver/client.js";
import { RetryLater } from "./task.js";

type Cache = Pick<Informer<never>, "lastSyncResourceVersion">;
type Versions = { [K in Kind]?: number };

export class ConsistencyStore {
  private readonly writes = new Map<string, Versions>();

  /** @param caches by the kinds that the controller writes */
  constructor(private readonly caches: { readonly [K in Kind]?: Cache }) {}

  /** Remembers an object as the API server answered it. @param owner key of the owner */
  wroteAt(owner: string, { kind, metadata }: ApiObject): void {
    const version = Number(metadata.resourceVersion);
    let versions = this.writes.get(owner);
    if (versions === undefined) this.writes.set(owner, (versions = {}));
    versions[kind as Kind] = Math.max(versions[kind as Kind] ?? 0, version);
  }

  /** @throws RetryLater where a cache does not show yet what was written for the owner */
  ensureReady(owner: string): void {
    const versions = this.writes.get(owner);
    if (versions === undefined) return;
    for (const kind of Object.keys(versions) as Kind[]) {
      const read = this.caches[kind]?.lastSyncResourceVersion ?? Number.POSITIVE_INFINITY;
      if (read < versions[kind]!) throw new RetryLater(`the cache of ${kind} is behind what was written for ${owner}`);
    }
    this.writes.delete(owner);
  }

  clear(owner: string): void {
    this.writes.delete(owner);
  }
}
