import { describe, expect, it } from "vitest";
import { NodeTree, zoneKeyOf } from "../../../src/scheduler/cache/node-tree.js";
import { node } from "../support/objects.js";

const inZone = (name: string, zone: string) => node(name, {}, { labels: { "topology.kubernetes.io/zone": zone } });

describe("NodeTree", () => {
  it("takes one node of each zone in turn and passes over zones that ran out", () => {
    const tree = new NodeTree();
    ["a", "a", "b", "a", "c", "b"].forEach((zone, id) => tree.add(id, inZone(`n${id}`, zone)));
    expect([...tree.list()]).toEqual([0, 2, 4, 1, 5, 3]);
  });

  it("puts a node that changes its zone at that zone's end, and drops empty zones", () => {
    const tree = new NodeTree();
    ["a", "b", "b"].forEach((zone, id) => tree.add(id, inZone(`n${id}`, zone)));
    expect(tree.update(0, inZone("n0", "a"))).toBe(false);
    expect(tree.update(0, inZone("n0", "b"))).toBe(true);
    expect([...tree.list()]).toEqual([1, 2, 0]);
    tree.add(3, inZone("n3", "a"));
    expect([...tree.list()]).toEqual([1, 3, 2, 0]);
  });

  it("asks the beta labels first", () => {
    const labels = { "topology.kubernetes.io/zone": "new", "failure-domain.beta.kubernetes.io/zone": "old" };
    expect(zoneKeyOf(node("n", {}, { labels }))).toContain("old");
    expect(zoneKeyOf(node("n"))).toBe("");
  });
});
