import { describe, expect, it } from "vitest";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../src/scheduler/framework/pod-shape.js";
import { ResourceIndex } from "../../src/scheduler/framework/resources.js";
import { WaitingPods } from "../../src/scheduler/framework/waiting-pods.js";
import type { Plugin } from "../../src/scheduler/framework/plugin.js";
import { Status } from "../../src/scheduler/framework/status.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import { FakeApiServer } from "./support/fake-api-server.js";
import { node, pod } from "./support/objects.js";

function start(plugin: Plugin) {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const scheduler = new Scheduler({
    simulation,
    epoch: 1_700_000_000 * SECOND,
    client: server.client,
    informers: server.informers,
    configuration: { profiles: [{ plugins: { multiPoint: { enabled: [{ name: plugin.name }] } } }] },
    plugins: { [plugin.name]: () => plugin },
  });
  scheduler.start();
  server.put(node("a", { cpu: "1", memory: "1Gi", pods: "1" }));
  server.put(pod("first"));
  return { simulation, server, scheduler };
}

const nodeOf = (server: FakeApiServer, name: string): string | undefined => server.get("Pod", `default/${name}`)?.spec.nodeName;

describe("binding cycle", () => {
  it("holds a pod that Permit makes wait until it is allowed, while its place is taken", () => {
    const { simulation, server, scheduler } = start({ name: "Gate", permit: () => ({ status: new Status("Wait"), timeout: 60 * SECOND }) });
    server.put(pod("second"));
    simulation.run(10 * SECOND);
    expect(nodeOf(server, "first")).toBeUndefined();
    expect([...scheduler.waitingPods.pods()].map(({ key }) => key)).toEqual(["default/first"]);
    expect(server.events.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^0\/1 nodes are available: 1 Too many pods\./),
    );
    scheduler.waitingPods.allow("pod-first", "Gate");
    simulation.run(11 * SECOND);
    expect(nodeOf(server, "first")).toBe("a");
  });

  it("waits for all plugins that hold a pod back, in whatever order they allow it", () => {
    const waiting = new WaitingPods(() => undefined);
    const object = pod("first");
    const info = new PodInfo(object, new PodShapes(new ResourceIndex()).shapeOf(object));
    const ends: unknown[] = [];
    waiting.wait(
      info,
      new Map([
        ["Gate", SECOND],
        ["Gang", SECOND],
      ]),
      (status) => ends.push(status),
    );
    waiting.allow(info.uid, "Gang");
    waiting.allow(info.uid, "Gang");
    expect([ends, waiting.heldBy(info.uid)]).toEqual([[], ["Gate"]]);
    waiting.allow(info.uid, "Gate");
    expect([ends, waiting.heldBy(info.uid)]).toEqual([[undefined], []]);
  });

  it("gives a pod back that waited too long", () => {
    const { simulation, server, scheduler } = start({
      name: "Gate",
      permit: () => ({ status: new Status("Wait"), timeout: 5 * SECOND }),
      eventsToRegister: () => [],
    });
    simulation.run(6 * SECOND);
    expect(nodeOf(server, "first")).toBeUndefined();
    expect(server.events.map(({ message }) => message)).toContain(
      "0/1 nodes are available: 1 rejected due to timeout after waiting 5s at plugin Gate.",
    );
    expect(scheduler.cache.podCount).toBe(0);
  });

  it("tells why Reserve would not have the node, and what went wrong in it", () => {
    let attempts = 0;
    const { simulation, server } = start({
      name: "Volumes",
      reserve: () => (++attempts === 1 ? new Status("Unschedulable", ["disk is taken"]) : new Status("Error", ["no disk"])),
    });
    server.put(node("b", { cpu: "1", memory: "1Gi", pods: "1" }));
    simulation.run(20 * SECOND);
    const messages = server.events.map(({ message }) => message);
    expect(messages).toContain("0/1 nodes are available: 1 disk is taken.");
    expect(messages).toContain('running Reserve plugin "Volumes": no disk');
  });

  it("runs Unreserve in reverse and tries again where PreBind fails", () => {
    const calls: string[] = [];
    let attempts = 0;
    const { simulation, server } = start({
      name: "Volumes",
      reserve: () => void calls.push("reserve"),
      unreserve: () => void calls.push("unreserve"),
      preBind: (_state, _pod, _node, done) => done(++attempts === 1 ? new Status("Error", ["no disk"]) : undefined),
    });
    simulation.run(SECOND / 2);
    expect(calls).toEqual(["reserve", "unreserve"]);
    expect(server.events.map(({ message }) => message)).toContain('running PreBind plugin "Volumes": no disk');
    simulation.run(10 * SECOND);
    expect(nodeOf(server, "first")).toBe("a");
  });

  it("fails the run with plugin, point, pod and node where a plugin breaks", () => {
    const { simulation } = start({
      name: "Broken",
      filter: () => {
        throw new TypeError("x is not a function");
      },
    });
    expect(() => simulation.run(SECOND)).toThrow("plugin Broken at Filter for pod default/first on node a: x is not a function");
  });

  it("refuses scores out of range", () => {
    const { simulation, server } = start({ name: "Eager", score: () => 101 });
    server.put(node("b"));
    expect(() => simulation.run(SECOND)).toThrow(
      /^plugin Eager at NormalizeScore for pod default\/first on node a: returns an invalid score 101/,
    );
  });

  it("refuses scores that are no numbers", () => {
    const { simulation, server } = start({ name: "Confused", score: () => Number.NaN });
    server.put(node("b"));
    expect(() => simulation.run(SECOND)).toThrow(
      "plugin Confused at Score for pod default/first on node a: returned the score NaN, which is no integer",
    );
  });
});
