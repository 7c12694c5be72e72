import { describe, expect, it } from "vitest";
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
});
