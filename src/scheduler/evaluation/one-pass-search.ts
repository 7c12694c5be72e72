/** Search and choice in one pass over the nodes, where each node's own value decides and ties are broken as upstream. */
import { preorderRanks, windowMinima } from "../node-selection.js";
import { UNKNOWN } from "./node-evaluation.js";
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

  /** @param wanted the search ends at the first feasible node past so many */
  run(shape: ShapeEvaluation, order: Int32Array, start: number, wanted: number): void {
    const nodes = order.length;
    const { value, blocks } = shape.nodes;
    const hasChecks = shape.checks.length > 0;
    const rank = preorderRanks(nodes);
    const leastRank = windowMinima(nodes);
    let at = start;
    let looked = 0;
    let found = 0;
    let best = -1;
    let bestId = -1;
    let bestRank = 0;
    let tied = 0;
    search: while (looked < nodes) {
      const from = at;
      const block = at >> BLOCK_SHIFT;
      const blockEnd = Math.min((block + 1) * BLOCK_SIZE, nodes);
      const end = Math.min(blockEnd, at + nodes - looked);
      const isWhole = !hasChecks && end === blockEnd && at === block * BLOCK_SIZE;
      if (isWhole && blocks.known[block] === 1) {
        const feasible = blocks.feasible[block];
        const greatest = blocks.best[block];
        if (found + feasible <= wanted && (greatest < best || (greatest === best && leastRank[found] >= bestRank))) {
          found += feasible;
          if (greatest === best) tied += blocks.ties[block];
          looked += end - from;
          at = end === nodes ? 0 : end;
          continue;
        }
      }
      const foundBefore = found;
      let blockBest = -1;
      let blockTies = 0;
      for (; at < end; at++) {
        const id = order[at];
        let total = value[id];
        if (total === UNKNOWN) total = shape.nodes.judge(id);
        if (total < 0 || (hasChecks && shape.checkRules(id) !== 0)) continue;
        if (found === wanted) {
          looked += at - from;
          break search;
        }
        if (total > blockBest) {
          blockBest = total;
          blockTies = 1;
        } else if (total === blockBest) blockTies++;
        if (total > best) {
          best = total;
          bestId = id;
          bestRank = rank[found];
          tied = 1;
        } else if (total === best) {
          tied++;
          if (rank[found] < bestRank) {
            bestId = id;
            bestRank = rank[found];
          }
        }
        found++;
      }
      looked += end - from;
      if (isWhole) blocks.store(block, found - foundBefore, blockBest, blockTies);
      if (at === nodes) at = 0;
    }
    this.found = found;
    this.looked = looked;
    this.end = at;
    this.id = bestId;
    this.best = best;
    this.tied = tied;
  }
}
