/**
 * The verdict on every node and the sum of its scores, as far as they depend on that node alone.
 *
 * Shapes of pods that plugins read alike share one evaluation.
 */
import type { Cache } from "../cache/cache.js";
import type { NodeFilter, NodeScorer } from "../framework/node-local-plugin.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import { NodeValues } from "./node-values.js";
import type { StatusCodes } from "./status-codes.js";

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

export class NodeEvaluation extends NodeValues {
  /** By node: 0 unknown, {@link PASSED}, or the code of the status that rejects the node for what the Node object says. */
  private fixed = new Uint16Array(0);
  private readonly nodeFilters: NodeFilter[] = [];
  private readonly podFilters: NodeFilter[] = [];
  private readonly scorers: { readonly score: NodeScorer; readonly weight: number }[] = [];

  constructor(cache: Cache, codes: StatusCodes, shape: PodShape, { filters, scorers }: LocalPlugins, weights: ReadonlyMap<string, number>) {
    super(cache, codes);
    for (const { local } of filters) {
      const filter = local!.filterOf?.(shape);
      if (filter !== undefined) (local!.reads === "node" ? this.nodeFilters : this.podFilters).push(filter);
    }
    for (const { local, name } of scorers) {
      const score = local!.scoreOf?.(shape);
      if (score !== undefined) this.scorers.push({ score, weight: weights.get(name) ?? 1 });
    }
  }

  protected override objectChanged(id: number): void {
    this.fixed[id] = 0;
  }

  protected override objectsChanged(): void {
    this.fixed.fill(0);
  }

  protected override grow(size: number): void {
    super.grow(size);
    const fixed = new Uint16Array(size);
    fixed.set(this.fixed);
    this.fixed = fixed;
  }

  protected override judge(id: number): number {
    const node = this.cache.nodeById(id);
    let fixed = this.fixed[id];
    if (fixed === 0) this.fixed[id] = fixed = this.judgeObject(node);
    return fixed === PASSED ? this.judgePods(node) : -fixed;
  }

  /** Code of the status that rejects a copy of a node; 0 where it passes. Nothing is kept. */
  judgeTrial(node: NodeInfo): number {
    const fixed = this.judgeObject(node);
    if (fixed !== PASSED) return fixed;
    for (const filter of this.podFilters) {
      const status = filter(node);
      if (status !== undefined) return this.codes.codeOf(status);
    }
    return 0;
  }

  private judgeObject(node: NodeInfo): number {
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
