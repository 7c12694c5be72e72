import { describe, expect, it } from "vitest";
import type { NodeGroupScaling } from "../../src/cluster/description.js";
import { ElasticNodeGroup } from "../../src/cluster/elastic-node-group.js";
import { NodePlanner } from "../../src/cluster/node-plan.js";
import { constant } from "../../src/engine/distribution.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { describedNode } from "../../src/node/status/described-node.js";

function elastic(scaling: Partial<NodeGroupScaling> = {}, zones: readonly string[] = ["a", "b"]) {
  const simulation = new Simulation({ seed: 1 });
  const group = { name: "g", count: 2, zones, capacity: { cpu: "4", memory: "8Gi" }, addresses: ["10.0.0.11", "10.0.0.12"] };
  const planner = new NodePlanner([group]);
  const log: string[] = [];
  const node = new ElasticNodeGroup({
    simulation,
    group,
    scaling: { group: "g", min: 0, max: 9, provisioningTime: constant(60 * SECOND), ...scaling },
    machines: planner.planGroup(group),
    planner,
    launch: ({ name, zone, address, kubernetesVersion }) =>
      log.push(`${simulation.now / SECOND} launch ${name} ${zone} ${address} ${kubernetesVersion}`),
    terminate: (name) => log.push(`${simulation.now / SECOND} terminate ${name}`),
    describe: (plan) =>
      describedNode({ ...group, name: plan.name, addresses: [plan.address], ...(plan.zone !== undefined && { zone: plan.zone }) }, 0),
    changed: () => undefined,
  });
  return { simulation, group: node, log };
}

const zonesOf = ({ members }: ElasticNodeGroup): string[] => members.map(({ name, zone }) => `${name} ${zone}`);

describe("a group of machines in a cloud", () => {
  it("makes machines in the emptiest zones, under new names and addresses, after the cloud's time", () => {
    const { simulation, group, log } = elastic();
    group.deleteNodes(["g-1"]);
    group.increaseSize(3);
    expect(group.targetSize).toBe(4);
    simulation.run(100 * SECOND);
    expect(zonesOf(group)).toEqual(["g-2 b", "g-3 a", "g-4 a", "g-5 b"]);
    expect(log).toEqual([
      "0 terminate g-1",
      "60 launch g-3 a 10.0.0.10 undefined",
      "60 launch g-4 a 10.0.0.13 undefined",
      "60 launch g-5 b 10.0.0.14 undefined",
    ]);
  });

  it("does not make machines that are no longer wanted", () => {
    const { simulation, group, log } = elastic();
    group.increaseSize(1);
    simulation.run(30 * SECOND);
    group.deleteNodes(["g-3", "unknown"]);
    simulation.run(100 * SECOND);
    expect([group.targetSize, log]).toEqual([2, []]);
  });

  it("says so where the cloud has no more", () => {
    const { group, log } = elastic({ availableInstances: 3 });
    group.increaseSize(2);
    expect(group.instances.map(({ error }) => error?.code)).toEqual([undefined, undefined, undefined, "InsufficientInstanceCapacity"]);
    group.deleteNodes(["g-4"]);
    expect([group.targetSize, log]).toEqual([3, []]);
  });

  it("replaces machines by those of the newest template", () => {
    const { simulation, group, log } = elastic();
    group.renewTemplate("1.37.0");
    expect(group.members.map(({ isLatest }) => isLatest)).toEqual([false, false]);
    group.replace("g-2");
    simulation.run(60 * SECOND);
    expect(log).toEqual(["0 terminate g-2", "60 launch g-3 b 10.0.0.10 1.37.0"]);
    expect(group.members.map(({ isLatest }) => isLatest)).toEqual([false, true]);
    group.replace("g-2");
    expect(group.targetSize).toBe(2);
  });

  it("no longer counts machines that are on their way out", () => {
    const { group, log } = elastic();
    group.grow(1);
    group.lower(2);
    expect([group.targetSize, group.members.length, group.maxSize]).toEqual([1, 3, 10]);
    group.take("g-1");
    group.take("g-1");
    group.lowerMaximum(1);
    expect([group.targetSize, group.excess, group.maxSize, log]).toEqual([1, 1, 9, ["0 terminate g-1"]]);
    group.deleteNodes(["g-2", "g-3"]);
    expect([group.targetSize, group.excess]).toEqual([0, 0]);
  });

  it("describes a node that it does not have", () => {
    const { metadata, status } = elastic().group.templateNode();
    expect(metadata.labels).toMatchObject({ "topology.kubernetes.io/zone": "a", "kubernetes.io/os": "linux" });
    expect(status?.allocatable).toMatchObject({ cpu: "4", pods: "110" });
  });
});
