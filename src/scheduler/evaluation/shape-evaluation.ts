/**
 * What the plugins of a profile say of every node for the pods of one shape, kept until what they read changes.
 *
 * A node is judged again when it is next looked at after a change there; everything else is found as it was left.
 */
import type { Cache } from "../cache/cache.js";
import { NODE_ALLOCATABLE, NODE_LABELS, NODE_TAINTS } from "../cache/change-log.js";
import type { NodeFilter, NodeScorer } from "../framework/node-local-plugin.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { DomainCheck } from "./domain-check.js";
import { NormalizedScores } from "./normalized-rule.js";
import type { Rule } from "./rule.js";
import { BLOCK_SHIFT, ValueBlocks } from "./value-blocks.js";
import type { StatusCodes } from "./status-codes.js";

/** Mark of a node that has to be judged again. */
export const UNKNOWN = -(2 ** 31);
/** The Node object alone does not rule the node out. */
const PASSED = 1;

export interface WeightedRule {
  readonly rule: Rule;
  readonly filters: boolean;
  /** 0 where the plugin does not score. */
  readonly weight: number;
}

export class ShapeEvaluation {
  /** By node: {@link UNKNOWN}, minus the code of the status that rejects the node, or the sum of the scores that are not normalized. */
  value = new Int32Array(0);
  /** Summaries of {@link value} in the order of the search. */
  readonly blocks = new ValueBlocks();
  /** What the rules ask of a node in this cycle, in order. */
  readonly checks: DomainCheck[] = [];
  readonly rules: readonly WeightedRule[];
  private readonly normalized: NormalizedScores[] = [];
  /** By node: 0 unknown, {@link PASSED}, or the code of the status that rejects the node for what the Node object says. */
  private fixed = new Uint16Array(0);
  private readonly nodeFilters: NodeFilter[] = [];
  private readonly podFilters: NodeFilter[] = [];
  private readonly scorers: { readonly score: NodeScorer; readonly weight: number }[] = [];
  private position: number;
  private orderVersion = -1;
  /** By number of a shape, whether any rule minds its pods. */
  private readonly concerns: (boolean | undefined)[] = [];

  constructor(
    private readonly cache: Cache,
    private readonly codes: StatusCodes,
    shape: PodShape,
    filters: readonly Plugin[],
    scorers: readonly Plugin[],
    weights: ReadonlyMap<string, number>,
  ) {
    this.position = cache.log.end;
    for (const { local } of filters) {
      const filter = local?.filterOf?.(shape);
      if (filter !== undefined) (local!.reads === "node" ? this.nodeFilters : this.podFilters).push(filter);
    }
    for (const { local, name } of scorers) {
      const score = local?.scoreOf?.(shape);
      const weight = weights.get(name) ?? 1;
      if (score === undefined) continue;
      if (local!.normalization === undefined) this.scorers.push({ score, weight });
      else this.normalized.push(new NormalizedScores(score, local!.normalization === "reversed", weight));
    }
    const followed = new Set([...filters, ...scorers].filter((plugin) => plugin.incremental !== undefined));
    this.rules = [...followed].map((plugin) => ({
      rule: plugin.incremental!(shape, codes),
      filters: filters.includes(plugin),
      weight: scorers.includes(plugin) ? (weights.get(plugin.name) ?? 1) : 0,
    }));
  }

  /** Follows the changes since the last cycle for this shape. */
  catchUp(): void {
    const { cache, rules } = this;
    const { log } = cache;
    if (this.value.length < cache.idBound) this.grow();
    if (this.orderVersion !== cache.orderVersion) {
      this.orderVersion = cache.orderVersion;
      this.blocks.reset(cache.order.length);
    }
    for (let i = 0; i < rules.length; i++) if (rules[i].rule.refresh()) this.concerns.length = 0;
    if (!log.reachesBackTo(this.position)) {
      this.value.fill(UNKNOWN);
      this.blocks.reset(cache.order.length);
      this.fixed.fill(0);
      for (const { rule } of rules) rule.nodesChanged();
    } else {
      const { value, blocks } = this;
      const { positionOf } = cache;
      for (let at = this.position; at < log.end; at++) {
        const node = log.nodeAt(at);
        const kind = log.kindAt(at);
        value[node] = UNKNOWN;
        blocks.known[positionOf[node] >> BLOCK_SHIFT] = 0;
        if (kind >= NODE_ALLOCATABLE) this.nodeChanged(kind, node);
        else if (this.isConcernedBy(log.shapeAt(at))) {
          for (let i = 0; i < rules.length; i++) rules[i].rule.change(kind, node, log.shapeAt(at));
        }
      }
    }
    this.position = log.end;
    const { checks } = this;
    checks.length = 0;
    for (let i = 0; i < rules.length; i++) {
      const { rule, filters } = rules[i];
      rule.begin();
      if (filters) for (let k = 0; k < rule.checks.length; k++) checks.push(rule.checks[k]);
    }
  }

  private isConcernedBy(shape: number): boolean {
    let concerned = this.concerns[shape];
    if (concerned === undefined) this.concerns[shape] = concerned = this.rules.some(({ rule }) => rule.isConcernedBy(shape));
    return concerned;
  }

  private nodeChanged(kind: number, node: number): void {
    if (kind === NODE_ALLOCATABLE) return;
    this.fixed[node] = 0;
    for (const { rule } of this.rules) {
      if (kind === NODE_TAINTS) rule.taintsChanged();
      else if (kind === NODE_LABELS) rule.nodesChanged();
    }
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

  private judgeFixed(node: NodeInfo): number {
    for (const filter of this.nodeFilters) {
      const status = filter(node);
      if (status !== undefined) return this.codes.codeOf(status);
    }
    for (const scores of this.normalized) scores.refresh(node, this.value.length);
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

  /** Code of the status by which the rules reject a node that passes by itself; 0 where it passes. */
  checkRules(id: number): number {
    const { checks } = this;
    for (let k = 0; k < checks.length; k++) {
      const { column, verdicts } = checks[k];
      const verdict = verdicts[column.domainOf[id] + 1];
      if (verdict !== 0) return verdict;
    }
    return 0;
  }

  /** Whether {@link addScores} would tell nodes apart. May become true while nodes are judged. */
  get hasMoreScores(): boolean {
    const { rules, normalized } = this;
    for (let i = 0; i < normalized.length; i++) if (normalized[i].scores) return true;
    for (let i = 0; i < rules.length; i++) if (rules[i].weight !== 0 && rules[i].rule.scores) return true;
    return false;
  }

  /** What all nodes get alike while {@link hasMoreScores} is false. */
  get alike(): number {
    let alike = 0;
    for (let i = 0; i < this.normalized.length; i++) alike += this.normalized[i].alike;
    return alike;
  }

  /** Adds all that is not in {@link value} to the totals of the feasible nodes. What all get alike is returned instead. */
  addScores(nodes: Int32Array, count: number, totals: Int32Array): number {
    const { rules, normalized } = this;
    let alike = 0;
    for (let i = 0; i < normalized.length; i++) alike += normalized[i].addScores(nodes, count, totals);
    for (let i = 0; i < rules.length; i++) {
      const { rule, weight } = rules[i];
      if (weight !== 0 && rule.scores) alike += rule.addScores(nodes, count, totals, weight);
    }
    return alike;
  }
}
