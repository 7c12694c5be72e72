import { describe, expect, it } from "vitest";
import type { DaemonSet, Node } from "../../src/api/types/index.js";
import type { Cluster } from "../../src/cluster/cluster.js";
import type { NodeGroupScaling } from "../../src/cluster/description.js";
import type { ElasticNodeGroup } from "../../src/cluster/elastic-node-group.js";
import { parallelism } from "../../src/control-plane/managed-node-groups/node-group-update.js";
import type { UpdateOutcome } from "../../src/control-plane/managed-node-groups/update-outcome.js";
import { constant } from "../../src/engine/distribution.js";
import { MINUTE, SECOND } from "../../src/engine/simulation.js";
import { deployment, describeCluster, pods, startCluster } from "./small-cluster.js";

const ZONES = ["a", "b", "c"];

/** Three workers, one in each zone. */
function managedCluster(scaling: Partial<NodeGroupScaling> = {}, count = 3, zones: readonly string[] = ZONES): Cluster {
  const group = { name: "worker", count, zones, capacity: { cpu: "4", memory: "8Gi" } };
  return startCluster(
    describeCluster(0, {
      nodeGroups: [group],
      scaling: [{ group: "worker", min: 0, max: count, provisioningTime: constant(MINUTE), ...scaling }],
    }),
  );
}

function budget(cluster: Cluster, minAvailable: number): void {
  const metadata = { name: "web", namespace: "default" };
  const spec = { minAvailable, selector: { matchLabels: { app: "web" } } };
  cluster.kubectl.create<"PodDisruptionBudget">({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec });
}

function update(
  cluster: Cluster,
  options: { kubernetesVersion?: string; force?: boolean } = {},
): { outcome: UpdateOutcome | undefined; end: number } {
  const result: { outcome: UpdateOutcome | undefined; end: number } = { outcome: undefined, end: 0 };
  cluster.nodeGroups.update("worker", options, (outcome) => Object.assign(result, { outcome, end: cluster.simulation.now }));
  return result;
}

function nodes(cluster: Cluster): Node[] {
  return [...cluster.view.list("Node")];
}

function names(cluster: Cluster, cordoned?: boolean): string[] {
  const wanted = nodes(cluster).filter(({ spec }) => cordoned === undefined || (spec.unschedulable === true) === cordoned);
  return wanted.map(({ metadata }) => metadata.name).sort();
}

