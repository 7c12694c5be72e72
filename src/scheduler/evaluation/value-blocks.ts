/**
 * Summaries of the values of nodes that follow each other in the order of the search: which of them are feasible and which are best, a
 * bit for each. A search reads the summaries instead of the nodes, and only nodes that changed are read again.
 */
import { WINDOW } from "../node-selection.js";
import { bitsBetween, lowestBit, numberOfBit } from "./bit-masks.js";

export const BLOCK_SHIFT = 5;
export const BLOCK_SIZE = 1 << BLOCK_SHIFT;

if (BLOCK_SIZE !== WINDOW) throw new Error("a block and a window of ranks have the same size");

export class ValueBlocks {
  /** By block, the nodes that changed since the summary was made. */
  private stale = new Int32Array(0);
  /** By block, the feasible nodes. */
  feasible = new Int32Array(0);
  /** By block, the feasible nodes of the greatest value. */
  top = new Int32Array(0);
  /** By block, the greatest value; -1 where no node is feasible. */
  best = new Int32Array(0);
  /** By place in the order of the search, the value of the node there; negative where it is not feasible. */
  values = new Int32Array(0);
  private order: Int32Array = new Int32Array(0);

  /** @param valueOf value of a node by its number */
  constructor(private readonly valueOf: (id: number) => number) {}

  /** Forgets all. @param order numbers of the nodes in the order of the search */
  reset(order: Int32Array): void {
    this.order = order;
    const blocks = (order.length >> BLOCK_SHIFT) + 1;
    this.stale = new Int32Array(blocks).fill(-1);
    this.stale[blocks - 1] = bitsBetween(0, order.length & (BLOCK_SIZE - 1));
    this.feasible = new Int32Array(blocks);
    this.top = new Int32Array(blocks);
    this.best = new Int32Array(blocks).fill(-1);
    this.values = new Int32Array(order.length);
  }

  /** The node at that place of the order has another value. */
  changed(place: number): void {
    this.stale[place >> BLOCK_SHIFT] |= 1 << (place & (BLOCK_SIZE - 1));
  }

  /** Brings the summary of a block up to date. */
  refresh(block: number): void {
    const changed = this.stale[block];
    if (changed === 0) return;
    this.stale[block] = 0;
    const { order, valueOf, values } = this;
    const first = block << BLOCK_SHIFT;
    let feasible = this.feasible[block] & ~changed;
    let top = this.top[block] & ~changed;
    let best = top === 0 ? -1 : this.best[block];
    for (let left = changed; left !== 0; left &= left - 1) {
      const bit = lowestBit(left);
      const place = first + numberOfBit(bit);
      const value = valueOf(order[place]);
      values[place] = value;
      if (value < 0) continue;
      feasible |= bit;
      if (value > best) {
        best = value;
        top = bit;
      } else if (value === best) top |= bit;
    }
    this.feasible[block] = feasible;
    if (best < this.best[block]) this.findBest(block);
    else {
      this.top[block] = top;
      this.best[block] = best;
    }
  }

  /** The best ones are gone: looks for the next best in the whole block. */
  private findBest(block: number): void {
    const { values } = this;
    const first = block << BLOCK_SHIFT;
    const end = Math.min(first + BLOCK_SIZE, values.length);
    let best = -1;
    for (let place = first; place < end; place++) if (values[place] > best) best = values[place];
    let top = 0;
    if (best >= 0) for (let place = first; place < end; place++) if (values[place] === best) top |= 1 << (place - first);
    this.best[block] = best;
    this.top[block] = top;
  }
}
