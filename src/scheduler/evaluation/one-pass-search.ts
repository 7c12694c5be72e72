/** Search and choice in one pass over the nodes, where each node's own value decides and ties are broken as upstream. */
import { preorderRanks, windowMinima } from "../node-selection.js";
import { bitsBetween, countBits, lowestBit, numberOfBit, withoutLowest } from "./bit-masks.js";
import type { NodeValues } from "./node-values.js";
import type { ShapeEvaluation } from "./shape-evaluation.js";
import { BLOCK_SIZE, BLOCK_SHIFT } from "./value-blocks.js";

/** What the last search found. */
export class OnePassSearch {
  /** Number of feasible nodes. */
  found = 0;
  /** Number of nodes looked at, and where the next search begins. */
  looked = 0;
  end = 0;
  /** Number of the chosen node, its value, and how many have that value. */
  id = -1;
  best = -1;
  tied = 0;
  /** Rank of the chosen node among the feasible ones. */
  private rank = 0;

  /** @param wanted the search ends at the first feasible node past so many */
  run(shape: ShapeEvaluation, values: NodeValues, order: Int32Array, start: number, wanted: number): void {
    const nodes = order.length;
    const { blocks } = values;
    const hasChecks = shape.checks.length > 0;
    this.best = this.id = -1;
    this.tied = 0;
    let at = start;
    let looked = 0;
    let found = 0;
    while (looked < nodes) {
      const block = at >> BLOCK_SHIFT;
      const first = block << BLOCK_SHIFT;
      const end = Math.min(first + BLOCK_SIZE, nodes, at + nodes - looked);
      blocks.refresh(block);
      let feasible = blocks.feasible[block] & bitsBetween(at - first, end - first);
      if (hasChecks) feasible = passing(shape, order, first, feasible);
      const count = countBits(feasible);
      if (found + count > wanted) {
        const past = withoutLowest(feasible, wanted - found);
        const cut = numberOfBit(lowestBit(past));
        this.weigh(values, order, block, feasible & ~past, found);
        found = wanted;
        looked += first + cut - at;
        at = first + cut;
        break;
      }
      this.weigh(values, order, block, feasible, found);
      found += count;
      looked += end - at;
      at = end === nodes ? 0 : end;
    }
    this.found = found;
    this.looked = looked;
    this.end = at;
  }

  /** Compares the feasible nodes of a block with the best so far. @param found how many were found before */
  private weigh(values: NodeValues, order: Int32Array, block: number, feasible: number, found: number): void {
    const { blocks } = values;
    let value = blocks.best[block];
    if (feasible === 0 || value < this.best) return;
    let best = blocks.top[block] & feasible;
    if (best === 0) {
      // The best ones of the block are out of the question.
      value = -1;
      for (let left = feasible; left !== 0; left &= left - 1) {
        const bit = lowestBit(left);
        const own = blocks.values[(block << BLOCK_SHIFT) + numberOfBit(bit)];
        if (own > value) {
          value = own;
          best = bit;
        } else if (own === value) best |= bit;
      }
      if (value < this.best) return;
    }
    if (value > this.best) {
      this.best = value;
      this.tied = 0;
      this.rank = Number.POSITIVE_INFINITY;
    }
    this.tied += countBits(best);
    if (windowMinima(order.length)[found] >= this.rank) return;
    const ranks = preorderRanks(order.length);
    for (let left = best; left !== 0; left &= left - 1) {
      const bit = lowestBit(left);
      const rank = ranks[found + countBits(feasible & (bit - 1))];
      if (rank >= this.rank) continue;
      this.rank = rank;
      this.id = order[(block << BLOCK_SHIFT) + numberOfBit(bit)];
    }
  }
}

/** Those of the nodes of a block that pass the rules too. */
function passing(shape: ShapeEvaluation, order: Int32Array, first: number, nodes: number): number {
  let passed = nodes;
  for (let left = nodes; left !== 0; left &= left - 1) {
    const bit = lowestBit(left);
    if (shape.checkRules(order[first + numberOfBit(bit)]) !== 0) passed &= ~bit;
  }
  return passed;
}
