import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStreams } from "../../src/engine/random.js";
import { numFeasibleNodesToFind, preorderRanks, selectPlace, WINDOW, windowMinima } from "../../src/scheduler/node-selection.js";

/** Go's container/heap.Init over the scores, higher first: returns the place whose element ends at the root. */
function rootOfHeap(scores: readonly number[]): number {
  const heap = scores.map((_, place) => place);
  for (let start = (heap.length >> 1) - 1; start >= 0; start--) {
    for (let at = start, child = 2 * at + 1; child < heap.length; at = child, child = 2 * at + 1) {
      if (child + 1 < heap.length && scores[heap[child + 1]] > scores[heap[child]]) child++;
      if (scores[heap[child]] <= scores[heap[at]]) break;
      [heap[at], heap[child]] = [heap[child], heap[at]];
    }
  }
  return heap[0];
}

const nameOf = (place: number): string => `node-${String(1000 - place)}`;

describe("selectPlace", () => {
  it("takes the root of a heap built bottom-up, as upstream", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }), (scores) => {
        expect(selectPlace(scores, scores.length, nameOf, "upstream")).toBe(rootOfHeap(scores));
      }),
    );
  });

  it("takes the smallest name among the best", () => {
    expect(selectPlace([3, 7, 7, 1], 4, nameOf, "name")).toBe(2);
  });

  it("draws among the best, each as often as the others", () => {
    const stream = new RandomStreams(1, 0).stream("tie-break");
    const drawn = [0, 0, 0, 0];
    for (let i = 0; i < 3000; i++) drawn[selectPlace([5, 9, 9, 9], 4, nameOf, stream)]++;
    expect(drawn[0]).toBe(0);
    for (const count of drawn.slice(1)) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe("windowMinima", () => {
  it("holds the least rank of each window", () => {
    const minima = windowMinima(500);
    const ranks = preorderRanks(500 + WINDOW);
    for (let place = 0; place < 500; place++) expect(minima[place]).toBe(Math.min(...ranks.subarray(place, place + WINDOW)));
  });
});

describe("numFeasibleNodesToFind", () => {
  // Worked out by hand from the rule: all below 100, else max(100, N * percentage / 100), adaptive percentage max(5, 50 - N / 125).
  it.each([
    [99, 30, 99],
    [100, 30, 100],
    [1000, 30, 300],
    [1000, 5, 100],
    [5000, 0, 500],
    [1000, 0, 420],
    [6000, 0, 300],
    [15000, 0, 750],
    [200, 100, 200],
  ])("of %i nodes at %i %%: %i", (nodes, percentage, expected) => {
    expect(numFeasibleNodesToFind(nodes, percentage)).toBe(expected);
  });
});
