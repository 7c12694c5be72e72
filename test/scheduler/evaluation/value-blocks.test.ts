import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsBetween, countBits, lowestBit, numberOfBit, withoutLowest } from "../../../src/scheduler/evaluation/bit-masks.js";
import { BLOCK_SIZE, ValueBlocks } from "../../../src/scheduler/evaluation/value-blocks.js";

/** Numbers of the bits that are set, lowest first. */
function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask & (1 << bit)) !== 0);
}

const mask = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("bit masks", () => {
  it("count, find and drop bits", () => {
    fc.assert(
      fc.property(mask, fc.nat(32), (bits, dropped) => {
        expect(countBits(bits)).toBe(bitsOf(bits).length);
        expect(bitsOf(withoutLowest(bits, dropped))).toEqual(bitsOf(bits).slice(dropped));
        if (bits !== 0) expect(numberOfBit(lowestBit(bits))).toBe(bitsOf(bits)[0]);
      }),
    );
  });

  it("cover ranges, the whole word too", () => {
    for (let from = 0; from < 32; from++) {
      for (let to = from; to <= 32; to++)
        expect(bitsOf(bitsBetween(from, to))).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
    }
  });
});

describe("ValueBlocks", () => {
  it("know the feasible and the best nodes of each block after any changes", () => {
    const value = fc.integer({ min: -3, max: 5 });
    const nodes = fc.integer({ min: 1, max: 100 });
    const change = fc.record({ place: fc.nat(99), to: value });
    fc.assert(
      fc.property(
        nodes,
        fc.array(value, { minLength: 100, maxLength: 100 }),
        fc.array(fc.array(change), { maxLength: 8 }),
        (count, values, rounds) => {
          // Numbers of nodes that differ from their places.
          const order = Int32Array.from({ length: count }, (_, place) => count - 1 - place);
          const blocks = new ValueBlocks((id) => values[id]);
          blocks.reset(order);
          for (const changes of [[], ...rounds]) {
            for (const { place, to } of changes) {
              if (place >= count) continue;
              values[order[place]] = to;
              blocks.changed(place);
            }
            for (let block = 0; block * BLOCK_SIZE < count; block++) {
              const members = Array.from(order.subarray(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE), (id) => values[id]);
              const best = Math.max(-1, ...members.filter((each) => each >= 0));
              blocks.refresh(block);
              expect(bitsOf(blocks.feasible[block])).toEqual(members.flatMap((each, bit) => (each >= 0 ? [bit] : [])));
              expect(blocks.best[block]).toBe(best);
              expect(bitsOf(blocks.top[block])).toEqual(members.flatMap((each, bit) => (each >= 0 && each === best ? [bit] : [])));
            }
          }
        },
      ),
    );
  });
});
