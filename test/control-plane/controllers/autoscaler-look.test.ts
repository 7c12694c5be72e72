import { describe, expect, it } from "vitest";
import { play, type PodGroup, type Step } from "../../conformance/hpa-decisions.js";

describe("the autoscaler", () => {
  const spec = {
    minReplicas: 1,
    maxReplicas: 20,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }],
  } as const;
  const looked = (groups: readonly PodGroup[], replicas: number): number => {
    const step: Step = { at: 0, pods: groups, expect: { currentReplicas: 0, desiredReplicas: 0, specReplicasAfter: 0, conditions: {} } };
    const results = play({ name: "", spec, replicas, steps: [step] });
    return (results[0].seen as { readonly specReplicasAfter: number }).specReplicasAfter;
  };

  it("adds replicas in proportion to the use above the target", () => {
    expect(looked([{ count: 4, requestMilli: 1000, usageMilli: 750, startedAgo: 3600 }], 4)).toBe(6);
  });

  it("leaves a use within ten per cent of the target alone", () => {
    expect(looked([{ count: 4, requestMilli: 1000, usageMilli: 545, startedAgo: 3600 }], 4)).toBe(4);
  });

  it("at most doubles in one look, but may always go to four", () => {
    expect(looked([{ count: 8, requestMilli: 1000, usageMilli: 5000, startedAgo: 3600 }], 8)).toBe(16);
    expect(looked([{ count: 1, requestMilli: 1000, usageMilli: 5000, startedAgo: 3600 }], 1)).toBe(4);
  });

  it("counts pods without a measurement as idle when it would add pods", () => {
    expect(
      looked(
        [
          { count: 2, requestMilli: 1000, usageMilli: 1000, startedAgo: 3600 },
          { count: 2, requestMilli: 1000, startedAgo: 3600 },
        ],
        4,
      ),
    ).toBe(4);
  });
});
