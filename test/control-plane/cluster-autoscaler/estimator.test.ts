import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equivalenceGroups } from "../../../src/control-plane/cluster-autoscaler/equivalence-groups.js";
import { decreasing, estimateNodes } from "../../../src/control-plane/cluster-autoscaler/estimator.js";
import { node, placements, pod, pods, template } from "./objects.js";

const NO_LIMIT = 1000;

describe("pods that are alike", () => {
  it("are one group where they have one controller, the same labels and the same spec", () => {
    const groups = equivalenceGroups([...pods("a", 3), ...pods("b", 2, { cpu: "2" }), ...pods("c", 2, { labels: { app: "other" } })]);
    expect(groups.map((group) => group.pods.map(({ metadata }) => metadata.name))).toEqual([
      ["a-0", "a-1", "a-2"],
      ["b-0", "b-1"],
      ["c-0", "c-1"],
    ]);
  });

  it("are groups of one where nobody controls them", () => {
    expect(equivalenceGroups(pods("a", 3, { owner: undefined }))).toHaveLength(3);
  });

  it("of one controller make ten groups at most, beside groups of one", () => {
    const different = Array.from({ length: 12 }, (_, index) => pod(`p-${index}`, { cpu: `${index + 1}m` }));
    const again = Array.from({ length: 12 }, (_, index) => pod(`q-${index}`, { cpu: `${index + 1}m` }));
    expect(equivalenceGroups([...different, ...again]).map((group) => group.pods.length)).toEqual([
      ...Array<number>(10).fill(2),
      1,
      1,
      1,
      1,
    ]);
  });
});

describe("the binpacking estimator", () => {
  it("packs by all resources: four pods of a core to a node of four cores", () => {
    const estimate = estimateNodes(placements(), equivalenceGroups(pods("a", 10)), template(), NO_LIMIT);
    expect(estimate.nodes).toBe(3);
    expect(estimate.pods).toHaveLength(10);
  });

  it("places the largest pods first", () => {
    const groups = equivalenceGroups([
      ...pods("small", 4, { cpu: "1" }),
      ...pods("large", 2, { cpu: "2500m" }),
      ...pods("fat", 1, { cpu: "100m", memory: "7Gi" }),
    ]);
    expect(decreasing(groups, template()).map((group) => group.pods[0].metadata.name)).toEqual(["fat-0", "large-0", "small-0"]);
    // 2.5 + 1 cores on two nodes, the third takes two small ones beside the fat one.
    expect(estimateNodes(placements(), groups, template(), NO_LIMIT).nodes).toBe(3);
  });

  it("adds no more nodes than allowed, and says which pods found places", () => {
    const estimate = estimateNodes(placements(), equivalenceGroups(pods("a", 10)), template(), 2);
    expect([estimate.nodes, estimate.pods.length]).toEqual([2, 8]);
  });

  it("adds none for pods that fit on no such node", () => {
    expect(estimateNodes(placements(), equivalenceGroups(pods("a", 3, { cpu: "5" })), template(), NO_LIMIT)).toEqual({
      nodes: 0,
      pods: [],
    });
  });

  it("heeds the scheduler's filters: pods that keep apart need a node each, daemon pods take their share", () => {
    const apart = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } },
          ],
        },
      },
    };
    expect(estimateNodes(placements(), equivalenceGroups(pods("a", 3, { spec: apart })), template(), NO_LIMIT).nodes).toBe(3);
    const withDaemon = { ...template(), pods: [pod("daemon", { owner: "DaemonSet", cpu: "1" })] };
    expect(estimateNodes(placements(), equivalenceGroups(pods("a", 6)), withDaemon, NO_LIMIT).nodes).toBe(2);
  });

  it("leaves the cluster as it was", () => {
    const snapshot = placements([node("n")]);
    const before = snapshot.generation("n");
    estimateNodes(snapshot, equivalenceGroups(pods("a", 10)), template(), NO_LIMIT);
    expect(snapshot.firstFit(pod("b", { cpu: "3" }), () => true)).toBe("n");
    expect(snapshot.firstFit(pod("b"), (name) => name !== "n")).toBeUndefined();
    expect(snapshot.generation("n")).toBe(before);
  });

  it("needs at least the sum of requests over a node's size, and at most 11/9 of the optimum and one more in one dimension", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 4000 }), { minLength: 1, maxLength: 25 }), (millis) => {
        const all = millis.map((cpu, index) => pod(`p-${index}`, { cpu: `${cpu}m`, memory: "1Mi", owner: undefined }));
        const { nodes, pods: placed } = estimateNodes(placements(), equivalenceGroups(all), template(), NO_LIMIT);
        const least = Math.ceil(millis.reduce((sum, cpu) => sum + cpu, 0) / 4000);
        const large = millis.filter((cpu) => cpu > 2000).length;
        expect(placed).toHaveLength(all.length);
        expect(nodes).toBeGreaterThanOrEqual(Math.max(least, large));
        // First fit leaves at most one node no more than half full.
        expect(nodes).toBeLessThanOrEqual(2 * least + 1);
      }),
      { numRuns: 50 },
    );
  });
});
