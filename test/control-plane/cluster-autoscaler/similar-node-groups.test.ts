import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areSimilar, balance, formatScaleUps } from "../../../src/control-plane/cluster-autoscaler/similar-node-groups.js";
import { template, TestGroup } from "./objects.js";

describe("groups are alike", () => {
  const zone = (name: string) => ({ "topology.kubernetes.io/zone": name, "eks.amazonaws.com/nodegroup": name });

  it("where nodes differ in name, zone and group only, and a little in memory", () => {
    expect(areSimilar(template({ labels: zone("a") }), template({ labels: zone("b"), memory: "8150Mi" }), [])).toBe(true);
  });

  it.each([
    ["another label", { labels: { disk: "ssd" } }],
    ["more memory", { memory: "9Gi" }],
    ["more cores", { cpu: "5" }],
    ["another resource", { gpu: 1 }],
  ])("but not with %s", (_, changes) => {
    expect(areSimilar(template(), template(changes), [])).toBe(false);
  });

  it("where the label that differs is ignored", () => {
    expect(areSimilar(template(), template({ labels: { disk: "ssd" } }), ["disk"])).toBe(true);
  });
});

describe("a scale-up is balanced", () => {
  it("by filling up the smallest groups", () => {
    const groups = [new TestGroup("a", 1, 0, 10), new TestGroup("b", 4, 0, 10), new TestGroup("c", 2, 0, 10)];
    expect(formatScaleUps(balance(groups, 4))).toBe("[{a 1->4 (max: 10)} {c 2->3 (max: 10)}]");
  });

  it("within the greatest sizes; what has no room is left out", () => {
    const groups = [new TestGroup("a", 2, 0, 3), new TestGroup("b", 3, 0, 3), new TestGroup("c", 0, 0, 2)];
    expect(formatScaleUps(balance(groups, 9))).toBe("[{a 2->3 (max: 3)} {c 0->2 (max: 2)}]");
  });

  it("so that sizes that grew differ by one at most, and all nodes are given out while there is room", () => {
    const sizes = fc.array(fc.record({ size: fc.nat(5), room: fc.nat(5) }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.nat(20), (given, nodes) => {
        const groups = given.map(({ size, room }, index) => new TestGroup(`g${index}`, size, 0, size + room));
        const infos = balance(groups, nodes);
        const added = infos.reduce((sum, { newSize, currentSize }) => sum + newSize - currentSize, 0);
        expect(added).toBe(
          Math.min(
            nodes,
            given.reduce((sum, { room }) => sum + room, 0),
          ),
        );
        const growing = infos.filter(({ newSize, maxSize }) => newSize < maxSize).map(({ newSize }) => newSize);
        expect(Math.max(0, ...growing) - Math.min(...growing, Math.max(0, ...growing))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
