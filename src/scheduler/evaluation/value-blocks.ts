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
  private order: Int32Array = new Int32Array(0);

  /** @param valueOf value of a node by its number; negative where it is not feasible */
  constructor(private readonly valueOf: (id: number) => number) {}

  /** Forgets all. @param order numbers of the nodes in the order of the search */
  reset(order: Int32Array): void {
    this.order = order;
    const blocks = (order.length >> BLOCK_SHIFT) + 1;
    this.stale = new Int32Array(blocks).fill(-1);
    this.stale[blocks - 1] = bitsBetween(0, order.length & (BLOCK_SIZE - 1));
    this.feasible = new Int32Array(blocks);
    this.top = new Int32Array(blocks);
    this.best = new Int32Array(blocks);
  }

  /** The node at that place of the order has another value. */
  changed(place: number): void {
    this.stale[place >> BLOCK_SHIFT] |= 1 << (place & (BLOCK_SIZE - 1));
  }

  /** Brings the summary of a block up to date. */
  refresh(block: number): void {
    const { order, valueOf } = this;
    let left = this.stale[block];
    if (left === 0) return;
    this.stale[block] = 0;
    let feasible = this.feasible[block] & ~left;
    let top = this.top[block] & ~left;
    let best = this.best[block];
    if (top === 0) {
      left |= feasible;
      best = -1;
    }
    const first = block << BLOCK_SHIFT;
    for (; left !== 0; left &= left - 1) {
      const bit = lowestBit(left);
      const value = valueOf(order[first + numberOfBit(bit)]);
      if (value < 0) continue;
      feasible |= bit;
      if (value > best) {
        best = value;
        top = bit;
      } else if (value === best) top |= bit;
    }
    this.feasible[block] = feasible;
    this.top[block] = top;
    this.best[block] = best;
  }
}
