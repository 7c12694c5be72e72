/** A request's life: how it ends, what is recorded, and that nothing is lost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constant, type Distribution } from "../../src/engine/distribution.js";
import { MILLISECOND, SECOND } from "../../src/engine/simulation.js";
import type { Load } from "../../src/traffic/load.js";
import type { LoadGenerator } from "../../src/traffic/load-generator.js";
import type { RequestRecord } from "../../src/traffic/request-record.js";
import type { ServerBehavior } from "../../src/traffic/server-behavior.js";
import { Traffic } from "../../src/traffic/traffic.js";
import { type SmallCluster, smallCluster, type SmallClusterOptions } from "../network/small-cluster.js";

const exponential = (mean: number): Distribution => ({ mean, sample: (random) => -mean * Math.log(1 - random.uniform()) });

const LOAD: Load = {
  name: "users",
  from: { external: true },
  to: { service: "web", namespace: "default", via: "nodePort" },
  load: { interarrival: constant(10 * MILLISECOND) },
  timeout: SECOND,
  retries: 0,
  keepAlive: false,
};
const NODE_PORT = { type: "NodePort", ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }] } as const;

interface Run extends SmallCluster {
  readonly traffic: Traffic;
  readonly records: RequestRecord[];
  readonly generator: LoadGenerator;
}

function run(load: Partial<Load>, behavior: Partial<ServerBehavior> = {}, cluster: SmallClusterOptions = {}): Run {
  const small = smallCluster({ service: NODE_PORT, ...cluster });
  const records: RequestRecord[] = [];
  const traffic = new Traffic({
    simulation: small.simulation,
    network: small.services,
    behaviors: () => ({ serviceTime: constant(5 * MILLISECOND), concurrency: 10, ...behavior }),
    observer: { request: (record) => records.push({ ...record }) },
  });
  const generator = traffic.start({ ...LOAD, ...load });
  return { ...small, traffic, records, generator };
}

describe("a request", () => {
  test("is recorded with its parts, which add up to the time until its end", () => {
    const { simulation, records, generator } = run(
      { duration: 10 * SECOND, resolveTime: constant(1_500) },
      { serviceTime: exponential(20_000), concurrency: 1 },
    );
    simulation.run();
    expect(records.length).toBe(999);
    expect(generator.statistics.succeeded).toBe(records.length);
    for (const { start, end, resolve, connect, queue, service, transfer, outcome, attempts, node } of records) {
      expect(outcome).toBe("ok");
      expect(attempts).toBe(1);
      expect(node).toMatch(/^node-/);
      expect(resolve + connect + queue + service + transfer).toBe(end - start);
      for (const part of [resolve, connect, queue, service, transfer]) {
        expect(Number.isInteger(part)).toBe(true);
        expect(part).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test("to a node without power times out after the client's timeout; the others are answered", () => {
    const { simulation, dataPath, records } = run({ duration: 20 * SECOND });
    simulation.run(simulation.now + 5 * SECOND);
    const off = simulation.now;
    dataPath.powerOff("node-2");
    simulation.run();
    const after = records.filter(({ start }) => start > off);
    const timeouts = after.filter(({ outcome }) => outcome === "timeout");
    // Asked for at one of three nodes, served by a pod on one of three nodes: lost unless both have power.
    expect(timeouts.length / after.length).toBeCloseTo(1 - (2 / 3) ** 2, 1);
    for (const { start, end } of timeouts) expect(end - start).toBe(SECOND);
    for (const { outcome, node } of after) if (outcome === "ok") expect(node).not.toBe("node-2");
  });

  test("that is at a server when its node loses power times out; when its process ends it fails at once", () => {
    for (const [lose, outcome] of [
      ["power", "timeout"],
      ["process", "error"],
    ] as const) {
      const { simulation, dataPath, network, pods, records } = run(
        { duration: 2 * SECOND, timeout: 5 * SECOND },
        { serviceTime: constant(SECOND) },
        { nodes: 1, pods: 1 },
      );
      simulation.run(simulation.now + 55 * MILLISECOND);
      if (lose === "power") dataPath.powerOff("node-1");
      else network.listening(pods[0], false);
      const lost = simulation.now;
      simulation.run();
      const held = records.filter(({ start }) => start < lost);
      expect(held).toHaveLength(5);
      for (const record of held) expect(record.outcome).toBe(outcome);
      const [{ start, end, connect }] = held;
      if (lose === "power") expect(end).toBe(start + 5 * SECOND);
      else expect(end).toBeLessThanOrEqual(lost + connect);
    }
  });

  test("that the server answers too late counts as timed out when the client gives up, and is served all the same", () => {
    const { simulation, records, generator, traffic, pods } = run(
      { duration: 50 * MILLISECOND, timeout: 100 * MILLISECOND },
      { serviceTime: constant(60 * MILLISECOND), concurrency: 1 },
      { pods: 1 },
    );
    const begun = simulation.now;
    simulation.run();
    expect(records.map(({ outcome }) => outcome)).toEqual(["ok", "timeout", "timeout", "timeout"]);
    for (const { outcome, start, end } of records) if (outcome === "timeout") expect(end - start).toBe(100 * MILLISECOND);
    expect(generator.statistics.timedOut).toBe(3);
    expect(traffic.busyTime(pods[0])).toBe(4 * 60 * MILLISECOND);
    expect(simulation.now - begun).toBeGreaterThan(240 * MILLISECOND);
  });

  test("beyond the server's queue limit is answered with an error at once", () => {
    const { simulation, records } = run(
      { duration: 41 * MILLISECOND },
      { serviceTime: constant(0.6 * SECOND), concurrency: 1, queueLimit: 1 },
      { pods: 1 },
    );
    simulation.run();
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(["error", "error", "ok", "timeout"].sort());
  });

  test("is tried again as often as the load says, with growing waits in between", () => {
    const { simulation, records, objects, service } = run({
      duration: 15 * MILLISECOND,
      retries: 3,
      retryBackoff: { base: 100 * MILLISECOND, factor: 2, limit: 300 * MILLISECOND },
    });
    objects.remove(service);
    simulation.run(simulation.now + SECOND / 100 - 1);
    simulation.run();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ outcome: "refused", attempts: 4 });
    const between = records[0].end - records[0].start;
    expect(between).toBeGreaterThan(600 * MILLISECOND);
    expect(between).toBeLessThan(602 * MILLISECOND);
  });
});

describe("load", () => {
  test("of stages arrives at the rate of each moment, ramps included", () => {
    const stages = [
      { duration: 100 * SECOND, requestsPerSecond: 100 },
      { duration: 100 * SECOND, requestsPerSecond: 100 },
      { duration: 100 * SECOND, requestsPerSecond: 0 },
    ];
    const { simulation, records } = run({ load: { stages } }, {}, { pods: 12, nodes: 12 });
    const begun = simulation.now;
    simulation.run();
    // Expected numbers are the integral of the rate; a Poisson count is within four standard deviations of it.
    for (const [from, to, expected] of [
      [0, 50, 1250],
      [50, 100, 3750],
      [100, 200, 10_000],
      [200, 250, 3750],
      [250, 300, 1250],
    ]) {
      const count = records.filter(({ start }) => start - begun >= from * SECOND && start - begun < to * SECOND).length;
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  test("of users never has more requests under way than users, and obeys X = N / (Z + R)", () => {
    const { simulation, records } = run({ load: { users: 20, thinkTime: constant(95 * MILLISECOND) }, duration: 100 * SECOND });
    simulation.run();
    const response = records.reduce((sum, { start, end }) => sum + end - start, 0) / records.length;
    const expected = (20 * 100 * SECOND) / (95 * MILLISECOND + response);
    expect(Math.abs(records.length - expected) / expected).toBeLessThan(0.01);
  });

  test("with kept connections pays for the handshake once a user, and goes on with another pod when its own is gone", () => {
    const { simulation, records, network, pods } = run({
      load: { users: 3, thinkTime: constant(10 * MILLISECOND) },
      keepAlive: true,
      duration: 10 * SECOND,
    });
    simulation.run(simulation.now + 5 * SECOND);
    expect(records.filter(({ connect }) => connect > 0)).toHaveLength(3);
    network.listening(pods[0], false);
    network.listening(pods[1], false);
    simulation.run();
    expect(records.at(-1)).toMatchObject({ outcome: "ok", pod: "default/web-2" });
  });

  test("from pods comes from running pods that the selector matches, and is not sent where there is none", () => {
    const { simulation, records, generator, network, pods } = run({
      from: { namespace: "default", podSelector: { matchLabels: { app: "web" } } },
      to: { service: "web", namespace: "default", via: "clusterIP" },
      duration: 2 * SECOND,
    });
    simulation.run(simulation.now + SECOND);
    expect(new Set(records.map(({ client }) => client))).toEqual(new Set(["default/web-0", "default/web-1", "default/web-2"]));
    for (const pod of pods) network.listening(pod, false);
    simulation.run();
    expect(generator.statistics.unsent).toBeGreaterThan(90);
  });

  test("of users who do not think goes on in time where they are refused", () => {
    const { simulation, records, objects, service } = run({
      from: { node: "node-1" },
      to: { service: "web", namespace: "default", via: "clusterIP" },
      load: { users: 1, thinkTime: constant(0) },
      duration: 10 * MILLISECOND,
    });
    objects.apply({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-a", namespace: "default", labels: { "kubernetes.io/service-name": service.metadata.name } },
      addressType: "IPv4",
      endpoints: [],
    });
    simulation.run(simulation.now + SECOND);
    expect(records.length).toBeGreaterThan(1);
    expect(records.length).toBeLessThan(1000);
  });

  test("gives the same records for the same seed, and others for another", () => {
    const recorded = (seed: number): RequestRecord[] => {
      const { simulation, records } = run(
        { load: { interarrival: exponential(10 * MILLISECOND) }, duration: SECOND },
        { serviceTime: exponential(20_000) },
        { seed },
      );
      simulation.run();
      return records;
    };
    expect(recorded(1)).toEqual(recorded(1));
    expect(recorded(1)).not.toEqual(recorded(2));
  });

  test("loses no request: each that was sent ends in exactly one way, whatever breaks", () => {
    const disturbance = fc.record({
      at: fc.integer({ min: 0, max: 3_000_000 }),
      node: fc.integer({ min: 1, max: 3 }),
      what: fc.constantFrom("off", "on", "unload", "load", "cut", "heal", "stop", "start"),
    });
    fc.assert(
      fc.property(
        fc.array(disturbance, { maxLength: 8 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 2 }),
        (disturbances, closed, keepAlive, retries) => {
          const load = closed ? { users: 8, thinkTime: exponential(20 * MILLISECOND) } : { interarrival: exponential(10 * MILLISECOND) };
          const cluster = run(
            { load, keepAlive, retries, duration: 3 * SECOND, timeout: SECOND / 4 },
            { serviceTime: exponential(30 * MILLISECOND), concurrency: 1 },
          );
          const { simulation, dataPath, network, pods, records, generator } = cluster;
          const begun = simulation.now;
          for (const { at, node, what } of disturbances) {
            simulation.at(begun + at, () => {
              const name = `node-${node}`;
              if (what === "off") dataPath.powerOff(name);
              else if (what === "on") dataPath.powerOn(name);
              else if (what === "unload" || what === "load") dataPath.setBridgeNetfilter(name, what === "load");
              else if (what === "cut") dataPath.partition([name]);
              else if (what === "heal") dataPath.heal([name]);
              else network.listening(pods[node - 1], what === "start");
            });
          }
          simulation.run();
          const { sent, outcomes } = generator.statistics;
          expect(records).toHaveLength(sent);
          expect(Object.values(outcomes).reduce((a, b) => a + b)).toBe(sent);
          for (const { start, end, attempts } of records) {
            expect(end - start).toBeGreaterThanOrEqual(0);
            expect(end - start).toBeLessThanOrEqual(attempts * (SECOND / 4));
          }
          // Once all has settled the tables hold nothing but what waits to expire.
          simulation.run(simulation.now + 130 * SECOND);
          if (!keepAlive) for (const host of dataPath.hosts) expect(host.conntrack.entries(simulation.now)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
