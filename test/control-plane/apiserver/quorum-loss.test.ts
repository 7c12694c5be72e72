import { describe, expect, it } from "vitest";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import { FROM_CACHE } from "../../../src/control-plane/apiserver/client.js";
import { NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { EPOCH, pod } from "./pods.js";

describe("while etcd has no quorum", () => {
  function setUp() {
    const simulation = new Simulation({ seed: 1 });
    const etcd = new EtcdCluster({ simulation, members: ["etcd-1", "etcd-2", "etcd-3"] });
    const server = new ApiServer({ simulation, epoch: EPOCH, etcd });
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const informer = server.informers({ component: "observer" }).informer("Pod");
    client.create<"Pod">(pod("before"));
    simulation.run(SECOND);
    etcd.lose("etcd-2");
    etcd.lose("etcd-3");
    return { simulation, etcd, server, client, informer };
  }

  it("writes end in etcd's time-out, reads of what its quorum agrees on in the server's, while caches serve on", () => {
    const { simulation, server, client, informer } = setUp();
    const answers: string[] = [];
    const note = (what: string) => (result: { readonly ok: boolean; readonly status?: { readonly message: string } }) => {
      answers.push(`${Math.round(simulation.now / SECOND)}s ${what}: ${result.status?.message ?? "ok"}`);
    };
    const before = { kind: "Pod", namespace: "default", name: "before" } as const;
    client.create<"Pod">(pod("after"), note("write"));
    client.get(before, note("read"));
    client.list("Pod", { namespace: "default" }, note("list"));
    client.get(before, note("cache"), FROM_CACHE);
    simulation.run(70 * SECOND);
    const late = "the server was unable to return a response in the time allotted, but may still be processing the request";
    expect(answers.sort()).toEqual([
      "1s cache: ok",
      `61s list: ${late} (get pods)`,
      `61s read: ${late} (get pods before)`,
      "8s write: etcdserver: request timed out",
    ]);
    expect(informer.get("default/before")).toBeDefined();
    expect(server.objects.count("Pod")).toBe(1);
  });

  it("reads that wait are answered when it is back", () => {
    const { simulation, etcd, client } = setUp();
    const answers: string[] = [];
    client.get({ kind: "Pod", namespace: "default", name: "before" }, (result) => {
      answers.push(`${result.ok} ${simulation.now >= 40 * SECOND && simulation.now < 45 * SECOND}`);
    });
    simulation.run(40 * SECOND);
    etcd.restore("etcd-2");
    simulation.run(60 * SECOND);
    expect(answers).toEqual(["true true"]);
  });

  it("writes that came shortly before its return go through", () => {
    const { simulation, etcd, server, client, informer } = setUp();
    const answers: boolean[] = [];
    simulation.run(20 * SECOND);
    client.create<"Pod">(pod("after"), (result) => answers.push(result.ok));
    simulation.run(22 * SECOND);
    etcd.restore("etcd-2");
    simulation.run(30 * SECOND);
    expect(answers).toEqual([true]);
    expect(server.objects.count("Pod")).toBe(2);
    expect(informer.size).toBe(2);
  });

  it("a write that was in the log is told to have timed out, and is there when the quorum is back", () => {
    const simulation = new Simulation({ seed: 1 });
    const etcd = new EtcdCluster({ simulation, members: ["etcd-1", "etcd-2"] });
    const server = new ApiServer({ simulation, epoch: EPOCH, etcd, latencies: NO_LATENCIES });
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const answers: string[] = [];
    let commits = 0;
    server.onCommit(() => {
      commits++;
      etcd.lose("etcd-2");
    });
    // The second write waits in the log for the flush of the first, whose commit takes the quorum away.
    client.create<"Pod">(pod("a"), (result) => answers.push(result.ok ? "ok" : result.status.message));
    client.create<"Pod">(pod("b"), (result) => answers.push(result.ok ? "ok" : result.status.message));
    simulation.run(30 * SECOND);
    expect(commits).toBe(1);
    expect(answers).toEqual(["ok", "etcdserver: request timed out"]);
    etcd.restore("etcd-2");
    simulation.run(50 * SECOND);
    expect(commits).toBe(2);
  });

  it("a full database takes deletions only", () => {
    const simulation = new Simulation({ seed: 1 });
    const etcd = new EtcdCluster({ simulation, quotaBackendBytes: 5_000 });
    const server = new ApiServer({ simulation, epoch: EPOCH, etcd });
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const answers: string[] = [];
    const note = (result: { ok: boolean; status?: { message: string } }): void =>
      void answers.push(result.ok ? "ok" : result.status!.message);
    for (const name of ["a", "b", "c"]) {
      client.create<"Pod">(pod(name), note);
      simulation.run(simulation.now + SECOND);
    }
    client.delete({ kind: "Pod", namespace: "default", name: "a" }, {}, note);
    simulation.run(simulation.now + SECOND);
    expect(answers).toEqual(["ok", "ok", "etcdserver: mvcc: database space exceeded", "ok"]);
  });
});
