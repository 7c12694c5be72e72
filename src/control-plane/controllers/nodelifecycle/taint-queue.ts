/**
 * Nodes of one zone that wait to be tainted NoExecute, at no more than the zone's rate.
 *
 * Source: kubernetes pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go.
 */
import { TokenBucket } from "../../../engine/resource/token-bucket.js";
import type { SimTime, Simulation } from "../../../engine/simulation.js";
import { suspend, type Task } from "../task.js";

/** Source: EvictionRateLimiterBurst in rate_limited_queue.go. */
const BURST = 1;

export class TaintQueue {
  /** In the order in which they came. */
  private waiting: string[] = [];
  /** Nodes that wait or have had their turn, up to {@link remove}. */
  private readonly known = new Set<string>();
  private rate: number;
  /** Undefined where the rate is 0, so that no node ever has its turn. */
  private bucket: TokenBucket | undefined;
  private trying = false;
  private readonly afterTrying: (() => void)[] = [];

  /** @param rate nodes a second; at 0 none is tainted. */
  constructor(
    private readonly simulation: Simulation,
    rate: number,
  ) {
    this.rate = rate;
    this.bucket = bucketOf(rate);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  has(node: string): boolean {
    return this.known.has(node);
  }

  /** Lets the node wait behind all others. Nothing where it waits or has had its turn; returns whether it does so now. */
  add(node: string): boolean {
    if (this.known.has(node)) return false;
    this.known.add(node);
    this.waiting.push(node);
    return true;
  }

  /** Forgets the node, so that it may be added anew; returns whether it was known. */
  remove(node: string): boolean {
    this.leave(node);
    return this.known.delete(node);
  }

  /** Lets nodes that wait be added anew, in the order that is given for them. */
  renew(isRenewed: (node: string) => boolean, inOrder: (nodes: readonly string[]) => readonly string[]): void {
    const renewed = inOrder(this.waiting.filter(isRenewed));
    this.waiting = [...this.waiting.filter((node) => !isRenewed(node)), ...renewed];
  }

  /**
   * Gives the first nodes their turn for as long as the rate allows it. A turn is used up whatever comes of it: a node that could not
   * be tainted has to wait for another one.
   *
   * @param taint returns whether the node needs no other turn
   */
  *try(taint: (node: string) => Task<boolean>): Task<void> {
    this.trying = true;
    while (this.waiting.length > 0 && this.bucket?.tryAccept(this.simulation.now) === true) {
      const [node] = this.waiting;
      if (yield* taint(node)) this.leave(node);
      else if (this.leave(node)) this.waiting.push(node);
    }
    this.trying = false;
    for (const proceed of this.afterTrying.splice(0)) proceed();
  }

  /** Time at which the rate allows the next one, undefined where it never does. */
  nextTurn(now: SimTime): SimTime | undefined {
    return this.bucket?.nextToken(now);
  }

  /** Changes the rate when no node has its turn; a queue that had just used its token has to wait under the new rate, too. */
  *setRate(rate: number): Task<void> {
    while (this.trying) yield* suspend<undefined>((resume) => this.afterTrying.push(() => resume(undefined)));
    if (rate === this.rate) return;
    const bucket = bucketOf(rate);
    const hadToken = this.bucket?.tryAccept(this.simulation.now) === true;
    if (!hadToken) bucket?.tryAccept(this.simulation.now);
    this.rate = rate;
    this.bucket = bucket;
  }

  private leave(node: string): boolean {
    const index = this.waiting.indexOf(node);
    if (index >= 0) this.waiting.splice(index, 1);
    return index >= 0;
  }
}

function bucketOf(rate: number): TokenBucket | undefined {
  return rate > 0 ? new TokenBucket(rate, BURST) : undefined;
}
