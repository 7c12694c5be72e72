/**
 * Summaries of the values of nodes that follow each other in the order of the search, so that a search can pass over nodes that are
 * neither better than the best one found nor preferred to it among equals.
 */
import { WINDOW } from "../node-selection.js";

export const BLOCK_SHIFT = 5;
export const BLOCK_SIZE = 1 << BLOCK_SHIFT;

if (BLOCK_SIZE !== WINDOW) throw new Error("a block and a window of ranks have the same size");

export class ValueBlocks {
  /** By block: whether the summary holds. */
  known = new Uint8Array(0);
  /** Feasible nodes. */
  feasible = new Uint8Array(0);
  /** Greatest value; -1 where no node is feasible. */
  best = new Int32Array(0);
  /** Nodes of the greatest value. */
  ties = new Uint8Array(0);

  /** Forgets all, for an order of so many nodes. */
  reset(nodes: number): void {
    const blocks = (nodes >> BLOCK_SHIFT) + 1;
    this.known = new Uint8Array(blocks);
    this.feasible = new Uint8Array(blocks);
    this.best = new Int32Array(blocks);
    this.ties = new Uint8Array(blocks);
  }

  store(block: number, feasible: number, best: number, ties: number): void {
    this.known[block] = 1;
    this.feasible[block] = feasible;
    this.best[block] = best;
    this.ties[block] = ties;
  }
}
