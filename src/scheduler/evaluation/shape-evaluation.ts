/** What the plugins of a profile say of every node for the pods of one shape: each node's own verdict and what depends on all nodes. */
import type { Cache } from "../cache/cache.js";
import { NODE_ALLOCATABLE, NODE_LABELS, NODE_TAINTS } from "../cache/change-log.js";
import type { DomainCheck } from "./domain-check.js";
import type { NodeEvaluation } from "./node-evaluation.js";
import type { NormalizedScores } from "./normalized-scores.js";
import type { Rule } from "./rule.js";

export interface WeightedRule {
  readonly rule: Rule;
  readonly filters: boolean;
  /** 0 where the plugin does not score. */
  readonly weight: number;
}

export interface WeightedScores {
  readonly scores: NormalizedScores;
  readonly weight: number;
}

export class ShapeEvaluation {
  /** What the rules ask of a node in this cycle, in order. */
  readonly checks: DomainCheck[] = [];
  private position: number;
  /** By number of a shape, whether any rule minds its pods. */
  private readonly concerns: (boolean | undefined)[] = [];
  /** That of all shapes below this is known. */
  private learned = 0;
  private hasConcern = false;

  constructor(
    private readonly cache: Cache,
    readonly nodes: NodeEvaluation,
    private readonly normalized: readonly WeightedScores[],
    private readonly rules: readonly WeightedRule[],
  ) {
    this.position = cache.log.end;
  }

  /** Follows the changes since the last cycle for this shape. */
  catchUp(): void {
    const { rules, normalized, checks } = this;
    this.nodes.catchUp();
    for (let i = 0; i < normalized.length; i++) normalized[i].scores.catchUp();
    for (let i = 0; i < rules.length; i++) if (rules[i].rule.refresh()) this.forgetConcerns();
    if (this.mayConcern()) this.tellRules();
    this.position = this.cache.log.end;
    checks.length = 0;
    for (let i = 0; i < rules.length; i++) {
      const { rule, filters } = rules[i];
      rule.begin();
      if (filters) for (let k = 0; k < rule.checks.length; k++) checks.push(rule.checks[k]);
    }
  }

  private tellRules(): void {
    const { rules } = this;
    const { log } = this.cache;
    if (!log.reachesBackTo(this.position)) for (const { rule } of rules) rule.nodesChanged();
    else {
      for (let at = this.position; at < log.end; at++) {
        const kind = log.kindAt(at);
        if (kind >= NODE_ALLOCATABLE) this.nodeChanged(kind);
        else if (this.isConcernedBy(log.shapeAt(at))) {
          for (let i = 0; i < rules.length; i++) rules[i].rule.change(kind, log.nodeAt(at), log.shapeAt(at));
        }
      }
    }
  }

  private forgetConcerns(): void {
    this.concerns.length = 0;
    this.learned = 0;
    this.hasConcern = false;
  }

  private isConcernedBy(shape: number): boolean {
    let concerned = this.concerns[shape];
    if (concerned === undefined) {
      this.concerns[shape] = concerned = this.rules.some(({ rule }) => rule.isConcernedBy(shape));
      this.hasConcern ||= concerned;
    }
    return concerned;
  }

  /** Whether any change since the last time may matter to the rules: to most rules no pod that was ever seen does. */
  private mayConcern(): boolean {
    const { log } = this.cache;
    if (this.position < log.nodesEnd || this.hasConcern) return true;
    // Where more shapes are new than there are changes, it takes less to look at the changes.
    if (log.shapeBound - this.learned > log.end - this.position) return true;
    while (this.learned < log.shapeBound) this.isConcernedBy(this.learned++);
    return this.hasConcern;
  }

  private nodeChanged(kind: number): void {
    for (const { rule } of this.rules) {
      if (kind === NODE_TAINTS) rule.taintsChanged();
      else if (kind === NODE_LABELS) rule.nodesChanged();
    }
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

  /** Whether {@link addScores} would tell nodes apart. */
  get hasMoreScores(): boolean {
    const { rules, normalized } = this;
    for (let i = 0; i < normalized.length; i++) if (normalized[i].scores.scores) return true;
    for (let i = 0; i < rules.length; i++) if (rules[i].weight !== 0 && rules[i].rule.scores) return true;
    return false;
  }

  /** What all nodes get alike while {@link hasMoreScores} is false. */
  get alike(): number {
    let alike = 0;
    for (let i = 0; i < this.normalized.length; i++) alike += this.normalized[i].scores.alike(this.normalized[i].weight);
    return alike;
  }

  /** Adds all that is not each node's own to the totals of the feasible nodes. What all get alike is returned instead. */
  addScores(nodes: Int32Array, count: number, totals: Int32Array): number {
    const { rules, normalized } = this;
    let alike = 0;
    for (let i = 0; i < normalized.length; i++) {
      const { scores, weight } = normalized[i];
      alike += scores.scores ? scores.addScores(nodes, count, totals, weight) : scores.alike(weight);
    }
    for (let i = 0; i < rules.length; i++) {
      const { rule, weight } = rules[i];
      if (weight !== 0 && rule.scores) alike += rule.addScores(nodes, count, totals, weight);
    }
    return alike;
  }
}