describe("the update of a managed node group", () => {
  it.each([
    [3, {}, 1],
    [3, { maxUnavailable: 2 }, 2],
    [500, { maxUnavailable: 200 }, 100],
    [10, { maxUnavailablePercentage: 33 }, 3],
    [2, { maxUnavailablePercentage: 10 }, 1],
  ])("replaces of %i nodes under %j %i at once", (size, options, expected) => {
    expect(parallelism(size, options)).toBe(expected);
  });

  it("is refused to a version that is newer than the control plane's", () => {
    const cluster = managedCluster();
    const result = update(cluster, { kubernetesVersion: "1.37.0" });
    cluster.simulation.run(MINUTE);
    expect(result.outcome).toMatchObject({ status: "Refused", errorCode: "InvalidParameterException" });
  });

  it("launches a node in each zone, cordons the old ones, replaces them one by one, and shrinks at the end", () => {
    const cluster = managedCluster();
    cluster.kubectl.create(deployment("web", 6));
    cluster.simulation.run(30 * SECOND);
    const result = update(cluster, { kubernetesVersion: "1.36.1" });
    cluster.simulation.run(80 * SECOND);
    expect(names(cluster)).toHaveLength(3);
    cluster.simulation.run(100 * SECOND);
    expect(names(cluster, true)).toEqual(["worker-1", "worker-2", "worker-3"]);
    const fresh = nodes(cluster).filter(({ spec }) => spec.unschedulable !== true);
    expect(fresh.map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"]).sort()).toEqual(ZONES);
    // Drained in a few seconds, kept for a minute, and replaced: the second old node is begun with then.
    cluster.simulation.run(150 * SECOND);
    const withPods = () =>
      new Set(
        pods(cluster, "web")
          .map(({ spec }) => spec.nodeName)
          .filter((name) => /worker-[123]$/.test(name ?? "")),
      );
    expect(withPods().size).toBe(2);
    cluster.simulation.run(15 * MINUTE);
    expect(result.outcome).toEqual({ status: "Successful" });
    cluster.simulation.run(20 * MINUTE);
    expect(names(cluster)).toHaveLength(3);
    expect(nodes(cluster).map(({ status }) => status?.nodeInfo?.kubeletVersion)).toEqual(Array(3).fill("v1.36.1"));
    expect(
      nodes(cluster)
        .map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"])
        .sort(),
    ).toEqual(ZONES);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(Array(6).fill("Running"));
  });

  it("takes as many nodes at once as may be unavailable, and is done sooner", () => {
    const time = (scaling: Partial<NodeGroupScaling>) => {
      const cluster = managedCluster(scaling, 6);
      const result = update(cluster);
      cluster.simulation.run(30 * MINUTE);
      expect(result.outcome).toEqual({ status: "Successful" });
      return result.end;
    };
    // Six minutes of waiting become two.
    expect(time({ maxUnavailable: 1 }) - time({ maxUnavailable: 3 })).toBeGreaterThan(3 * MINUTE);
  });

  it("respects disruption budgets: pods leave one after the other", () => {
    const cluster = managedCluster();
    cluster.kubectl.create(deployment("web", 3));
    cluster.simulation.run(30 * SECOND);
    budget(cluster, 2);
    let least = 3;
    const watch = (): void => {
      least = Math.min(
        least,
        pods(cluster, "web").filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"))
          .length,
      );
      if (cluster.simulation.now < 15 * MINUTE) cluster.simulation.after(SECOND, watch);
    };
    cluster.simulation.after(5 * SECOND, watch);
    const result = update(cluster);
    cluster.simulation.run(20 * MINUTE);
    expect(result.outcome).toEqual({ status: "Successful" });
    expect(least).toBe(2);
  });

  it("fails after 15 minutes where pods cannot be evicted, and leaves the old nodes cordoned", () => {
    const cluster = managedCluster();
    cluster.kubectl.create(deployment("web", 3));
    cluster.simulation.run(30 * SECOND);
    budget(cluster, 3);
    const result = update(cluster);
    cluster.simulation.run(15 * MINUTE);
    expect(result.outcome).toBeUndefined();
    cluster.simulation.run(18 * MINUTE);
    expect(result.outcome).toEqual({
      status: "Failed",
      errorCode: "PodEvictionFailure",
      errorMessage: "Reached max retries while trying to evict pods from nodes in node group worker",
      resourceIds: [expect.stringMatching(/^worker-[123]$/)],
    });
    expect(names(cluster, true)).toEqual(["worker-1", "worker-2", "worker-3"]);
    expect(pods(cluster, "web")).toHaveLength(3);
    // The greatest size is no greater than what is wished for, and goes back with it.
    const group = cluster.nodeGroups.nodeGroups[0];
    expect([group.targetSize, group.maxSize]).toEqual([6, 6]);
    group.deleteNodes(["worker-4", "worker-5"]);
    expect([group.targetSize, group.maxSize]).toEqual([4, 4]);
    group.deleteNodes(["worker-6", "worker-1"]);
    expect([group.targetSize, group.maxSize]).toEqual([2, 3]);
  });

  it("goes on by force: pods that cannot be evicted are deleted when the time is up", () => {
    const cluster = managedCluster();
    cluster.kubectl.create(deployment("web", 1));
    cluster.simulation.run(30 * SECOND);
    budget(cluster, 1);
    const result = update(cluster, { force: true });
    cluster.simulation.run(60 * MINUTE);
    expect(result.outcome).toEqual({ status: "Successful" });
    expect(result.end).toBeGreaterThan(15 * MINUTE);
    expect(names(cluster).filter((name) => /worker-[123]$/.test(name))).toEqual([]);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(["Running"]);
  });

  it("fails at once where the cloud has no machines, and touches nothing", () => {
    const cluster = managedCluster({ availableInstances: 3 });
    const result = update(cluster);
    cluster.simulation.run(MINUTE);
    expect(result.outcome).toMatchObject({ status: "Failed", errorCode: "AsgInstanceLaunchFailures" });
    expect(names(cluster, true)).toEqual([]);
    const [{ targetSize, maxSize }] = cluster.nodeGroups.nodeGroups;
    expect([targetSize, maxSize]).toEqual([3, 3]);
  });

  it("fails where new nodes do not join in time", () => {
    const cluster = managedCluster({ provisioningTime: constant(60 * MINUTE) });
    const result = update(cluster);
    cluster.simulation.run(30 * MINUTE);
    expect(result.outcome).toMatchObject({
      status: "Failed",
      errorCode: "NodeCreationFailure",
      resourceIds: ["worker-4", "worker-5", "worker-6"],
    });
    const [{ targetSize, maxSize }] = cluster.nodeGroups.nodeGroups;
    expect([targetSize, maxSize]).toEqual([3, 3]);
    expect(names(cluster)).toEqual(["worker-1", "worker-2", "worker-3"]);
  });

  it("leaves daemon pods to their nodes", () => {
    const cluster = managedCluster();
    const { template } = deployment("agent", 1).spec;
    const agent: DaemonSet = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent", namespace: "default" },
      spec: { selector: { matchLabels: { app: "agent" } }, template },
    };
    cluster.kubectl.create(agent);
    cluster.simulation.run(30 * SECOND);
    const result = update(cluster);
    cluster.simulation.run(20 * MINUTE);
    expect(result.outcome).toEqual({ status: "Successful" });
    expect(new Set(pods(cluster, "agent").map(({ spec }) => spec.nodeName))).toEqual(new Set(names(cluster)));
  });

  it("is refused while another goes on, as are other sizes, and not after that", () => {
    const cluster = managedCluster();
    const first = update(cluster);
    cluster.simulation.run(90 * SECOND);
    const refusal = "Nodegroup cannot be updated as it is currently not in Active State";
    expect(update(cluster).outcome).toEqual({ status: "Refused", errorCode: "ResourceInUseException", errorMessage: refusal });
    let problem: string | undefined;
    cluster.nodeGroups.scale("worker", { nodes: 1 }, (answer) => (problem = answer));
    expect(problem).toBe(`ResourceInUseException: ${refusal}`);
    cluster.simulation.run(20 * MINUTE);
    expect(first.outcome).toEqual({ status: "Successful" });
    const [group] = cluster.nodeGroups.nodeGroups;
    expect([group.targetSize, group.maxSize]).toEqual([3, 3]);
    const later = update(cluster);
    cluster.simulation.run(40 * MINUTE);
    expect(later.outcome).toEqual({ status: "Successful" });
  });

  /** A group of one machine and at most three, which an autoscaler changes as soon as there is a cordoned node that is new, or one that is old. */
  const disturbed = (template: "old" | "new", act: (group: ElasticNodeGroup, cordoned: string) => void): ElasticNodeGroup => {
    const cluster = managedCluster({ min: 1, max: 3 }, 1, ["a"]);
    cluster.kubectl.create(deployment("web", 4));
    cluster.simulation.run(30 * SECOND);
    const [group] = cluster.nodeGroups.nodeGroups;
    const result = update(cluster);
    const watch = (): void => {
      const cordoned = names(cluster, true).find((name) => (name === "worker-1") === (template === "old"));
      if (cordoned !== undefined) act(group, cordoned);
      else cluster.simulation.after(SECOND, watch);
    };
    cluster.simulation.after(SECOND, watch);
    cluster.simulation.run(20 * MINUTE);
    expect(result.outcome).toEqual({ status: "Successful" });
    expect(names(cluster)).toHaveLength(group.targetSize);
    return group;
  };
  const sizes = ({ targetSize, maxSize }: ElasticNodeGroup): number[] => [targetSize, maxSize];

  it("ends where the autoscaler enlarges the group while it shrinks, and leaves its sizes", () => {
    expect(sizes(disturbed("new", (group) => group.increaseSize(1)))).toEqual([3, 4]);
  });

  it("puts the greatest size back where the autoscaler takes the machine that is to go", () => {
    expect(sizes(disturbed("new", (group, name) => group.deleteNodes([name])))).toEqual([1, 3]);
  });

  it("makes no machine in place of an old one that the autoscaler has taken, and keeps the least size", () => {
    const group = disturbed("old", (elastic, name) => elastic.deleteNodes([name]));
    expect(sizes(group)).toEqual([1, 3]);
    expect(group.members.map(({ name }) => name)).toEqual(["worker-2"]);
  });

  it("is refused for a group that nobody manages", () => {
    expect(() => managedCluster().nodeGroups.update("other", {}, () => undefined)).toThrow(
      'there is no managed nodegroup "other"; known are worker',
    );
  });
});

