import { describe, expect, it } from "vitest";
import type { Pod } from "../../src/api/types/pod.js";
import { Cluster } from "../../src/cluster/cluster.js";
import type { ClusterDescription } from "../../src/cluster/description.js";
import { EtcdOperationError } from "../../src/cluster/etcd-operations.js";
import { MINUTE, SECOND } from "../../src/engine/simulation.js";
import { describeCluster, EPOCH, startCluster } from "./small-cluster.js";

/** Three control-plane nodes, each with an API server and an etcd member, and two workers. */
const capacity = { cpu: "4", memory: "8Gi" };

function haDescription(etcd?: { readonly quotaBackendBytes: number }): ClusterDescription {
  return describeCluster(2, {
    nodeGroups: [
      {
        name: "master",
        count: 3,
        controlPlane: true,
        capacity,
        taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
      },
      { name: "worker", count: 2, capacity },
    ],
    controlPlane: { etcdMembers: 3, apiServers: 3, controllerManager: {}, apiServer: {}, ...(etcd !== undefined && { etcd }) },
  });
}

function haCluster(etcd?: { readonly quotaBackendBytes: number }): Cluster {
  return startCluster(haDescription(etcd));
}

const DOWNTIME = 30 * SECOND;

function lonely(name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [{ name: "main", image: "busybox" }] },
  };
}

function phases(cluster: Cluster): Record<string, string | undefined> {
  return Object.fromEntries([...cluster.view.list("Pod", "default")].map(({ metadata, status }) => [metadata.name, status?.phase]));
}

function running(cluster: Cluster): readonly string[] {
  return [...cluster.machines.values()].flatMap((machine) => [...machine.podUsage()].map(({ pod }) => pod.metadata.name)).sort();
}

/** Two pods of which one is younger than the snapshot and the other is deleted after it, then the restore. */
function restore(cluster: Cluster, options: { readonly bumpRevision?: number; readonly markCompacted?: boolean }): void {
  const { simulation, kubectl, etcdOperations } = cluster;
  simulation.after(10 * SECOND, () => {
    kubectl.create<"Pod">(lonely("older"));
  });
  simulation.after(MINUTE, () => {
    etcdOperations.saveSnapshot("backup.db");
  });
  simulation.after(70 * SECOND, () => {
    kubectl.delete({ kind: "Pod", namespace: "default", name: "older" }, { gracePeriodSeconds: 1 });
    kubectl.create<"Pod">(lonely("younger"));
  });
  simulation.run(2 * MINUTE);
  expect(phases(cluster)).toEqual({ younger: "Running" });
  let isDone = false;
  etcdOperations.restoreSnapshot("backup.db", options, DOWNTIME, () => (isDone = true));
  simulation.run(2 * MINUTE + DOWNTIME - SECOND);
  expect(isDone).toBe(false);
  simulation.run(4 * MINUTE);
  expect(isDone).toBe(true);
}

describe("a restore of etcd", () => {
  it("brings the past back: nodes run what the snapshot knows, and nothing else", () => {
    const cluster = haCluster();
    restore(cluster, { bumpRevision: 1_000_000_000, markCompacted: true });
    expect(phases(cluster)).toEqual({ older: "Running" });
    expect(running(cluster)).toEqual(["older"]);
    cluster.kubectl.create<"Pod">(lonely("newest"));
    cluster.simulation.run(5 * MINUTE);
    expect(phases(cluster)).toEqual({ newest: "Running", older: "Running" });
  });

  it("leaves kubelets in the dark where revisions go back: they run on what the restore took away", () => {
    // This breaks what a control plane must keep, so that nobody holds it to that.
    const cluster = new Cluster(haDescription(), { seed: 1, epoch: EPOCH });
    cluster.start();
    restore(cluster, {});
    expect(phases(cluster)).toEqual({ older: "Running" });
    expect(running(cluster)).toEqual(["younger"]);
  });

  it("refuses writes while it goes on", () => {
    const cluster = haCluster();
    cluster.simulation.run(10 * SECOND);
    cluster.etcdOperations.saveSnapshot("backup.db");
    cluster.etcdOperations.restoreSnapshot("backup.db", {}, DOWNTIME, () => undefined);
    expect(() => {
      cluster.etcdOperations.saveSnapshot("other.db");
    }).toThrow("etcdserver: no leader");
    let answer = "created";
    cluster.kubectl.create<"Pod">(lonely("p"), (result) => {
      if (!result.ok) answer = result.status.message;
    });
    cluster.simulation.run(25 * SECOND);
    expect(answer).toContain("was refused - did you specify the right host or port?");
  });

  it("needs a snapshot of that name", () => {
    expect(() => {
      haCluster().etcdOperations.restoreSnapshot("none.db", {}, DOWNTIME, () => undefined);
    }).toThrow(EtcdOperationError);
  });
});

describe("a full etcd", () => {
  function fullCluster(): Cluster {
    const cluster = haCluster({ quotaBackendBytes: 200_000 });
    cluster.simulation.run(SECOND);
    for (let n = 0; n < 200; n++) {
      const data = { text: "x".repeat(2_000) };
      cluster.kubectl.create<"ConfigMap">({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `big-${n}`, namespace: "default" },
        data,
      });
    }
    cluster.simulation.run(20 * SECOND);
    return cluster;
  }

  function create(cluster: Cluster, name: string): string | undefined {
    let message: string | undefined;
    cluster.kubectl.create<"Pod">(lonely(name), (result) => (message = result.ok ? "created" : result.status.message));
    cluster.simulation.run(cluster.simulation.now + 5 * SECOND);
    return message;
  }

  it("raises an alarm that stays until there is room and somebody takes it back", () => {
    const cluster = fullCluster();
    const { etcdOperations } = cluster;
    expect(etcdOperations.alarms()).toEqual(["etcd-1", "etcd-2", "etcd-3"]);
    expect(create(cluster, "refused")).toBe("etcdserver: mvcc: database space exceeded");
    etcdOperations.disarm();
    // There is no room yet.
    expect(create(cluster, "refused")).toBe("etcdserver: mvcc: database space exceeded");
    for (const { metadata } of [...cluster.view.list("ConfigMap", "default")])
      cluster.kubectl.delete({ kind: "ConfigMap", namespace: "default", name: metadata.name });
    cluster.simulation.run(cluster.simulation.now + 10 * SECOND);
    etcdOperations.compact();
    etcdOperations.disarm();
    // The file keeps its size until it is defragmented.
    expect(etcdOperations.alarms()).not.toEqual([]);
    etcdOperations.defragment();
    expect(etcdOperations.disarm()).toEqual(["etcd-1", "etcd-2", "etcd-3"]);
    expect(etcdOperations.alarms()).toEqual([]);
    expect(create(cluster, "accepted")).toBe("created");
  });

  it("costs scheduler and controller manager their leases", () => {
    const cluster = fullCluster();
    expect(cluster.isControlPlaneUp).toBe(false);
    const { etcdOperations, simulation } = cluster;
    etcdOperations.compact();
    etcdOperations.defragment();
    for (const { metadata } of [...cluster.view.list("ConfigMap", "default")])
      cluster.kubectl.delete({ kind: "ConfigMap", namespace: "default", name: metadata.name });
    simulation.run(simulation.now + 20 * SECOND);
    etcdOperations.compact();
    etcdOperations.defragment();
    etcdOperations.disarm();
    expect(cluster.isControlPlaneUp).toBe(false);
    // Within a retry period of 2 s somebody leads again.
    simulation.run(simulation.now + 3 * SECOND);
    expect(cluster.isControlPlaneUp).toBe(true);
  });
});
