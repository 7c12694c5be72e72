/** The values of one topology key (a node label) over all nodes, as small numbers. */
import type { Node } from "../../api/types/index.js";

/** The node lacks the key. */
export const NO_DOMAIN = -1;

export class TopologyColumn {
  /** Domain by number of the node, {@link NO_DOMAIN} where the node lacks the key or does not exist. */
  domainOf = new Int32Array(0);
  private readonly numbers = new Map<string, number>();

  constructor(readonly key: string) {}

  /** Number of domains seen so far, those without a node left included. */
  get domains(): number {
    return this.numbers.size;
  }

  set(id: number, node: Node | undefined): void {
    if (id >= this.domainOf.length) {
      const larger = new Int32Array(Math.max(64, 2 * id + 1)).fill(NO_DOMAIN);
      larger.set(this.domainOf);
      this.domainOf = larger;
    }
    const labels = node?.metadata.labels;
    this.domainOf[id] = labels !== undefined && Object.hasOwn(labels, this.key) ? this.numberOf(labels[this.key]) : NO_DOMAIN;
  }

  private numberOf(value: string): number {
    let number = this.numbers.get(value);
    if (number === undefined) this.numbers.set(value, (number = this.numbers.size));
    return number;
  }
}
