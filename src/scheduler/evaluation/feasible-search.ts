/** Search for the feasible nodes whose totals are still to be completed: where more than each node's own value decides. */
import { bitsBetween, lowestBit, numberOfBit } from "./bit-masks.js";
import type { NodeValues } from "./node-values.js";
import type { ShapeEvaluation } from "./shape-evaluation.js";
import { BLOCK_SHIFT, BLOCK_SIZE } from "./value-blocks.js";

/** What has to be asked anew each time: whether the node, by its number, is rejected after all. */
export type Rejects = (id: number) => boolean;

/** What the last search found. */
export class FeasibleSearch {
  /** Numbers of the feasible nodes, in order. */
  nodes = new Int32Array(0);
  /** Parallel to {@link nodes}, the part of their totals that is each node's own. */
  totals = new Int32Array(0);
  /** Number of feasible nodes. */
  found = 0;
  /** Number of nodes looked at, and where the next search begins. */
  looked = 0;
  end = 0;

  /** @param wanted the search ends at the first feasible node past so many */
  run(shape: ShapeEvaluation, values: NodeValues, order: Int32Array, start: number, wanted: number, rejects: Rejects | undefined): void {
    const count = order.length;
    if (this.nodes.length < count) {
      this.nodes = new Int32Array(2 * count);
      this.totals = new Int32Array(2 * count);
    }
    const { nodes, totals } = this;
    const { blocks } = values;
    let at = start;
    let looked = 0;
    let found = 0;
    search: while (looked < count) {
      const block = at >> BLOCK_SHIFT;
      const first = block << BLOCK_SHIFT;
      const end = Math.min(first + BLOCK_SIZE, count, at + count - looked);
      blocks.refresh(block);
      for (let left = blocks.feasible[block] & bitsBetween(at - first, end - first); left !== 0; left &= left - 1) {
        const place = first + numberOfBit(lowestBit(left));
        const id = order[place];
        if (shape.checkRules(id) !== 0 || rejects?.(id) === true) continue;
        if (found === wanted) {
          looked += place - at;
          at = place;
          break search;
        }
        nodes[found] = id;
        totals[found++] = blocks.values[place];
      }
      looked += end - at;
      at = end === count ? 0 : end;
    }
    this.found = found;
    this.looked = looked;
    this.end = at;
  }
}
