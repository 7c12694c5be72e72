/** Scores that depend on the Node object alone and are scaled by the greatest among the feasible nodes. */
import { MAX_NODE_SCORE } from "../framework/plugin.js";
import type { NodeInfo } from "../framework/node-info.js";

export class NormalizedScores {
  private raw = new Int32Array(0);
  /** Whether any node ever scored: while none did, all are alike. */
  private any = false;

  constructor(
    private readonly scoreOf: (node: NodeInfo) => number,
    private readonly reversed: boolean,
    readonly weight: number,
  ) {}

  /** Whether {@link addScores} would tell nodes apart. */
  get scores(): boolean {
    return this.any;
  }

  /** What every node gets while all are alike. */
  get alike(): number {
    return this.reversed ? this.weight * MAX_NODE_SCORE : 0;
  }

  /** Scores a node that came or changed. */
  refresh(node: NodeInfo, bound: number): void {
    const score = this.scoreOf(node);
    if (score !== 0) this.any = true;
    if (!this.any) return;
    if (node.id >= this.raw.length) {
      const larger = new Int32Array(Math.max(bound, node.id + 1));
      larger.set(this.raw);
      this.raw = larger;
    }
    this.raw[node.id] = score;
  }

  addScores(nodes: Int32Array, count: number, totals: Int32Array): number {
    const { raw, weight, reversed } = this;
    const { alike } = this;
    if (!this.any) return alike;
    let max = 0;
    for (let i = 0; i < count; i++) if (raw[nodes[i]] > max) max = raw[nodes[i]];
    if (max === 0) return alike;
    for (let i = 0; i < count; i++) {
      const scaled = Math.floor((MAX_NODE_SCORE * (raw[nodes[i]] | 0)) / max);
      totals[i] += weight * (reversed ? MAX_NODE_SCORE - scaled : scaled);
    }
    return 0;
  }
}
