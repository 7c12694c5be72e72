import { describe, expect, it } from "vitest";
import type { Lease } from "../../src/api/types/node.js";
import type { Cluster } from "../../src/cluster/cluster.js";
import { SECOND } from "../../src/engine/simulation.js";
import { describeCluster, EPOCH, startCluster } from "./small-cluster.js";

const capacity = { cpu: "4", memory: "8Gi" };

function haCluster(): Cluster {
  return startCluster(
    describeCluster(1, {
      nodeGroups: [
        { name: "master", count: 3, controlPlane: true, capacity },
        { name: "worker", capacity },
      ],
      controlPlane: { etcdMembers: 3, apiServers: 3, controllerManager: {}, apiServer: {} },
    }),
  );
}

/** Seconds of the run. */
function secondsOf(timestamp: number | undefined): number {
  return ((timestamp ?? Number.NaN) - EPOCH) / SECOND;
}

function leasesIn(cluster: Cluster, namespace: string): ReadonlyMap<string, Lease["spec"]> {
  const found = new Map<string, Lease["spec"]>();
  cluster.kubectl.list("Lease", { namespace }, (result) => {
    if (result.ok) for (const { metadata, spec } of result.object) found.set(metadata.name, spec);
  });
  cluster.simulation.run(cluster.simulation.now + SECOND);
  return found;
}

describe("the leases that kubectl sees", () => {
  it("of nodes are renewed while their kubelets run", () => {
    const cluster = haCluster();
    cluster.simulation.run(60 * SECOND);
    cluster.faults.kubeletStop("worker");
    cluster.simulation.run(120 * SECOND);
    const leases = leasesIn(cluster, "kube-node-lease");
    expect([...leases.keys()].sort()).toEqual(["master-1", "master-2", "master-3", "worker"]);
    expect(leases.get("master-1")?.holderIdentity).toBe("master-1");
    // A heartbeat each 5 s.
    expect(secondsOf(leases.get("master-1")?.renewTime)).toBeGreaterThanOrEqual(115);
    expect(secondsOf(leases.get("worker")?.renewTime)).toBeGreaterThanOrEqual(55);
    expect(secondsOf(leases.get("worker")?.renewTime)).toBeLessThanOrEqual(60);
  });

  it("of the scheduler and the controller manager stay with the dead until they have run out", () => {
    const cluster = haCluster();
    cluster.simulation.run(60 * SECOND);
    expect(leasesIn(cluster, "kube-system").get("kube-scheduler")).toMatchObject({ holderIdentity: "master-1", leaseTransitions: 0 });
    cluster.faults.nodePowerOff("master-1");
    cluster.simulation.run(72 * SECOND);
    const held = leasesIn(cluster, "kube-system").get("kube-controller-manager");
    expect(held?.holderIdentity).toBe("master-1");
    expect(secondsOf(held?.renewTime)).toBeLessThanOrEqual(61);
    cluster.simulation.run(80 * SECOND);
    const taken = leasesIn(cluster, "kube-system").get("kube-controller-manager");
    expect(["master-2", "master-3"]).toContain(taken?.holderIdentity);
    expect(taken?.leaseTransitions).toBe(1);
    // 15 s after the last renewal, and at most the retry period of 2 s later.
    expect(secondsOf(taken?.acquireTime) - secondsOf(held?.renewTime)).toBeGreaterThanOrEqual(15);
    expect(secondsOf(taken?.acquireTime) - secondsOf(held?.renewTime)).toBeLessThanOrEqual(17);
  });

  it("are found by name", () => {
    const cluster = haCluster();
    cluster.simulation.run(10 * SECOND);
    const answers: string[] = [];
    for (const name of ["worker", "nobody"]) {
      cluster.kubectl.get({ kind: "Lease", namespace: "kube-node-lease", name }, (result) => {
        answers.push(result.ok ? (result.object.spec.holderIdentity ?? "") : result.status.message);
      });
    }
    cluster.simulation.run(11 * SECOND);
    expect(answers.sort()).toEqual(['leases.coordination.k8s.io "nobody" not found', "worker"]);
  });
});
