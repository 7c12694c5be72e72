/** Numbers by value of a topology key. */
import type { TopologyColumn } from "../cache/topology-column.js";

export class DomainCounts {
  /** By number of the domain. */
  counts = new Int32Array(8);
  /** How many additions less how many subtractions of one there were: 0 means that nothing is counted at all. */
  entries = 0;

  constructor(readonly column: TopologyColumn) {}

  /** Adds to the domain of the node; a node without the key is in none. */
  add(node: number, amount: number, entry: 1 | -1): void {
    const domain = this.column.domainOf[node];
    if (!(domain >= 0)) return;
    if (domain >= this.counts.length) this.grow(domain);
    this.counts[domain] += amount;
    this.entries += entry;
  }

  /** The number of a domain. */
  of(domain: number): number {
    return domain < this.counts.length ? this.counts[domain] : 0;
  }

  clear(): void {
    this.counts.fill(0);
    this.entries = 0;
  }

  private grow(domain: number): void {
    const larger = new Int32Array(Math.max(2 * this.counts.length, domain + 1));
    larger.set(this.counts);
    this.counts = larger;
  }
}
