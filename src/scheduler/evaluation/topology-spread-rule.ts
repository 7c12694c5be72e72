/** PodTopologySpread for the pods of one shape: matching pods by constraint and topology value, followed pod by pod. */
import { POD_ADDED, POD_REMOVED, POD_TERMINATING } from "../cache/change-log.js";
import { NO_DOMAIN } from "../cache/topology-column.js";
import type { Handle } from "../framework/handle.js";
import { MAX_NODE_SCORE } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { PodTopologySpread } from "../plugins/pod-topology-spread.js";
import { HOSTNAME_LABEL } from "../../api/topology-labels.js";
import { topologyWeight, type SpreadConstraints } from "../plugins/spread-constraints.js";
import { CountedConstraint } from "./counted-constraint.js";
import type { DomainCheck } from "./domain-check.js";
import type { Rule } from "./rule.js";
import type { StatusCodes } from "./status-codes.js";

/** Which constraints count pods of another shape: bits by position, hard ones first. */
type Mask = number;

export class TopologySpreadRule implements Rule {
  private constraints: SpreadConstraints | undefined;
  private hard: readonly CountedConstraint[] = [];
  private soft: readonly CountedConstraint[] = [];
  /** For each soft constraint on host names, the matching pods of each node. */
  private onNode: readonly (Int32Array | undefined)[] = [];
  private self: readonly (0 | 1)[] = [];
  checks: readonly DomainCheck[] = [];
  private masks: (Mask | undefined)[] = [];
  private isStale = true;
  private selectors = -1;
  private readsTaints = false;
  private raw = new Int32Array(0);
  private sums = new Float64Array(0);
  private seen = new Int32Array(0);
  private scan = 0;

  constructor(
    private readonly plugin: PodTopologySpread,
    private readonly handle: Handle,
    private readonly shape: PodShape,
    private readonly codes: StatusCodes,
  ) {}

  /** Services or controllers may have changed the default constraints. */
  refresh(): boolean {
    if (this.selectors === this.handle.versions.selectors) return false;
    this.selectors = this.handle.versions.selectors;
    const constraints = this.plugin.constraintsOf(this.shape);
    if (constraints.identity === this.constraints?.identity) return false;
    const { cache } = this.handle;
    this.constraints = constraints;
    const missing = this.codes.codeOf(this.plugin.missingLabel);
    const mismatch = this.codes.codeOf(this.plugin.mismatch);
    this.hard = constraints.hard.map((constraint) => new CountedConstraint(constraint, cache, missing, mismatch));
    this.soft = constraints.soft.map((constraint) => new CountedConstraint(constraint, cache, missing, mismatch));
    this.checks = this.hard.map(({ check }) => check);
    this.self = this.hard.map(({ constraint }) => (constraint.selects(this.shape.labels) ? 1 : 0));
    this.readsTaints = [...this.hard, ...this.soft].some(({ constraint }) => constraint.readsTaints);
    this.masks = [];
    this.isStale = true;
    return true;
  }

  isConcernedBy(shape: number): boolean {
    return this.maskOf(shape) !== 0;
  }

  private maskOf(shape: number): Mask {
    let mask = this.masks[shape];
    if (mask === undefined) {
      const { namespace, labels } = this.handle.shapes.get(shape);
      mask = 0;
      const all = [...this.hard, ...this.soft];
      for (let i = 0; i < all.length; i++) {
        const { counts, selects } = all[i].constraint;
        if (counts && namespace === this.shape.namespace && selects(labels)) mask |= 1 << i;
      }
      this.masks[shape] = mask;
    }
    return mask;
  }

  change(kind: number, node: number, shape: number): void {
    if (this.isStale) return;
    const mask = this.maskOf(shape);
    if (mask === 0) return;
    if (kind === POD_ADDED) this.apply(mask, node, 1);
    else if (kind === POD_REMOVED || kind === POD_TERMINATING) this.apply(mask, node, -1);
  }

  private apply(mask: Mask, node: number, sign: 1 | -1): void {
    for (let i = 0; i < this.hard.length; i++) if ((mask & (1 << i)) !== 0) this.hard[i].count(node, sign);
    for (let i = 0; i < this.soft.length; i++) {
      if ((mask & (1 << (this.hard.length + i))) === 0) continue;
      const onNode = this.onNode[i];
      if (onNode === undefined) this.soft[i].count(node, sign);
      else onNode[node] += sign;
    }
  }

  taintsChanged(): void {
    if (this.readsTaints) this.isStale = true;
  }

