import { describe, expect, it } from "vitest";
import type { Result } from "../../../src/control-plane/apiserver/client.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { HostLinks } from "../../../src/control-plane/apiserver/host-links.js";
import { LeaseHeartbeats } from "../../../src/control-plane/apiserver/lease-heartbeats.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { instantServer, pod } from "./pods.js";

describe("a machine that is cut off", () => {
  it("gets time-outs after ten seconds, and nothing of its requests is stored", () => {
    const { server, simulation } = instantServer();
    const kubelet = server.connect({ component: "kubelet", user: "system:node:worker-1", host: "worker-1" });
    server.links.cut("worker-1");
    const answers: [number, Result<unknown>][] = [];
    kubelet.create<"Pod">(pod("web"), (result) => answers.push([simulation.now, result]));
    simulation.run(60 * SECOND);
    expect(answers).toMatchObject([[10 * SECOND, { ok: false, status: { code: 504, reason: "Timeout" } }]]);
    expect(server.objects.count("Pod")).toBe(0);
  });

  it("does not stop others", () => {
    const { server, simulation } = instantServer();
    server.links.cut("worker-1");
    const kubectl = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const other = server.connect({ component: "kubelet", user: "system:node:worker-2", host: "worker-2" });
    kubectl.create<"Pod">(pod("a"));
    other.create<"Pod">(pod("b"));
    simulation.run(SECOND);
    expect(server.objects.count("Pod")).toBe(2);
  });

  it("keeps its stale cache until it is back, and then learns of all that happened in one go", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const informer = server.informers({ component: "kubelet", host: "worker-1" }).informer("Pod");
    const seen: string[] = [];
    informer.addHandlers({
      added: ({ metadata }) => seen.push(`+${metadata.name}`),
      updated: (_, { metadata }) => seen.push(`~${metadata.name}`),
      deleted: ({ metadata }) => seen.push(`-${metadata.name}`),
    });
    for (const name of ["gone", "changed", "kept"]) client.create<"Pod">(pod(name));
    simulation.run(SECOND);
    server.links.cut("worker-1");
    client.delete({ kind: "Pod", namespace: "default", name: "gone" });
    client.patch<"Pod">({ kind: "Pod", namespace: "default", name: "changed" }, (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { a: "b" } },
    }));
    client.create<"Pod">(pod("new"));
    simulation.run(2 * SECOND);
    expect(seen).toEqual(["+gone", "+changed", "+kept"]);
    expect(informer.get("default/gone")).toBeDefined();
    expect(informer.get("default/new")).toBeUndefined();
    server.links.restore("worker-1");
    simulation.run(3 * SECOND);
    expect(seen.slice(3)).toEqual(["~changed", "+new", "-gone"]);
  });

  it("learns of an object that took another's name as of one that went and one that came", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const informer = server.informers({ component: "kubelet", host: "worker-1" }).informer("Pod");
    const seen: string[] = [];
    informer.addHandlers({
      added: ({ metadata: { uid } }) => seen.push(`+${uid}`),
      updated: () => seen.push("~"),
      deleted: ({ metadata: { uid } }) => seen.push(`-${uid}`),
    });
    const stored = (): string => server.objects.get("Pod", "default", "web-0")!.metadata.uid!;
    client.create<"Pod">(pod("web-0"));
    simulation.run(SECOND);
    const first = stored();
    server.links.cut("worker-1");
    client.delete({ kind: "Pod", namespace: "default", name: "web-0" });
    simulation.run(2 * SECOND);
    client.create<"Pod">(pod("web-0"));
    simulation.run(3 * SECOND);
    server.links.restore("worker-1");
    simulation.run(4 * SECOND);
    expect(stored()).not.toBe(first);
    expect(seen).toEqual([`+${first}`, `-${first}`, `+${stored()}`]);
  });
});

describe("node heartbeats", () => {
  function setUp(): { simulation: Simulation; links: HostLinks; heartbeats: LeaseHeartbeats; changes: string[] } {
    const simulation = new Simulation({ seed: 1 });
    const links = new HostLinks();
    const heartbeats = new LeaseHeartbeats(simulation, links);
    const changes: string[] = [];
    heartbeats.onChange((node) => changes.push(`${simulation.now / SECOND}s ${node} ${heartbeats.isRenewing(node)}`));
    return { simulation, links, heartbeats, changes };
  }

  it("follow from phase and period", () => {
    const { heartbeats, changes } = setUp();
    heartbeats.renew("worker-1", 3 * SECOND, 5 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", 2 * SECOND)).toBeUndefined();
    expect(heartbeats.lastRenewal("worker-1", 3 * SECOND)).toBe(3 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", 12.9 * SECOND)).toBe(8 * SECOND);
    expect(heartbeats.requestsPerSecond).toBeCloseTo(0.2);
    expect(changes).toEqual(["0s worker-1 true"]);
  });

  it("stand still while the link is cut, and keep their phase", () => {
    const { simulation, links, heartbeats, changes } = setUp();
    heartbeats.renew("worker-1", 3 * SECOND, 5 * SECOND);
    simulation.run(10 * SECOND);
    links.cut("worker-1");
    simulation.run(60 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", simulation.now)).toBe(8 * SECOND);
    expect(heartbeats.requestsPerSecond).toBe(0);
    links.restore("worker-1");
    expect(heartbeats.lastRenewal("worker-1", 62 * SECOND)).toBe(8 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", 63 * SECOND)).toBe(63 * SECOND);
    heartbeats.cease("worker-1");
    simulation.run(90 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", simulation.now)).toBe(8 * SECOND);
    expect(changes).toEqual(["0s worker-1 true", "10s worker-1 false", "60s worker-1 true", "60s worker-1 false"]);
  });

  it("get lost while etcd has no quorum for longer than a request waits, and outlast an election", () => {
    const simulation = new Simulation({ seed: 1 });
    const etcd = new EtcdCluster({ simulation, members: ["etcd-1", "etcd-2", "etcd-3"] });
    const heartbeats = new LeaseHeartbeats(simulation, new HostLinks(), etcd);
    const changes: string[] = [];
    heartbeats.onChange((node) => changes.push(`${node} ${heartbeats.isRenewing(node)}`));
    heartbeats.renew("worker-1", 0, 5 * SECOND);
    simulation.run(12 * SECOND);
    etcd.lose("etcd-1");
    simulation.run(32 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", simulation.now)).toBe(30 * SECOND);
    etcd.lose("etcd-2");
    simulation.run(100 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", simulation.now)).toBe(30 * SECOND);
    etcd.restore("etcd-1");
    simulation.run(108 * SECOND);
    expect(heartbeats.lastRenewal("worker-1", simulation.now)).toBe(105 * SECOND);
    expect(changes).toEqual(["worker-1 true", "worker-1 false", "worker-1 true"]);
  });

  it("of an unknown node are none", () => {
    const { heartbeats } = setUp();
    heartbeats.cease("nobody");
    expect(heartbeats.isRenewing("nobody")).toBe(false);
    expect(heartbeats.lastRenewal("nobody", 0)).toBeUndefined();
    expect(() => {
      heartbeats.renew("worker-1", 0, 0);
    }).toThrow("need a period above 0");
  });
});
