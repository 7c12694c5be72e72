import { describe, expect, it } from "vitest";
import { CommittedObjects } from "../../../src/cluster/invariants/committed-objects.js";
import type { ObservedCluster, ObservedNodeGroup } from "../../../src/cluster/invariants/invariant.js";
import { nodeGroupsWithinBounds } from "../../../src/cluster/invariants/node-groups-within-bounds.js";
import type { Change } from "../../../src/control-plane/apiserver/change.js";

describe("the greatest size of a node group", () => {
  it.each([
    [3, 3, []],
    [5, 5, []],
    [4, 3, ["expected group worker to have at most 3 machines, found 4"]],
  ])("is held where %i machines are wished and %i allowed", (targetSize, maxSize, expected) => {
    const found: string[] = [];
    const group: ObservedNodeGroup = { id: "worker", minSize: 1, maxSize, targetSize, members: [{ name: "worker-1" }] };
    const cluster = {
      committed: new CommittedObjects(),
      nodeGroupOf: () => group,
      violated: (_object: unknown, text: string) => found.push(text),
    };
    const object = { apiVersion: "v1", kind: "Node", metadata: { name: "worker-1" }, spec: {} };
    nodeGroupsWithinBounds(cluster as unknown as ObservedCluster).committed?.({ kind: "Node", type: "ADDED", object } as unknown as Change);
    expect(found).toEqual(expected);
  });
});
