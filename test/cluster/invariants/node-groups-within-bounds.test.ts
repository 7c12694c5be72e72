import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/api/types/index.js";
import { CommittedObjects } from "../../../src/cluster/invariants/committed-objects.js";
import type { ObservedCluster, ObservedNodeGroup } from "../../../src/cluster/invariants/invariant.js";
import { nodeGroupsWithinBounds } from "../../../src/cluster/invariants/node-groups-within-bounds.js";
import { TO_BE_DELETED } from "../../../src/control-plane/cluster-autoscaler/deletion-taints.js";
import type { Change } from "../../../src/control-plane/apiserver/change.js";
import { SECOND } from "../../../src/engine/simulation.js";

function node(name: string, ...taints: string[]): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: name },
    spec: { taints: taints.map((key) => ({ key, effect: "NoSchedule" })) },
  };
}

class Observed {
  readonly committed = new CommittedObjects();
  readonly found: string[] = [];
  now = 0;
  lastFault = 0;
  private readonly invariant = nodeGroupsWithinBounds(this as unknown as ObservedCluster);

  constructor(private readonly sizes: Pick<ObservedNodeGroup, "minSize" | "maxSize" | "targetSize">) {}

  readonly nodeGroups = {
    groupOf: (): ObservedNodeGroup => ({
      id: "worker",
      ...this.sizes,
      members: [...this.committed.list("Node")].map(({ metadata }) => metadata),
    }),
  };

  isUndisturbed(since: number): boolean {
    return this.lastFault < since;
  }

  violated(_object: unknown, expected: string): void {
    this.found.push(expected);
  }

  commit(seconds: number, object: Node): void {
    this.now = seconds * SECOND;
    const key = object.metadata.name;
    const previous = this.committed.get("Node", key);
    const type = previous === undefined ? "ADDED" : "MODIFIED";
    const change = { type, kind: "Node", key, object, previous, time: this.now, revision: 0 } as unknown as Change;
    this.committed.apply(change);
    this.invariant.committed?.(change);
  }
}

describe("the sizes of a node group", () => {
  it.each([
    [3, 3, []],
    [5, 5, []],
    [4, 3, ["expected group worker to have at most 3 machines, found 4"]],
  ])("are held to when a machine joins a group that wishes for %i and may have %i", (targetSize, maxSize, expected) => {
    const observed = new Observed({ minSize: 1, maxSize, targetSize });
    observed.commit(1, node("worker-1"));
    expect(observed.found).toEqual(expected);
  });

  it.each([
    ["no fault", 0, ["expected group worker to keep 2 machines, found 1 without those that are to go"]],
    ["a fault, after which the first may stay", 30, []],
  ])("are kept by marks for deletion, between which there was %s", (_what, fault, expected) => {
    const observed = new Observed({ minSize: 2, maxSize: 3, targetSize: 3 });
    const names = ["worker-1", "worker-2", "worker-3"];
    for (const name of names) observed.commit(1, node(name));
    observed.commit(20, node("worker-1", TO_BE_DELETED));
    observed.lastFault = fault * SECOND;
    observed.commit(60, node("worker-2", TO_BE_DELETED));
    expect(observed.found).toEqual(expected);
  });
});
