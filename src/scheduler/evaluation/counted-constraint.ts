import type { Cache } from "../cache/cache.js";
import type { TopologyColumn } from "../cache/topology-column.js";
import type { SpreadConstraint } from "../plugins/spread-constraints.js";
import { DomainCheck } from "./domain-check.js";
import { DomainCounts } from "./domain-counts.js";

/** The counts of one topology spread constraint, and which domains it forbids. */
export class CountedConstraint {
  readonly column: TopologyColumn;
  /** Matching pods by domain, on nodes that are included. */
  readonly pods: DomainCounts;
  /** Nodes that are included, by domain: only domains that have some take part. */
  readonly nodes: DomainCounts;
  /** Whether pods on a node count, by number of the node. */
  included = new Uint8Array(0);
  /** By domain, for a hard constraint. */
  readonly check: DomainCheck;
  private limit = Number.NaN;
  /** Domains whose count changed since the verdicts were brought up to date. */
  private readonly changed: number[] = [];

  constructor(
    readonly constraint: SpreadConstraint,
    cache: Cache,
    missing: number,
    private readonly mismatch: number,
  ) {
    this.column = cache.topology(constraint.topologyKey);
    this.pods = new DomainCounts(this.column);
    this.nodes = new DomainCounts(this.column);
    this.check = new DomainCheck(this.column, missing);
  }

  clear(nodes: number): void {
    this.pods.clear();
    this.nodes.clear();
    this.included = new Uint8Array(nodes);
    this.limit = Number.NaN;
  }

  include(node: number): void {
    this.included[node] = 1;
    this.nodes.add(node, 1, 1);
  }

  count(node: number, sign: 1 | -1): void {
    if (this.included[node] !== 1) return;
    this.pods.add(node, sign, sign);
    this.changed.push(this.column.domainOf[node]);
  }

  /** Brings the verdicts up to date. @param self 1 where the pod itself will count */
  judge(self: 0 | 1): void {
    const { changed, pods, check, mismatch } = this;
    if (changed.length === 0 && !Number.isNaN(this.limit)) return;
    const limit = this.constraint.maxSkew + this.leastCount() - self;
    if (limit === this.limit) for (const domain of changed) check.set(domain, pods.of(domain) > limit ? mismatch : 0);
    else {
      this.limit = limit;
      check.reset(0 > limit ? mismatch : 0);
      for (let domain = 0; domain < this.column.domains; domain++) if (pods.of(domain) > limit) check.set(domain, mismatch);
    }
    changed.length = 0;
  }

  /** The least count of a domain that takes part; 0 where there are fewer domains than the constraint asks for. */
  private leastCount(): number {
    let domains = 0;
    let min = Number.MAX_SAFE_INTEGER;
    const { counts } = this.nodes;
    for (let domain = 0; domain < this.column.domains && domain < counts.length; domain++) {
      if (counts[domain] === 0) continue;
      domains++;
      const count = this.pods.of(domain);
      if (count < min) min = count;
    }
    return domains < this.constraint.minDomains ? 0 : min;
  }
}
