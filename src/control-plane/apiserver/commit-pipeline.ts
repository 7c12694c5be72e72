/**
 * From a change of the store to those who learn of it: etcd's log, then recorders, then watches.
 *
 * Changes of one flush of etcd are delivered together, and none overtakes another.
 */
import type { HandlerId, SimTime, Simulation } from "../../engine/simulation.js";
import type { WriteLog } from "../etcd/write-log.js";
import type { Change } from "./change.js";
import { FirstInFirstOut } from "./first-in-first-out.js";
import type { LatencySampler } from "./latencies.js";
import { entryBytes, growthBytes } from "./stored-size.js";
import type { WatchCache } from "./watch-cache.js";

export type CommitListener = (change: Change) => void;

/** No request waits for the change. */
export const NOBODY = -1;

export class CommitPipeline {
  private readonly listeners: CommitListener[] = [];
  private readonly uncommitted = new FirstInFirstOut<Change>();
  /** The request that each uncommitted change completes, or {@link NOBODY}. */
  private readonly waiting = new FirstInFirstOut<number>();
  private readonly undelivered = new FirstInFirstOut<Change>();
  private readonly delivered: HandlerId;
  private lastDelivery: SimTime = 0;

  /** @param committed told of each request whose changes are all committed */
  constructor(
    private readonly simulation: Simulation,
    private readonly etcd: WriteLog,
    private readonly watches: WatchCache,
    private readonly watchDelivery: LatencySampler,
    private readonly committed: (request: number) => void,
  ) {
    this.delivered = simulation.register((count) => {
      for (let left = count; left > 0; left--) watches.deliver(this.undelivered.shift());
    });
    etcd.onCommit((count) => {
      this.commit(count);
    });
  }

  onCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /** How many changes have been written and wait for a quorum. */
  get pending(): number {
    return this.uncommitted.length;
  }

  write(change: Change): void {
    this.uncommitted.push(change);
    this.waiting.push(NOBODY);
    // The log may commit at once only from an event of its own, so that what follows in this one is still in order.
    this.etcd.append(entryBytes(change), growthBytes(change));
  }

  /** The change written last completes this request. */
  await(request: number): void {
    this.waiting.replaceLast(request);
  }

  /** Nobody waits any more: returns the requests that did. */
  abandon(): number[] {
    const requests: number[] = [];
    this.waiting.replaceEach((request) => {
      if (request !== NOBODY) requests.push(request);
      return NOBODY;
    });
    return requests;
  }

  /** What is not committed will never be. Returns the requests that waited. */
  forget(): number[] {
    const requests = this.abandon();
    while (this.uncommitted.length > 0) {
      this.uncommitted.shift();
      this.waiting.shift();
    }
    return requests;
  }

  /** A change that is committed already, because it is from before the run. */
  publishAtOnce(change: Change): void {
    change.time = this.simulation.now;
    if (this.publish(change)) this.deliverLater(1);
  }

  /** Tells recorders of something that is not stored. */
  announce(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  private commit(count: number): void {
    let watched = 0;
    for (let left = count; left > 0; left--) {
      const change = this.uncommitted.shift();
      const request = this.waiting.shift();
      change.time = this.simulation.now;
      if (this.publish(change)) watched++;
      if (request !== NOBODY) this.committed(request);
    }
    if (watched > 0) this.deliverLater(watched);
  }

  /** Tells recorders; returns whether watches have to be told. */
  private publish(change: Change): boolean {
    for (const listener of this.listeners) listener(change);
    if (!this.watches.isWatched(change.kind)) return false;
    this.undelivered.push(change);
    return true;
  }

  private deliverLater(count: number): void {
    const { now } = this.simulation;
    this.lastDelivery = Math.max(this.lastDelivery, now + this.watchDelivery.sample());
    this.simulation.schedule(this.lastDelivery - now, this.delivered, count);
  }
}
