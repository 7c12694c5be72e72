/**
 * The API server's watch cache and the fan-out of changes to informers.
 *
 * Changes reach all standing watches of a kind together, in order of revision; informers share one view of a kind instead of
 * keeping a copy each. Pods are handed to the informers of their own node without asking those of other nodes, and so is the node.
 */
import type { Kind } from "../../api/kinds.js";
import type { Pod } from "../../api/types/pod.js";
import type { Change } from "./change.js";
import type { ObjectStore } from "./object-store.js";
import { ObjectView } from "./object-view.js";
import type { WatchInformer } from "./watch-informer.js";

/** Told of each change when an informer gets it. */
export type DeliveryListener = (change: Change, informer: WatchInformer) => void;

/** An object that an informer has by a list, not by a change. */
export type ListedObject = Pick<Change, "kind" | "key" | "object">;

/** Told of each object that an informer's list shows it for the first time. */
export type ListListener = (listed: ListedObject, informer: WatchInformer) => void;

class Channel {
  readonly informers: WatchInformer[] = [];
  view = new ObjectView();

  apply(change: Change, listener: DeliveryListener | undefined): void {
    const { type, key, object, revision } = change;
    this.view.revision = revision;
    const previous = type === "DELETED" ? this.view.delete(key) : this.view.set(key, object);
    const current = type === "DELETED" ? undefined : object;
    if (previous === undefined && current === undefined) return;
    for (const informer of this.informers) {
      if (!informer.isFollowing) continue;
      if (informer.isAhead) {
        if (informer.deliverAlone(change)) listener?.(change, informer);
        continue;
      }
      listener?.(change, informer);
      informer.deliver(previous, type === "DELETED" ? undefined : current);
    }
  }
}

class KindCache {
  readonly all = new Channel();
  readonly byNode = new Map<string, Channel>();

  /** @param revision changes up to this one are in the view already */
  constructor(public revision: number) {}
}

export class WatchCache {
  private readonly kinds = new Map<Kind, KindCache>();
  listener: DeliveryListener | undefined;
  listListener: ListListener | undefined;

  constructor(private readonly store: ObjectStore) {}

  /** Whether anyone watches the kind. */
  isWatched(kind: Kind): boolean {
    return this.kinds.has(kind);
  }

  deliver(change: Change): void {
    const cache = this.kinds.get(change.kind);
    if (cache === undefined || change.revision <= cache.revision) return;
    cache.all.apply(change, this.listener);
    if (cache.byNode.size === 0) return;
    const node = change.kind === "Node" ? change.object.metadata.name : (change.object as Pod).spec.nodeName;
    if (node !== undefined) cache.byNode.get(node)?.apply(change, this.listener);
  }

  /** Registers an informer that gets nothing until {@link follow}. */
  register(kind: Kind, informer: WatchInformer, podsOfNode: string | undefined): void {
    this.channel(kind, podsOfNode).informers.push(informer);
  }

  /** Reads everything from the store anew; informers must not be following. */
  rebuild(): void {
    for (const [kind, cache] of this.kinds) {
      cache.revision = this.store.revision;
      cache.all.view = new ObjectView();
      for (const { key, object } of this.store.entries(kind)) cache.all.view.set(key, object);
      for (const [node, channel] of cache.byNode) {
        channel.view = new ObjectView();
        if (kind === "Node") setOwnNode(channel.view, cache.all.view, node);
        else for (const { key, object } of this.store.podEntriesOnNode(node)) channel.view.set(key, object);
      }
    }
  }

  /** The informer's list arrives, and its watch stands. */
  follow(kind: Kind, informer: WatchInformer, podsOfNode: string | undefined): void {
    const { view } = this.channel(kind, podsOfNode);
    if (this.listListener !== undefined && !informer.isFollowing) {
      for (const [key, object] of view.entries()) {
        if (informer.get(key)?.metadata.uid !== object.metadata.uid) this.listListener({ kind, key, object }, informer);
      }
    }
    informer.follow(view);
  }

  private channel(kind: Kind, podsOfNode: string | undefined): Channel {
    let cache = this.kinds.get(kind);
    if (cache === undefined) {
      this.kinds.set(kind, (cache = new KindCache(this.store.revision)));
      cache.all.view.revision = cache.revision;
      for (const { key, object } of this.store.entries(kind)) cache.all.view.set(key, object);
    }
    if ((kind !== "Pod" && kind !== "Node") || podsOfNode === undefined) return cache.all;
    let channel = cache.byNode.get(podsOfNode);
    if (channel === undefined) {
      cache.byNode.set(podsOfNode, (channel = new Channel()));
      channel.view.revision = cache.all.view.revision;
      if (kind === "Node") {
        setOwnNode(channel.view, cache.all.view, podsOfNode);
        return channel;
      }
      // What the view does not have yet, or no longer, is in changes that are still to be delivered.
      for (const { key } of this.store.podEntriesOnNode(podsOfNode)) {
        const pod = cache.all.view.get(key) as Pod | undefined;
        if (pod?.spec.nodeName === podsOfNode) channel.view.set(key, pod);
      }
    }
    return channel;
  }
}

function setOwnNode(view: ObjectView, all: ObjectView, name: string): void {
  const node = all.get(name);
  if (node !== undefined) view.set(name, node);
}
