/**
 * Which of the best nodes is taken, and how many nodes a search looks for.
 *
 * Source of the rules: pkg/scheduler/schedule_one.go (numFeasibleNodesToFind, selectHost)
 */
import type { RandomStream } from "../engine/random.js";

/** Below so many nodes, or with so many feasible ones found, the search is not cut short: minFeasibleNodesToFind */
export const MIN_FEASIBLE_NODES_TO_FIND = 100;
/** The adaptive percentage starts here and falls by 1 for each 125 nodes, down to the least. */
const ADAPTIVE_PERCENTAGE = 50;
const NODES_PER_PERCENT = 125;
const MIN_ADAPTIVE_PERCENTAGE = 5;

/** How many feasible nodes are enough, of so many nodes. A percentage of 0 adapts to the number of nodes. */
export function numFeasibleNodesToFind(nodes: number, percentage: number): number {
  if (nodes < MIN_FEASIBLE_NODES_TO_FIND) return nodes;
  const share =
    percentage === 0 ? Math.max(MIN_ADAPTIVE_PERCENTAGE, ADAPTIVE_PERCENTAGE - Math.floor(nodes / NODES_PER_PERCENT)) : percentage;
  return Math.max(MIN_FEASIBLE_NODES_TO_FIND, Math.floor((nodes * Math.min(share, 100)) / 100));
}

/**
 * How equal totals are told apart:
 * - "upstream": as kube-scheduler with parallelism 1, which takes the root of a binary heap built bottom-up;
 * - "name": the smallest name;
 * - a random stream: each with equal chance.
 */
export type TieBreak = "upstream" | "name" | RandomStream;

/** The same as it is asked for. */
export const TIE_BREAKS = ["upstream", "name", "random"] as const;
export type TieBreakRule = (typeof TIE_BREAKS)[number];

/**
 * Rank of a place in the pre-order walk of a binary heap (root, left subtree, right subtree), to compare two places with.
 *
 * Building a heap bottom-up brings to the root of each subtree its greatest element: on equal scores the root stays before the left
 * child, and the left child is preferred to the right one. So of all places with the greatest score, the first in pre-order wins,
 * whatever the size of the heap.
 */
export function preorderRank(place: number): number {
  const path = place + 1;
  const depth = 31 - Math.clz32(path);
  return path * 2 ** (DEPTHS - depth) * DEPTHS + depth;
}

/** Deeper heaps than this would have more places than there can be nodes. */
const DEPTHS = 24;

let ranks = new Float64Array(0);

/** {@link preorderRank} of the places 0 to count - 1, in a shared table. */
export function preorderRanks(count: number): Float64Array {
  if (ranks.length < count) {
    ranks = new Float64Array(Math.max(1024, 2 * count));
    for (let place = 0; place < ranks.length; place++) ranks[place] = preorderRank(place);
  }
  return ranks;
}

/** So many places in a row are looked at together. */
export const WINDOW = 32;

let minima = new Float64Array(0);

/** The least {@link preorderRank} among the {@link WINDOW} places from each on, in a shared table. */
export function windowMinima(count: number): Float64Array {
  if (minima.length < count) {
    const all = preorderRanks(count + WINDOW);
    minima = new Float64Array(all.length - WINDOW);
    for (let place = 0; place < minima.length; place++) {
      let least = all[place];
      for (let i = 1; i < WINDOW; i++) if (all[place + i] < least) least = all[place + i];
      minima[place] = least;
    }
  }
  return minima;
}

/** The place of the winner among `count` totals. */
export function selectPlace(totals: ArrayLike<number>, count: number, nameOf: (place: number) => string, tieBreak: TieBreak): number {
  let best = 0;
  if (tieBreak === "upstream") {
    const rank = preorderRanks(count);
    for (let place = 1; place < count; place++) {
      if (totals[place] > totals[best] || (totals[place] === totals[best] && rank[place] < rank[best])) best = place;
    }
    return best;
  }
  if (tieBreak === "name") {
    for (let place = 1; place < count; place++) {
      if (totals[place] > totals[best] || (totals[place] === totals[best] && nameOf(place) < nameOf(best))) best = place;
    }
    return best;
  }
  const tied: number[] = [];
  for (let place = 0; place < count; place++) {
    if (totals[place] > totals[best]) tied.length = 0;
    if (place === 0 || totals[place] >= totals[best]) {
      best = place;
      tied.push(place);
    }
  }
  return tied.length === 1 ? tied[0] : tied[tieBreak.integer(tied.length)];
}
