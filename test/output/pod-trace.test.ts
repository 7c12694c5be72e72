import { describe, expect, it } from "vitest";
import { podSteps } from "../../src/output/pod-trace.js";

const at = (time: number) => ({ time, component: "etcd" });
const NOTHING = undefined;

describe("podSteps", () => {
  it("tells steps that were missed from those that never came, and counts from the last that was done", () => {
    const steps = podSteps(true, [NOTHING, NOTHING, NOTHING, at(10), at(14), NOTHING, at(20), NOTHING, NOTHING, NOTHING, NOTHING]);
    expect(steps.map(({ state }) => state)).toEqual([
      ...Array<string>(3).fill("not seen"),
      "done",
      "done",
      "not seen",
      "done",
      ...Array<string>(4).fill("not reached"),
    ]);
    expect(steps.map(({ since }) => since).filter((since) => since !== undefined)).toEqual([4, 6]);
  });
});
