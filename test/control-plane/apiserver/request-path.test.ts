import { describe, expect, it } from "vitest";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import { type ApiServerLatencies, NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import type { TracedRequest } from "../../../src/control-plane/apiserver/request.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { constant } from "../../../src/engine/distribution.js";
import { MILLISECOND, SECOND, Simulation } from "../../../src/engine/simulation.js";
import { EPOCH, instantServer, pod } from "./pods.js";

const LATENCIES: ApiServerLatencies = {
  ...NO_LATENCIES,
  network: constant(100),
  authorization: constant(20),
  mutatingAdmission: constant(3_000),
  validation: constant(400),
  watchDelivery: constant(5_000),
};

function setUp() {
  const simulation = new Simulation({ seed: 1 });
  const etcd = new EtcdCluster({ simulation, latencies: { etcdFsync: constant(60_000), etcdRoundTrip: constant(0) } });
  const server = new ApiServer({ simulation, epoch: EPOCH, etcd, latencies: LATENCIES });
  const requests: TracedRequest[] = [];
  const deliveries: string[] = [];
  server.trace({
    request: (request) => requests.push(request),
    delivered: ({ type, key }, component, host, time) => deliveries.push(`${time} ${type} ${key} ${component} ${host ?? "-"}`),
  });
  return { simulation, server, requests, deliveries };
}

describe("the path of a request", () => {
  it("shows each step with its time", () => {
    const { simulation, server, requests, deliveries } = setUp();
    server.informers({ component: "default-scheduler" }).informer("Pod");
    server.informers({ component: "kubelet", host: "worker-1", podsOfNode: "worker-1" }).informer("Pod");
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    client.create<"Pod">(pod("web"), () => {
      client.bind({ kind: "Pod", namespace: "default", name: "web" }, "worker-1");
    });
    client.get({ kind: "Pod", namespace: "default", name: "none" }, () => undefined);
    simulation.run(SECOND);
    expect(requests.map(({ verb, subresource, name, code, steps }) => ({ verb, subresource, name, code, steps }))).toEqual([
      {
        verb: "get",
        subresource: "",
        name: "none",
        code: 404,
        steps: { sent: 0, received: 100, authorized: 120, admitted: 120, validated: 120, committed: undefined, answered: 220 },
      },
      {
        verb: "create",
        subresource: "",
        name: "web",
        code: 201,
        steps: { sent: 0, received: 100, authorized: 120, admitted: 3_120, validated: 3_520, committed: 63_520, answered: 63_620 },
      },
      {
        verb: "create",
        subresource: "binding",
        name: "web",
        code: 201,
        steps: {
          sent: 63_620,
          received: 63_720,
          authorized: 63_740,
          admitted: 66_740,
          validated: 67_140,
          committed: 127_140,
          answered: undefined,
        },
      },
    ]);
    expect(deliveries).toEqual([
      "68520 ADDED default/web default-scheduler -",
      "132140 MODIFIED default/web default-scheduler -",
      "132140 MODIFIED default/web kubelet worker-1",
    ]);
  });

  it("tells recorders at the commit, before any watch", () => {
    const { simulation, server } = setUp();
    const order: string[] = [];
    server.onCommit(({ type, object, time, kind }) => {
      if (kind === "Pod") order.push(`${time} ${type} ${object.metadata.name}`);
    });
    server
      .informers({ component: "observer" })
      .informer("Pod")
      .addHandlers({ added: () => order.push(`${simulation.now} seen`) });
    server.connect({ component: "kubectl", user: "kubernetes-admin" }).create<"Pod">(pod("web"));
    simulation.run(SECOND);
    expect(order).toEqual(["63520 ADDED web", "68520 seen"]);
  });

  it("delivers no change before an older one", () => {
    const drawn = [5_000, 1_000, 2_000];
    const { server, simulation } = instantServer({
      latencies: { ...NO_LATENCIES, watchDelivery: { mean: 1, sample: () => drawn.shift() ?? 0 } },
    });
    const times: number[] = [];
    server
      .informers({ component: "test" })
      .informer("Pod")
      .addHandlers({ added: () => times.push(simulation.now) });
    const client = server.connect({ component: "test", user: "test" });
    for (const [index, time] of [0, 1_000, 9_000].entries()) simulation.at(time, () => client.create<"Pod">(pod(`p${index}`)));
    simulation.run(SECOND);
    expect(times).toEqual([5_000, 5_000, 11_000]);
  });

  it("waits in the client's own rate limit: a burst, then so many a second", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "replicaset-controller", user: "test", qps: 20, burst: 30 });
    const times: number[] = [];
    for (let index = 0; index < 100; index++) client.create<"Pod">(pod(`p${index}`), () => times.push(simulation.now));
    simulation.run(10 * SECOND);
    expect(times.filter((time) => time === 0)).toHaveLength(30);
    expect(times[30]).toBe(50 * MILLISECOND);
    expect(times[99]).toBe(3_500 * MILLISECOND);
  });

  it("lets nobody wait for requests that are still held back by another client's own limit", () => {
    const { server, simulation } = instantServer({ maxInFlight: 2 });
    const slow = server.connect({ component: "slow", user: "test", qps: 1, burst: 1 });
    const other = server.connect({ component: "other", user: "test" });
    for (let index = 0; index < 10; index++) slow.create<"Pod">(pod(`slow-${index}`));
    let answered = -1;
    other.create<"Pod">(pod("other"), () => (answered = simulation.now));
    simulation.run(20 * SECOND);
    expect(answered).toBe(0);
    expect(server.objects.count("Pod")).toBe(11);
  });

  it("makes requests beyond the limit wait, and turns away those for which the queues have no room, to come again", () => {
    const { server, simulation } = instantServer({ maxInFlight: 1, latencies: { ...NO_LATENCIES, validation: constant(1_000) } });
    const client = server.connect({ component: "test", user: "test" });
    const times: number[] = [];
    for (let index = 0; index < 3; index++) client.create<"Pod">(pod(`p${index}`), () => times.push(simulation.now));
    simulation.run(SECOND);
    expect(times).toEqual([1_000, 2_000, 3_000]);
    const answered: string[] = [];
    const send = (name: string): void => client.create<"Pod">(pod(name), () => answered.push(name));
    for (let index = 0; index < 7_000; index++) send(`q${index}`);
    simulation.run(1.5 * SECOND);
    send("late");
    // 6,400 wait; the others come again after the second that the answer names, behind one that was sent in the meantime.
    simulation.run(30 * SECOND);
    expect(server.objects.count("Pod")).toBe(7_004);
    expect(answered.indexOf("late")).toBe(1 + 6_400);
  });
});

