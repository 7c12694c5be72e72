/**
 * Scores that depend on the Node object alone and are scaled by the greatest among the feasible nodes. Few clusters have nodes that
 * score at all: while none does, all nodes are alike.
 */
import type { Cache } from "../cache/cache.js";
import { NODE_TAINTS } from "../cache/change-log.js";
import type { NodeScorer } from "../framework/node-local-plugin.js";
import { MAX_NODE_SCORE } from "../framework/plugin.js";

export class NormalizedScores {
  /** By number of the node. */
  private raw = new Int32Array(0);
  /** How many nodes score. */
  private scoring = 0;
  private position = -1;

  constructor(
    private readonly cache: Cache,
    private readonly scoreOf: NodeScorer,
    private readonly reversed: boolean,
  ) {}

  /** Scores the nodes that came or changed since the last time. */
  catchUp(): void {
    const { log, idBound, order } = this.cache;
    if (this.position >= log.nodesEnd) {
      this.position = log.end;
      return;
    }
    if (this.raw.length < idBound) {
      const larger = new Int32Array(Math.max(idBound, 2 * this.raw.length));
      larger.set(this.raw);
      this.raw = larger;
    }
    if (this.position < 0 || !log.reachesBackTo(this.position)) {
      this.raw.fill(0);
      this.scoring = 0;
      for (let i = 0; i < order.length; i++) this.refresh(order[i]);
    } else {
      for (let at = this.position; at < log.end; at++) if (log.kindAt(at) >= NODE_TAINTS) this.refresh(log.nodeAt(at));
    }
    this.position = log.end;
  }

  /** A node that is gone scores 0. */
  private refresh(id: number): void {
    const node = this.cache.nodeIfThere(id);
    const score = node?.exists === true ? this.scoreOf(node) : 0;
    this.scoring += Number(score !== 0) - Number(this.raw[id] !== 0);
    this.raw[id] = score;
  }

  /** Whether {@link addScores} would tell nodes apart. */
  get scores(): boolean {
    return this.scoring > 0;
  }

  /** What every node gets while all are alike. */
  alike(weight: number): number {
    return this.reversed ? weight * MAX_NODE_SCORE : 0;
  }

  /** Adds the weighted scores to the totals. What all nodes get alike is returned instead. */
  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number {
    const { raw, reversed } = this;
    let max = 0;
    for (let i = 0; i < count; i++) if (raw[nodes[i]] > max) max = raw[nodes[i]];
    if (max === 0) return this.alike(weight);
    for (let i = 0; i < count; i++) {
      const scaled = Math.floor((MAX_NODE_SCORE * raw[nodes[i]]) / max);
      totals[i] += weight * (reversed ? MAX_NODE_SCORE - scaled : scaled);
    }
    return 0;
  }
}