describe("sizes that an administrator sets", () => {
  const scaled = (cluster: Cluster, sizes: { nodes?: number; min?: number; max?: number }): string | undefined => {
    let problem: string | undefined = "not answered";
    cluster.nodeGroups.scale("worker", sizes, (answer) => (problem = answer));
    return problem;
  };

  it("take effect in both directions, by draining where nodes are too many", () => {
    const cluster = managedCluster();
    cluster.kubectl.create(deployment("web", 6));
    cluster.simulation.run(30 * SECOND);
    expect(scaled(cluster, { nodes: 5, max: 6 })).toBeUndefined();
    cluster.simulation.run(3 * MINUTE);
    expect(names(cluster)).toHaveLength(5);
    expect(scaled(cluster, { nodes: 1, min: 1 })).toBeUndefined();
    cluster.simulation.run(10 * MINUTE);
    expect(names(cluster)).toHaveLength(1);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(Array(6).fill("Running"));
  });

  it("count at once, so that later ones begin with them", () => {
    const cluster = managedCluster({ max: 6 });
    cluster.kubectl.create(deployment("web", 6));
    cluster.simulation.run(30 * SECOND);
    expect(scaled(cluster, { nodes: 1 })).toBeUndefined();
    expect(cluster.nodeGroups.nodeGroups[0].targetSize).toBe(1);
    expect(names(cluster)).toHaveLength(3);
    expect(scaled(cluster, { nodes: 2 })).toBeUndefined();
    cluster.simulation.run(10 * MINUTE);
    expect(names(cluster)).toHaveLength(2);
  });

  it.each([
    [{ nodes: 4 }, "desired capacity 4 can't be greater than max size 3"],
    [{ min: 4 }, "Minimum capacity 4 can't be greater than desired size 3"],
    [{ max: 2 }, "desired capacity 3 can't be greater than max size 2"],
  ])("%j are refused", (sizes, problem) => {
    const cluster = managedCluster();
    expect(scaled(cluster, sizes)).toBe(problem);
    cluster.simulation.run(3 * MINUTE);
    expect(names(cluster)).toHaveLength(3);
  });
});