describe("a server of few cores", () => {
  function answersOf(cores: number | undefined): number[] {
    const simulation = new Simulation({ seed: 1 });
    const latencies = { ...NO_LATENCIES, mutatingAdmission: constant(MILLISECOND) };
    const etcd = new EtcdCluster({ simulation, latencies: { etcdFsync: constant(0), etcdRoundTrip: constant(0) } });
    const server = new ApiServer({ simulation, epoch: EPOCH, etcd, latencies, ...(cores !== undefined && { cores }) });
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const answers: number[] = [];
    for (const name of ["a", "b", "c", "d"]) client.create<"Pod">(pod(name), () => answers.push(simulation.now));
    simulation.run(SECOND);
    return answers;
  }

  it("takes longer where more requests are worked on than it has cores", () => {
    // Four equal requests share two cores evenly.
    expect(answersOf(2)).toEqual(Array(4).fill(2 * MILLISECOND));
    expect(answersOf(undefined)).toEqual(Array(4).fill(MILLISECOND));
  });
});

describe("Events of a component", () => {
  function commitsOf(eventSeries: boolean): number[] {
    const { simulation, server } = setUp();
    const recorder = server.connect({ component: "some-scheduler", user: "system:kube-scheduler", eventSeries });
    const commits: number[] = [];
    server.onCommit(({ kind, time }) => {
      if (kind === "Event") commits.push(time);
    });
    for (const name of ["a", "b"]) recorder.recordEvent({ kind: "Pod", namespace: "default", name }, "Normal", "Scheduled", "done");
    simulation.run(SECOND);
    return commits;
  }

  it("wait for each other's answer, unless it speaks events.k8s.io/v1", () => {
    const gap = ([first, second]: number[]): number => second - first;
    // The way there and back comes between, besides the flush that each has to itself.
    expect(gap(commitsOf(false))).toBe(63_620);
    expect(gap(commitsOf(true))).toBe(60_000);
  });
});
