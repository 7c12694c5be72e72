import { describe, expect, it } from "vitest";
import { inMapOrder } from "../../../src/control-plane/controllers/nodelifecycle/map-order.js";
import { Simulation } from "../../../src/engine/simulation.js";

const DRAWS = 8000;

describe("the order of a small map", () => {
  it("is that in which entries were put in, from a place on that is drawn out of eight", () => {
    const stream = new Simulation({ seed: "map-order" }).stream("order");
    const counts = new Map<string, number>();
    for (let draw = 0; draw < DRAWS; draw++) {
      const order = inMapOrder(["a", "b", "c"], stream).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["abc", "bca", "cab"]);
    // Six of the eight places lead to the first entry; 0.02 is more than five standard deviations.
    expect(Math.abs(counts.get("abc")! / DRAWS - 6 / 8)).toBeLessThan(0.025);
    expect(Math.abs(counts.get("bca")! / DRAWS - 1 / 8)).toBeLessThan(0.02);
  });
});