  nodesChanged(): void {
    this.isStale = true;
  }

  private rebuild(): void {
    this.isStale = false;
    const { hard, soft } = this;
    if (hard.length + soft.length === 0) return;
    const { cache } = this.handle;
    const bound = cache.idBound;
    for (const counted of [...hard, ...soft]) counted.clear(bound);
    this.onNode = soft.map(({ constraint }) => (constraint.topologyKey === HOSTNAME_LABEL ? new Int32Array(bound) : undefined));
    const requireAll = this.constraints!.requireAllTopologies;
    for (const node of cache.nodes) {
      const hasKeys = ({ column }: CountedConstraint): boolean => column.domainOf[node.id] !== NO_DOMAIN;
      if (hard.every(hasKeys)) for (const counted of hard) if (counted.constraint.includes(node.node)) counted.include(node.id);
      if (!requireAll || soft.every(hasKeys))
        for (const counted of soft) if (counted.constraint.includes(node.node)) counted.include(node.id);
      for (const pod of node.pods) {
        const mask = pod.isTerminating ? 0 : this.maskOf(pod.shape.id);
        if (mask !== 0) this.apply(mask, node.id, 1);
      }
    }
  }

  begin(): void {
    if (this.isStale) this.rebuild();
    for (let i = 0; i < this.hard.length; i++) this.hard[i].judge(this.self[i]);
  }

  get scores(): boolean {
    return this.soft.length > 0;
  }

  /** Weight of each soft constraint by the number of domains that the feasible nodes are in, and how many nodes are left out for lack of a key. */
  private weigh(nodes: Int32Array, count: number): { readonly weights: number[]; readonly ignored: number } {
    const { soft } = this;
    let ignored = 0;
    const requireAll = this.constraints!.requireAllTopologies;
    if (requireAll) for (let i = 0; i < count; i++) if (this.lacksKey(nodes[i])) ignored++;
    const weights = soft.map(({ constraint, column }) => {
      if (constraint.topologyKey === HOSTNAME_LABEL) return topologyWeight(count - ignored);
      const { domainOf } = column;
      if (this.seen.length <= column.domains + 1) this.seen = new Int32Array(2 * column.domains + 8);
      const { seen } = this;
      const scan = ++this.scan;
      let domains = 0;
      for (let i = 0; i < count; i++) {
        if (ignored > 0 && this.lacksKey(nodes[i])) continue;
        const slot = domainOf[nodes[i]] + 1;
        if (seen[slot] === scan) continue;
        seen[slot] = scan;
        domains++;
      }
      return topologyWeight(domains);
    });
    return { weights, ignored };
  }

  private lacksKey(node: number): boolean {
    for (let k = 0; k < this.soft.length; k++) if (this.soft[k].column.domainOf[node] < 0) return true;
    return false;
  }

  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number {
    const { soft, onNode } = this;
    if (soft.length === 0) return 0;
    if (this.raw.length < count) {
      this.raw = new Int32Array(nodes.length);
      this.sums = new Float64Array(nodes.length);
    }
    const { raw } = this;
    const { weights, ignored } = this.weigh(nodes, count);
    let min = Number.MAX_SAFE_INTEGER;
    let max = Number.MIN_SAFE_INTEGER;
    const { sums } = this;
    sums.fill(0, 0, count);
    for (let k = 0; k < soft.length; k++) {
      const { column, constraint, pods } = soft[k];
      const { domainOf } = column;
      const base = constraint.maxSkew - 1;
      const here = onNode[k];
      for (let i = 0; i < count; i++) {
        const node = nodes[i];
        const domain = domainOf[node];
        if (domain >= 0) sums[i] += (here === undefined ? pods.of(domain) : here[node]) * weights[k] + base;
      }
    }
    for (let i = 0; i < count; i++) {
      if (ignored > 0 && this.lacksKey(nodes[i])) {
        raw[i] = IGNORED;
        continue;
      }
      const rounded = Math.round(sums[i]);
      raw[i] = rounded;
      if (rounded < min) min = rounded;
      if (rounded > max) max = rounded;
    }
    if (max === 0 && ignored === 0) return weight * MAX_NODE_SCORE;
    for (let i = 0; i < count; i++) {
      if (raw[i] === IGNORED) continue;
      totals[i] += weight * (max === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (max + min - raw[i])) / max));
    }
    return 0;
  }
}

/** Mark of a node that is not scored for lack of a key. */
const IGNORED = -1;
