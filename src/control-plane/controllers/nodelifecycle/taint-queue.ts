/**
 * Nodes of one zone that wait to be tainted NoExecute, at no more than the zone's rate.
 *
 * Source: kubernetes pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go.
 */
import { TokenBucket } from "../../../engine/resource/token-bucket.js";
import type { SimTime } from "../../../engine/simulation.js";

/** Source: EvictionRateLimiterBurst in rate_limited_queue.go. */
const BURST = 1;

export class TaintQueue {
  private readonly waiting: string[] = [];
  /** Nodes that wait or have had their turn, up to {@link remove}. */
  private readonly known = new Set<string>();
  private rate: number;
  /** Undefined where the rate is 0, so that no node ever has its turn. */
  private bucket: TokenBucket | undefined;

  /** @param rate nodes a second; at 0 none is tainted. */
  constructor(rate: number) {
    this.rate = rate;
    this.bucket = bucketOf(rate);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Returns whether the node was not waiting before. One whose turn has passed without effect gets another. */
  add(node: string): boolean {
    if (this.waiting.includes(node)) return false;
    this.known.add(node);
    this.waiting.push(node);
    return true;
  }

  /** Forgets the node; returns whether it was known. */
  remove(node: string): boolean {
    if (!this.known.delete(node)) return false;
    const index = this.waiting.indexOf(node);
    if (index >= 0) this.waiting.splice(index, 1);
    return true;
  }

  /** The node whose turn it is, or undefined where none waits or the rate does not allow it. */
  take(now: SimTime): string | undefined {
    return this.waiting.length > 0 && this.bucket?.tryAccept(now) === true ? this.waiting.shift() : undefined;
  }

  /** Puts a node that could not be tainted back, behind all others. */
  putBack(node: string): void {
    if (this.known.has(node)) this.waiting.push(node);
  }

  /** Time at which the rate allows the next one, undefined where it never does. */
  nextTurn(now: SimTime): SimTime | undefined {
    return this.bucket?.nextToken(now);
  }

  /** Changes the rate; a queue that had just used its token has to wait under the new rate, too. */
  setRate(rate: number, now: SimTime): void {
    if (rate === this.rate) return;
    const bucket = bucketOf(rate);
    const hadToken = this.bucket?.tryAccept(now) === true;
    if (!hadToken) bucket?.tryAccept(now);
    this.rate = rate;
    this.bucket = bucket;
  }
}

function bucketOf(rate: number): TokenBucket | undefined {
  return rate > 0 ? new TokenBucket(rate, BURST) : undefined;
}
