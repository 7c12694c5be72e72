/** A filter that depends on nothing but a node's value of a topology key. */
import type { TopologyColumn } from "../cache/topology-column.js";

export class DomainCheck {
  /** By number of the domain plus 1, the first for nodes without the key: 0 where a node passes, else the code of the status. */
  verdicts = new Uint16Array(0);

  constructor(
    readonly column: TopologyColumn,
    /** Verdict on nodes that lack the key. */
    private readonly missing: number,
  ) {}

  /** Gives all domains the same verdict. */
  reset(verdict: number): void {
    const size = this.column.domains + 1;
    if (this.verdicts.length < size) this.verdicts = new Uint16Array(2 * size);
    this.verdicts.fill(verdict);
    this.verdicts[0] = this.missing;
  }

  set(domain: number, verdict: number): void {
    this.verdicts[domain + 1] = verdict;
  }
}
