import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/cluster/cluster.js";
import { SECOND } from "../../src/engine/simulation.js";
import { deployment, describeCluster, pods, startCluster } from "./small-cluster.js";

describe("a wired cluster", () => {
  it("brings a Deployment's pods from the API server to Running on its nodes", () => {
    const cluster = startCluster(describeCluster(3));
    cluster.kubectl.create(deployment("web", 6));
    cluster.simulation.run(60 * SECOND);
    const web = pods(cluster, "web");
    expect(web).toHaveLength(6);
    expect(web.map(({ status }) => status?.phase)).toEqual(Array(6).fill("Running"));
    expect(new Set(web.map(({ spec }) => spec.nodeName))).toEqual(new Set(["worker-1", "worker-2", "worker-3"]));
  });

  it("takes the pods of a node that is cut off for not ready, and for ready again when it is back", () => {
    const cluster = startCluster(describeCluster(2));
    cluster.kubectl.create(deployment("web", 4));
    cluster.simulation.run(30 * SECOND);
    cluster.faults.networkPartition(["worker-1"]);
    cluster.simulation.run(90 * SECOND);
    expect(readiness(cluster, "worker-1")).toEqual(["False", "False"]);
    expect(readiness(cluster, "worker-2")).toEqual(["True", "True"]);
    cluster.faults.networkHeal(["worker-1"]);
    // The kubelet renews its lease within 5 s, and goes over its pods' statuses each 10 s.
    cluster.simulation.run(110 * SECOND);
    expect(readiness(cluster, "worker-1")).toEqual(["True", "True"]);
  });
});

function readiness(cluster: Cluster, node: string): (string | undefined)[] {
  return pods(cluster)
    .filter(({ spec }) => spec.nodeName === node)
    .map(({ status }) => status?.conditions?.find(({ type }) => type === "Ready")?.status);
}
