import { describe, expect, it } from "vitest";
import { Cluster } from "../../src/cluster/cluster.js";
import { ScenarioRun } from "../../src/scenario/run.js";
import { SECOND } from "../../src/engine/simulation.js";
import { loadTexts, mistakesOf } from "./text-scenario.js";

function scenario(cluster: string, rest = ""): string {
  return `apiVersion: kubewarp.io/v1\nkind: Scenario\nduration: 10m\ncluster:\n${cluster}\n${rest}`;
}

const load = (nodes: string, autoscaler = "{}") =>
  loadTexts({ "s.yaml": scenario(`  nodes: [${nodes}]\n  clusterAutoscaler: ${autoscaler}`) }).cluster;

describe("node groups that may grow", () => {
  const CAPACITY = "capacity: {cpu: 2, memory: 4Gi}";

  it("begin with their count, or with their least size, and are sampled from named distributions", () => {
    const { nodeGroups, scaling } = load(
      `{name: a, count: 3, minSize: 1, maxSize: 9, ${CAPACITY}}, {name: b, minSize: 2, maxSize: 4, ${CAPACITY}}, {name: c, minSize: 0, ${CAPACITY}, availableInstances: 5, provisioningTime: 90s}, {name: d, maxSize: 3, ${CAPACITY}}, {name: e, ${CAPACITY}}`,
    );
    expect(nodeGroups.map(({ name, count }) => [name, count])).toEqual([
      ["a", 3],
      ["b", 2],
      ["c", 0],
      ["d", 1],
      ["e", undefined],
    ]);
    expect(scaling.map(({ group, min, max, availableInstances }) => [group, min, max, availableInstances])).toEqual([
      ["a", 1, 9, undefined],
      ["b", 2, 4, undefined],
      ["c", 0, 0, 5],
      ["d", 1, 3, undefined],
    ]);
    expect(scaling[2].provisioningTime?.sample({ uniform: () => 0.5, integer: () => 0 })).toBe(90 * SECOND);
  });

  it.each([
    [
      `{name: a, count: 5, minSize: 1, maxSize: 3, ${CAPACITY}}`,
      "{}",
      "cluster.nodes[0].count: Invalid value: 5: must be from minSize to maxSize (1 to 3)",
    ],
    [
      `{name: a, minSize: 4, maxSize: 3, ${CAPACITY}}`,
      "{}",
      "cluster.nodes[0].minSize: Invalid value: 4: must not be greater than maxSize (3)",
    ],
    [`{name: a, names: [n1, n2], maxSize: 3, ${CAPACITY}}`, "{}", "cluster.nodes[0].names: must not stand beside sizes"],
    [
      `{name: a, ${CAPACITY}}`,
      "{expander: price}",
      'cluster.clusterAutoscaler.expander: Invalid value: "price": expander price needs the prices of one cloud provider',
    ],
    [`{name: a, ${CAPACITY}}`, "{expander: 'random,cheap'}", 'expander "cheap" is not known: must be one of random, most-pods,'],
    [`{name: a, ${CAPACITY}}`, "{scale-down-unneded-time: 5m}", 'unknown field; did you mean "scale-down-unneeded-time"?'],
    [`{name: a, ${CAPACITY}}`, "{scan-interval: 10}", "scan-interval: Invalid value: 10: must be a duration"],
    [`{name: a, ${CAPACITY}}`, "{scan-interval: 0s}", "cluster.clusterAutoscaler.scan-interval: Invalid value: 0: must be above 0"],
  ])("%s with %s are a mistake", (nodes, autoscaler, message) => {
    expect(mistakesOf(() => load(nodes, autoscaler))).toEqual([expect.stringContaining(message)]);
  });

  it("have flags of the autoscaler in microseconds", () => {
    const flags = load(
      `{name: a, ${CAPACITY}}`,
      "{scan-interval: 20s, expander: most-pods, scale-down-utilization-threshold: 0.6}",
    ).clusterAutoscaler;
    expect(flags).toEqual({ "scan-interval": 20 * SECOND, expander: "most-pods", "scale-down-utilization-threshold": 0.6 });
  });
});

describe("sizes of an eksctl file", () => {
  const eksctl = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1}
managedNodeGroups: [{name: default, instanceType: m5.large, minSize: 2, desiredCapacity: 3, maxSize: 5}]
`;
  const nodesAtTheEnd = (autoscaler: string): number => {
    const loaded = loadTexts({
      "s.yaml": scenario(`  from: eks.yaml\n${autoscaler}`, "timeline: [{at: 1m, kubectl: create -f pods.yaml}]"),
      "eks.yaml": eksctl,
      "pods.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 20
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: web, resources: {requests: {cpu: "1"}}}]}
`,
    });
    const cluster = new Cluster(loaded.cluster, { seed: 1, epoch: loaded.epoch });
    const run = new ScenarioRun(cluster, loaded);
    run.start();
    cluster.start();
    cluster.simulation.run(loaded.duration);
    expect(run.finish().problems).toEqual([]);
    return [...cluster.view.list("Node")].length;
  };

  it("take effect where an autoscaler runs, and not elsewhere", () => {
    expect(nodesAtTheEnd("  clusterAutoscaler: {}\n")).toBe(5);
    expect(nodesAtTheEnd("")).toBe(3);
  });
});
