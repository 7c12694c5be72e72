import { describe, expect, it } from "vitest";
import { CidrError, CidrSet } from "../../../src/control-plane/controllers/nodeipam/cidr-set.js";
import { SmallCluster } from "./small-cluster.js";

describe("a set of address ranges", () => {
  it("gives out ranges in turn, passes over those in use, and goes round", () => {
    const set = new CidrSet("10.244.0.0/22", 24);
    set.occupy("10.244.1.0/24");
    expect([set.allocate(), set.allocate(), set.allocate(), set.allocate()]).toEqual([
      "10.244.0.0/24",
      "10.244.2.0/24",
      "10.244.3.0/24",
      undefined,
    ]);
    set.release("10.244.2.0/24");
    expect(set.allocate()).toBe("10.244.2.0/24");
  });

  it("cuts IPv6 ranges as well", () => {
    const set = new CidrSet("fd00:10:244::/56", 64);
    expect([set.allocate(), set.allocate()]).toEqual(["fd00:10:244::/64", "fd00:10:244:1::/64"]);
  });

  it.each([
    ["10.244.0.0/16", 8],
    ["nonsense", 24],
    ["fd00::/32", 64],
  ])("refuses %s in parts of /%i", (cidr, mask) => {
    expect(() => new CidrSet(cidr, mask)).toThrow(CidrError);
  });
});

describe("the node IPAM controller", () => {
  it("gives each node a range of its own, and a freed one to a node that waits for it", () => {
    const cluster = new SmallCluster({ allocateNodeCidrs: true, clusterCidr: ["10.244.0.0/23"] });
    cluster.addNodes("worker", 3);
    cluster.runTo(2);
    const ranges = cluster.list("Node").map(({ spec }) => spec.podCIDR);
    expect(ranges.filter((range) => range !== undefined).toSorted()).toEqual(["10.244.0.0/24", "10.244.1.0/24"]);
    const holder = cluster.list("Node").find(({ spec }) => spec.podCIDR === "10.244.0.0/24")!;
    cluster.delete("Node", holder.metadata.name);
    cluster.runTo(30);
    expect(
      cluster
        .list("Node")
        .map(({ spec }) => spec.podCIDR)
        .toSorted(),
    ).toEqual(["10.244.0.0/24", "10.244.1.0/24"]);
  });

  it("tells of nodes for which no range is left", () => {
    const cluster = new SmallCluster({ allocateNodeCidrs: true, clusterCidr: ["10.244.0.0/24"] });
    cluster.addNodes("worker", 2);
    cluster.runTo(2);
    const without = cluster.list("Node").find(({ spec }) => spec.podCIDR === undefined)!.metadata.name;
    const [event] = cluster.eventsOf("CIDRNotAvailable");
    expect(event).toMatchObject({
      object: `Node ${without}`,
      type: "Normal",
      message: `Node ${without} status is now: CIDRNotAvailable`,
      component: "cidrAllocator",
    });
  });

  it("tries three times to write a node's range, and then tells that it could not", () => {
    const cluster = new SmallCluster({ allocateNodeCidrs: true, clusterCidr: ["10.244.0.0/16"] });
    const role = cluster.list("ClusterRole").find(({ metadata }) => metadata.name === "system:controller:node-controller")!;
    cluster.change("ClusterRole", role.metadata.name, (one) => ({
      ...one,
      rules: (one.rules ?? []).map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb !== "patch") })),
    }));
    let tries = 0;
    let told: number | undefined;
    cluster.api.trace({
      request: ({ verb, kind, code }) => {
        if (verb === "patch" && kind === "Node" && code === 403) tries++;
      },
    });
    cluster.runTo(1);
    cluster.addNode("worker-1");
    cluster.api.onCommit(({ kind, object }) => {
      // Only what came before it was told first counts.
      if (kind === "Event" && (object as { reason?: string }).reason === "CIDRAssignmentFailed") told ??= tries;
    });
    cluster.runTo(5);
    expect(cluster.eventsOf("CIDRAssignmentFailed")[0].message).toBe("Node worker-1 status is now: CIDRAssignmentFailed");
    expect(told).toBeGreaterThanOrEqual(3);
  });
});
