import { describe, expect, it } from "vitest";
import type { Deployment } from "../../src/api/types/index.js";
import type { Cluster } from "../../src/cluster/cluster.js";
import type { ClusterDescription } from "../../src/cluster/description.js";
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

  it("is served by any of its API servers, and by none where all are stopped", () => {
    const cluster = startCluster(withThreeMasters());
    const answers: string[] = [];
    const scaleTo = (replicas: number, time: number): void => {
      const target = { kind: "Deployment", namespace: "default", name: "web" } as const;
      const edit = (web: Deployment): Deployment => ({ ...web, spec: { ...web.spec, replicas } });
      cluster.kubectl.patch(target, edit, (result) => answers.push(result.ok ? "ok" : result.status.message));
      cluster.simulation.run(time * SECOND);
    };
    cluster.kubectl.create(deployment("web", 1));
    cluster.simulation.run(20 * SECOND);
    for (const name of ["master-1", "master-3"]) cluster.faults.apiServerLoss(name);
    scaleTo(2, 60);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(["Running", "Running"]);
    cluster.faults.apiServerLoss("master-2");
    scaleTo(3, 80);
    cluster.faults.apiServerReturn("master-3");
    scaleTo(4, 120);
    expect(answers).toEqual(["ok", expect.stringContaining("was refused"), "ok"]);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(Array(4).fill("Running"));
  });

  it("goes on with another controller manager and scheduler when the machine of the leaders loses its power", () => {
    const cluster = startCluster(withThreeMasters());
    cluster.simulation.run(10 * SECOND);
    cluster.faults.nodePowerOff("master-1");
    cluster.kubectl.create(deployment("web", 4));
    // 10 s after the last renewal, which was at most 2 s before, the leaders give up; at 15 s to 17 s others take their places.
    cluster.simulation.run(22 * SECOND);
    expect(pods(cluster, "web")).toHaveLength(0);
    cluster.simulation.run(35 * SECOND);
    expect(pods(cluster, "web").map(({ status }) => status?.phase)).toEqual(Array(4).fill("Running"));
  });
});

const CONTROL_PLANE_TAINT = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" } as const;

function withThreeMasters(): ClusterDescription {
  const masters = { name: "master", count: 3, controlPlane: true, capacity: { cpu: "4", memory: "8Gi" }, taints: [CONTROL_PLANE_TAINT] };
  const { nodeGroups } = describeCluster(2);
  return describeCluster(2, {
    nodeGroups: [masters, ...nodeGroups],
    controlPlane: { etcdMembers: 3, apiServers: 3, controllerManager: {} },
  });
}

function readiness(cluster: Cluster, node: string): (string | undefined)[] {
  return pods(cluster)
    .filter(({ spec }) => spec.nodeName === node)
    .map(({ status }) => status?.conditions?.find(({ type }) => type === "Ready")?.status);
}
