/** A filter by the number of pods in a node's domain: whether there are any. */
import type { TopologyColumn } from "../cache/topology-column.js";
import { DomainCheck } from "./domain-check.js";
import { DomainCounts } from "./domain-counts.js";

export interface Verdicts {
  /** On nodes without the key. */
  readonly missing: number;
  /** On domains with pods. */
  readonly some: number;
  /** On domains without pods. */
  readonly none: number;
}

export class CountedCheck {
  readonly counts: DomainCounts;
  readonly check: DomainCheck;
  private none: number;

  constructor(
    column: TopologyColumn,
    private readonly verdicts: Verdicts,
  ) {
    this.counts = new DomainCounts(column);
    this.check = new DomainCheck(column, verdicts.missing);
    this.none = verdicts.none;
  }

  add(node: number, sign: 1 | -1): void {
    const { counts } = this;
    counts.add(node, sign, sign);
    const domain = counts.column.domainOf[node];
    if (domain >= 0) this.check.set(domain, counts.of(domain) > 0 ? this.verdicts.some : this.none);
  }

  clear(): void {
    this.counts.clear();
    this.check.reset(this.none);
  }

  /** Changes the verdict on domains without pods. */
  setNone(verdict: number): void {
    if (this.none === verdict) return;
    this.none = verdict;
    this.check.reset(verdict);
    const { counts } = this.counts;
    for (let domain = 0; domain < counts.length; domain++) if (counts[domain] > 0) this.check.set(domain, this.verdicts.some);
  }
}
