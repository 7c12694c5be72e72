/**
 * The verdict on every node and the sum of its scores, as far as they depend on that node alone, kept until the node changes.
 *
 * A node is judged again when it is next looked at after a change there. Shapes of pods that plugins read alike share one evaluation.
 */
import type { Cache } from "../cache/cache.js";
import { NODE_TAINTS } from "../cache/change-log.js";
import type { NodeFilter, NodeScorer } from "../framework/node-local-plugin.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { StatusCodes } from "./status-codes.js";
import { BLOCK_SHIFT, ValueBlocks } from "./value-blocks.js";

/** Mark of a node that has to be judged again. */
export const UNKNOWN = -(2 ** 31);
/** The Node object alone does not rule the node out. */
const PASSED = 1;

/** Plugins whose filter or score is each node's own. */
export interface LocalPlugins {
  readonly filters: readonly Plugin[];
  /** Those whose scores are not normalized. */
  readonly scorers: readonly Plugin[];
}

/** Shapes of equal key are judged alike by the plugins. */
export function evaluationKey({ filters, scorers }: LocalPlugins, shape: PodShape): string {
  const whole = String(shape.id);
  const parts = [
    ...filters.map(({ local }) => local!.filterKey?.(shape) ?? whole),
    ...scorers.map(({ local }) => local!.scoreKey?.(shape) ?? whole),
  ];
  return parts.join("\n");
}

export class NodeEvaluation {
  /** By node: {@link UNKNOWN}, minus the code of the status that rejects the node, or the weighted sum of the scores. */
  value = new Int32Array(0);
  /** Summaries of {@link value} in the order of the search. */
  readonly blocks = new ValueBlocks();
  /** By node: 0 unknown, {@link PASSED}, or the code of the status that rejects the node for what the Node object says. */
  private fixed = new Uint16Array(0);
  private readonly nodeFilters: NodeFilter[] = [];
  private readonly podFilters: NodeFilter[] = [];
  private readonly scorers: { readonly score: NodeScorer; readonly weight: number }[] = [];
  private position: number;
  private orderVersion = -1;

  constructor(
    private readonly cache: Cache,
    private readonly codes: StatusCodes,
    shape: PodShape,
    { filters, scorers }: LocalPlugins,
    weights: ReadonlyMap<string, number>,
  ) {
    this.position = cache.log.end;
    for (const { local } of filters) {
      const filter = local!.filterOf?.(shape);
      if (filter !== undefined) (local!.reads === "node" ? this.nodeFilters : this.podFilters).push(filter);
    }
    for (const { local, name } of scorers) {
      const score = local!.scoreOf?.(shape);
      if (score !== undefined) this.scorers.push({ score, weight: weights.get(name) ?? 1 });
    }
  }

  /** Follows the changes since the last time. */
  catchUp(): void {
    const { cache } = this;
    const { log } = cache;
    if (this.value.length < cache.idBound) this.grow();
    if (this.orderVersion !== cache.orderVersion) {
      this.orderVersion = cache.orderVersion;
      this.blocks.reset(cache.order.length);
    }
    if (this.position === log.end) return;
    if (!log.reachesBackTo(this.position)) {
      this.value.fill(UNKNOWN);
      this.fixed.fill(0);
      this.blocks.reset(cache.order.length);
    } else {
      const { value, blocks, fixed } = this;
      const { positionOf } = cache;
      for (let at = this.position; at < log.end; at++) {
        const node = log.nodeAt(at);
        value[node] = UNKNOWN;
        blocks.known[positionOf[node] >> BLOCK_SHIFT] = 0;
        if (log.kindAt(at) >= NODE_TAINTS) fixed[node] = 0;
      }
    }
    this.position = log.end;
  }

  private grow(): void {
    const size = Math.max(this.cache.idBound, 2 * this.value.length);
    const value = new Int32Array(size).fill(UNKNOWN);
    value.set(this.value);
    this.value = value;
    const fixed = new Uint16Array(size);
    fixed.set(this.fixed);
    this.fixed = fixed;
  }

  /** Judges a node again. Returns its new {@link value}. */
  judge(id: number): number {
    const node = this.cache.nodeById(id);
    let fixed = this.fixed[id];
    if (fixed === 0) this.fixed[id] = fixed = this.judgeFixed(node);
    return (this.value[id] = fixed === PASSED ? this.judgePods(node) : -fixed);
  }

  /** The {@link value} of a node, judged again where it has to be. */
  valueOf(id: number): number {
    const value = this.value[id];
    return value === UNKNOWN ? this.judge(id) : value;
  }

  /** Code of the status that rejects a copy of a node; 0 where it passes. Nothing is kept. */
  judgeTrial(node: NodeInfo): number {
    const fixed = this.judgeFixed(node);
    if (fixed !== PASSED) return fixed;
    for (const filter of this.podFilters) {
      const status = filter(node);
      if (status !== undefined) return this.codes.codeOf(status);
    }
    return 0;
  }

  private judgeFixed(node: NodeInfo): number {
    for (const filter of this.nodeFilters) {
      const status = filter(node);
      if (status !== undefined) return this.codes.codeOf(status);
    }
    return PASSED;
  }

  private judgePods(node: NodeInfo): number {
    const { podFilters, scorers } = this;
    for (let i = 0; i < podFilters.length; i++) {
      const status = podFilters[i](node);
      if (status !== undefined) return -this.codes.codeOf(status);
    }
    let sum = 0;
    for (let i = 0; i < scorers.length; i++) sum += scorers[i].weight * scorers[i].score(node);
    return sum;
  }
}
