import { describe, expect, it } from "vitest";
import { ClusterState } from "../../../src/control-plane/cluster-autoscaler/cluster-state.js";
import { LookSchedule } from "../../../src/control-plane/cluster-autoscaler/look-schedule.js";
import { NodeGroupBackoff } from "../../../src/control-plane/cluster-autoscaler/node-group-backoff.js";
import { CLUSTER_AUTOSCALER_DEFAULTS, withAutoscalerFlags } from "../../../src/control-plane/cluster-autoscaler/options.js";
import { HOUR, MINUTE, SECOND, Simulation } from "../../../src/engine/simulation.js";
import { node, NOW, TestGroup } from "./objects.js";

function stateOf(group: TestGroup): ClusterState {
  const groupOf = (name: string) => (group.list.some((instance) => instance.name === name) ? group : undefined);
  return new ClusterState({ nodeGroups: [group], groupOf, onChange: () => undefined }, CLUSTER_AUTOSCALER_DEFAULTS, NOW);
}

const ready = (name: string) => node(name, { created: NOW });

describe("what the autoscaler knows of a group", () => {
  it("counts nodes that were asked for until they are ready", () => {
    const group = new TestGroup("g", 3, 0, 9);
    const state = stateOf(group);
    state.update([ready("g-1")], 0);
    expect(state.upcoming(group)).toBe(2);
    state.update([ready("g-1"), node("g-2", { ready: false, created: NOW + MINUTE })], 2 * MINUTE);
    expect(state.upcoming(group)).toBe(2);
    expect(state.readinessOf(group).notStarted).toEqual(["g-2"]);
    state.update([ready("g-1"), ready("g-2"), ready("g-3")], 3 * MINUTE);
    expect(state.upcoming(group)).toBe(0);
  });

  it("takes a node that is not ready 15 minutes after its registration for broken", () => {
    const group = new TestGroup("g", 1, 0, 9);
    const state = stateOf(group);
    const broken = node("g-1", { ready: false, created: NOW });
    state.update([broken], 15 * MINUTE - 1);
    expect([state.readinessOf(group).unready, state.deadline]).toEqual([0, 15 * MINUTE]);
    state.update([broken], 15 * MINUTE);
    expect(state.readinessOf(group).unready).toBe(1);
  });

  it("gives a scale-up up when its nodes have not come in 15 minutes, and lets the group rest", () => {
    const group = new TestGroup("g", 1, 0, 9);
    const state = stateOf(group);
    state.update([ready("g-1")], 0);
    group.increaseSize(2);
    state.registerScaleUp(group, 2, 0);
    expect(state.update([ready("g-1")], 10 * SECOND)).toEqual([]);
    expect(state.update([ready("g-1")], 15 * MINUTE)).toEqual([]);
    expect(state.update([ready("g-1")], 15 * MINUTE + 10 * SECOND)).toEqual([{ group, after: 15 * MINUTE + 10 * SECOND }]);
    expect(state.isResting(group, 20 * MINUTE)).toBe(true);
    expect(state.isResting(group, 21 * MINUTE)).toBe(false);
    // Machines count from when they were first missed.
    state.update([ready("g-1")], 15 * MINUTE + 20 * SECOND);
    expect(state.readinessOf(group).longUnregistered).toEqual(["g-2", "g-3"]);
    expect(state.upcoming(group)).toBe(0);
  });

  it("is content with a few broken nodes, or with a small share of them", () => {
    const group = new TestGroup("g", 10, 0, 20);
    const nodes = (broken: number) => group.list.map(({ name }, index) => node(name, { ready: index >= broken, created: NOW - HOUR }));
    const healthy = (broken: number) => {
      const state = stateOf(group);
      state.update(nodes(broken), 0);
      return [state.isClusterHealthy, state.isGroupHealthy(group)];
    };
    expect(healthy(3)).toEqual([true, true]);
    // 45 % of ten nodes are 4.5.
    expect(healthy(4)).toEqual([true, true]);
    expect(healthy(5)).toEqual([false, false]);
  });
});

describe("the rest of a group after a failure", () => {
  const FAILURE = { code: "timeout", message: "Scale-up timed out" };
  const backoff = () => new NodeGroupBackoff(CLUSTER_AUTOSCALER_DEFAULTS);
  const restsUntil = (failures: readonly number[]) => {
    const group = backoff();
    for (const time of failures) group.fail("g", time, FAILURE);
    let end = failures.at(-1)!;
    while (group.isResting("g", end)) end += MINUTE;
    return (end - failures.at(-1)!) / MINUTE;
  };

  it("is 5 minutes, doubles up to 30, and begins anew after three hours or a success", () => {
    expect(restsUntil([0])).toBe(5);
    expect(restsUntil([0, 10 * MINUTE])).toBe(10);
    expect(restsUntil([0, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE, 100 * MINUTE])).toBe(30);
    expect(restsUntil([0, 10 * MINUTE, 4 * HOUR])).toBe(5);
    const group = backoff();
    group.fail("g", 0, FAILURE);
    expect(group.errorOf("g", 0)).toEqual(FAILURE);
    group.reset("g");
    expect(group.isResting("g", 0)).toBe(false);
  });

  it("does not double for a failure that comes while the group rests, but is the first one's again", () => {
    expect(restsUntil([0, MINUTE])).toBe(5);
    expect(restsUntil([0, 10 * MINUTE, 12 * MINUTE])).toBe(5);
  });
});

describe("looks", () => {
  it("happen at turns, when asked for, and once for many requests", () => {
    const simulation = new Simulation({ seed: 1 });
    const looks: number[] = [];
    const schedule = new LookSchedule(simulation, 10 * SECOND, 3 * SECOND, (now) => looks.push(now / SECOND));
    schedule.soon();
    for (const second of [4, 5, 33]) simulation.at(second * SECOND, () => schedule.soon());
    simulation.at(40 * SECOND, () => schedule.notBefore(71 * SECOND));
    simulation.at(50 * SECOND, () => schedule.notBefore(60 * SECOND));
    simulation.run(100 * SECOND);
    // A request at the very turn whose look has been is for the next one.
    expect(looks).toEqual([3, 13, 33, 63]);
  });
});

describe("flags", () => {
  it("change the options of their names, old names included", () => {
    expect(withAutoscalerFlags({})).toEqual(CLUSTER_AUTOSCALER_DEFAULTS);
    const { scanInterval, maxScaleDownParallelism, skipNodesWithLocalStorage } = withAutoscalerFlags({
      "scan-interval": 20 * SECOND,
      "max-empty-bulk-delete": 3,
      "skip-nodes-with-local-storage": false,
    });
    expect([scanInterval, maxScaleDownParallelism, skipNodesWithLocalStorage]).toEqual([20 * SECOND, 3, false]);
  });
});
