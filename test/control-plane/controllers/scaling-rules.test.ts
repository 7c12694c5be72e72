import { describe, expect, it } from "vitest";
import {
  limitWithBehavior,
  newMemory,
  rememberChange,
  stabilize,
  stabilizeWithBehavior,
  withDefaults,
} from "../../../src/control-plane/controllers/podautoscaler/scaling-rules.js";
import { SECOND } from "../../../src/engine/simulation.js";

const FIVE_MINUTES = 300 * SECOND;

describe("recent wishes", () => {
  it("count up to and including the age of the window", () => {
    const memory = newMemory();
    stabilize(memory, 9, FIVE_MINUTES, 0);
    expect(stabilize(memory, 2, FIVE_MINUTES, FIVE_MINUTES).replicas).toBe(9);
    expect(stabilize(memory, 2, FIVE_MINUTES, FIVE_MINUTES + 1).replicas).toBe(2);
  });

  it("of which one is out of date are kept but for the last such one, and count again under a longer window", () => {
    const memory = newMemory();
    const rules = (seconds: number): ReturnType<typeof withDefaults> =>
      withDefaults({ scaleDown: { stabilizationWindowSeconds: seconds } });
    for (const [at, wish] of [
      [0, 9],
      [15, 8],
      [100, 3],
    ] as const)
      stabilizeWithBehavior(memory, rules(60), 9, wish, FIVE_MINUTES, at * SECOND);
    // At 100 s the wishes of 0 and 15 s were too old: the later one gave its place away.
    expect(memory.recommendations.map(({ replicas }) => replicas)).toEqual([9, 3]);
    expect(stabilizeWithBehavior(memory, rules(300), 9, 3, FIVE_MINUTES, 110 * SECOND)).toMatchObject({
      replicas: 9,
      reason: "ScaleDownStabilized",
    });
  });
});

describe("policies", () => {
  it("count changes that are younger than their period", () => {
    const memory = newMemory();
    const behavior = withDefaults({ scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] } });
    rememberChange(memory, behavior, 4, 6, 0);
    expect(limitWithBehavior(memory, behavior, 6, 20, 1, 20, 59 * SECOND)).toMatchObject({ replicas: 6, reason: "ScaleUpLimit" });
    expect(limitWithBehavior(memory, behavior, 6, 20, 1, 20, 60 * SECOND)).toMatchObject({ replicas: 8, reason: "ScaleUpLimit" });
  });

  it("count a change that went the other way against it", () => {
    const memory = newMemory();
    const behavior = withDefaults({ scaleDown: { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } });
    rememberChange(memory, behavior, 4, 6, 0);
    // The period began with 4 pods, of which one may go; but no more than there are now.
    expect(limitWithBehavior(memory, behavior, 6, 1, 1, 20, 10 * SECOND)).toMatchObject({ replicas: 3, reason: "ScaleDownLimit" });
  });

  it("allow nothing where they are disabled", () => {
    const behavior = withDefaults({ scaleDown: { selectPolicy: "Disabled" } });
    expect(limitWithBehavior(newMemory(), behavior, 6, 1, 1, 20, 0)).toMatchObject({ replicas: 6, reason: "ScaleDownLimit" });
  });
});
