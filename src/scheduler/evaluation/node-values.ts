/**
 * A number for every node, kept until something changes there: minus the code of the status that rejects it, or its score.
 *
 * A node is judged again when it is next looked at after a change.
 */
import type { Cache } from "../cache/cache.js";
import { NODE_TAINTS } from "../cache/change-log.js";
import type { StatusCodes } from "./status-codes.js";
import { ValueBlocks } from "./value-blocks.js";

/** Mark of a node that has to be judged again. */
const UNKNOWN = -(2 ** 31);

export abstract class NodeValues {
  /** By node: {@link UNKNOWN}, minus the code of the status that rejects the node, or the weighted sum of the scores. */
  value = new Int32Array(0);
  /** Summaries of {@link value} in the order of the search. */
  readonly blocks = new ValueBlocks((id) => this.valueOf(id));
  /** By code, how many nodes have its negative as their {@link value}. */
  private rejected = new Int32Array(0);
  private position: number;
  private orderVersion = -1;

  constructor(
    protected readonly cache: Cache,
    protected readonly codes: StatusCodes,
  ) {
    this.position = cache.log.end;
  }

  /** What the number of the node is now. */
  protected abstract judge(id: number): number;

  /** The Node object changed. */
  protected abstract objectChanged(id: number): void;

  /** Any Node object may have changed. */
  protected abstract objectsChanged(): void;

  /** Follows the changes since the last time. */
  catchUp(): void {
    const { cache } = this;
    const { log } = cache;
    if (this.value.length < cache.idBound) this.grow(Math.max(cache.idBound, 2 * this.value.length));
    if (this.orderVersion !== cache.orderVersion) {
      this.orderVersion = cache.orderVersion;
      this.blocks.reset(cache.order);
    }
    if (this.position === log.end) return;
    if (!log.reachesBackTo(this.position)) {
      this.objectsChanged();
      this.forgetAll();
    } else {
      for (let at = this.position; at < log.end; at++) {
        const node = log.nodeAt(at);
        this.forget(node);
        if (log.kindAt(at) >= NODE_TAINTS) this.objectChanged(node);
      }
    }
    this.position = log.end;
  }

  /** The node has to be judged again. */
  protected forget(id: number): void {
    const { value } = this;
    const before = value[id];
    if (before === UNKNOWN) return;
    if (before < 0) this.rejected[-before]--;
    value[id] = UNKNOWN;
    const place = this.cache.positionOf[id];
    if (place >= 0) this.blocks.changed(place);
  }

  /** All nodes have to be judged again. */
  protected forgetAll(): void {
    this.value.fill(UNKNOWN);
    this.rejected.fill(0);
    this.blocks.reset(this.cache.order);
  }

  protected grow(size: number): void {
    const value = new Int32Array(size).fill(UNKNOWN);
    value.set(this.value);
    this.value = value;
  }

  /** The {@link value} of a node, judged again where it has to be. */
  valueOf(id: number): number {
    const known = this.value[id];
    if (known !== UNKNOWN) return known;
    const value = this.judge(id);
    this.value[id] = value;
    if (value < 0) this.countRejection(-value);
    return value;
  }

  private countRejection(code: number): void {
    if (code >= this.rejected.length) {
      const larger = new Int32Array(2 * this.codes.bound);
      larger.set(this.rejected);
      this.rejected = larger;
    }
    this.rejected[code]++;
  }

  /** By code, how many nodes are rejected by that status, once every node was judged. */
  get rejections(): Int32Array {
    return this.rejected;
  }
}
