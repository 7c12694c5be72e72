import { describe, expect, it } from "vitest";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { schedulerConfigurationFrom } from "../../../src/scheduler/configuration/scheduler-configuration.js";
import { adaptPlugin, customHandle } from "../../../src/scheduler/custom/adapt-plugin.js";
import type { CustomPlugin, CustomPluginFactory } from "../../../src/scheduler/custom/custom-plugin.js";
import { PluginError } from "../../../src/scheduler/framework/plugin-error.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;

/** A cluster of two nodes whose scheduler has the plugin "Mine", with a weight that decides. */
function start(factory: CustomPluginFactory, seed = 1) {
  const simulation = new Simulation({ seed });
  const server = new FakeApiServer(simulation);
  const configuration = schedulerConfigurationFrom({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [{ plugins: { multiPoint: { enabled: [{ name: "Mine", weight: 1000 }] } }, pluginConfig: [{ name: "Mine", args: { modulePath: "/mine.mjs", favourite: "b" } }] }],
  });
  const scheduler = new Scheduler({
    simulation,
    epoch: EPOCH,
    client: server.client,
    informers: server.informers,
    configuration,
    plugins: { Mine: (args, handle) => adaptPlugin("Mine", factory(args, customHandle("Mine", handle))) },
  });
  scheduler.start();
  server.put(node("a"));
  server.put(node("b"));
  return { simulation, server };
}

function run(plugin: CustomPlugin): void {
  const { simulation, server } = start(() => plugin);
  server.put(pod("web", { cpu: "1" }));
  simulation.run(SECOND);
}

describe("a plugin of the user's own", () => {
  it("scores with its arguments", () => {
    const { simulation, server } = start(({ favourite }) => ({ score: (_state, _pod, { name }) => (name === favourite ? 100 : 0) }));
    server.put(pod("web", { cpu: "1" }));
    simulation.run(SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("b");
  });

  it("rejects a node with a reason that the event tells", () => {
    const { simulation, server } = start(() => ({ filter: () => "node(s) were not mine" }));
    server.put(pod("web", { cpu: "1" }));
    simulation.run(SECOND);
    expect(server.events.at(-1)?.message).toContain("0/2 nodes are available: 2 node(s) were not mine.");
  });

  it("is told the simulated time and what nodes have and pods ask for", () => {
    const seen: unknown[] = [];
    const { simulation, server } = start((_args, handle) => ({
      filter: (_state, wanting, at) => {
        seen.push([handle.now(), handle.request(wanting, "cpu"), handle.requested(at, "cpu"), handle.allocatable(at, "memory"), handle.nodes().length]);
        return undefined;
      },
    }));
    simulation.run(10 * SECOND);
    server.put(pod("web", { cpu: "250m" }));
    simulation.run(11 * SECOND);
    expect(seen[0]).toEqual([EPOCH + 10 * SECOND, 250, 0, 8 * 2 ** 30, 2]);
  });

  it("draws from streams of its own, the same in each run of a seed", () => {
    const draws = (seed: number): readonly number[] => {
      const numbers: number[] = [];
      const { simulation, server } = start(
        (_args, handle) => ({
          score: () => {
            numbers.push(handle.stream().uniform(), handle.stream("other").uniform());
            return 0;
          },
        }),
        seed,
      );
      server.put(pod("web"));
      simulation.run(SECOND);
      return numbers;
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
    expect(new Set(draws(1)).size).toBe(draws(1).length);
  });

  it("holds pods back until there are enough of them", () => {
    const { simulation, server } = start((_args, handle) => ({
      permit: () => {
        const waiting = [...handle.waitingPods()];
        if (waiting.length < 2) return { status: new Status("Wait"), timeout: 60 * SECOND };
        for (const each of waiting) handle.allow(each);
        return undefined;
      },
    }));
    server.put(pod("one"));
    server.put(pod("two"));
    simulation.run(5 * SECOND);
    expect(["one", "two"].map((name) => server.get("Pod", `default/${name}`)?.spec.nodeName)).toEqual([undefined, undefined]);
    server.put(pod("three"));
    simulation.run(10 * SECOND);
    for (const name of ["one", "two", "three"]) expect(server.get("Pod", `default/${name}`)?.spec.nodeName).toBeDefined();
  });

  it("wakes its pods only for the events that it registered", () => {
    let open = false;
    const { simulation, server } = start(() => ({
      filter: () => (open ? undefined : "closed"),
      eventsToRegister: () => [{ resource: "Node", actions: ["UpdateNodeLabel"], hint: (_pod, _previous, current) => current?.metadata.labels?.["door"] === "open" }],
    }));
    server.put(pod("web"));
    simulation.run(SECOND);
    open = true;
    server.put(node("c"));
    server.put(node("a", undefined, { labels: { door: "shut" } }));
    simulation.run(20 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBeUndefined();
    server.put(node("a", undefined, { labels: { door: "open" } }));
    simulation.run(40 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBeDefined();
  });

  it.each<[string, CustomPlugin, string]>([
    ["throws in Filter", { filter: () => JSON.parse("{") as string }, "plugin Mine at Filter for pod default/web on node a: threw SyntaxError"],
    ["returns NaN", { score: () => Number.NaN }, "plugin Mine at Score for pod default/web on node a: returned the score NaN, which is no integer"],
    ["returns a score out of range", { score: () => 101 }, "plugin Mine at NormalizeScore for pod default/web on node a: returns an invalid score 101, it should in the range of [0, 100]"],
    ["returns a promise", { filter: (() => Promise.resolve()) as unknown as CustomPlugin["filter"] & object }, "plugin Mine at Filter for pod default/web on node a: returned a promise; methods must be synchronous"],
    ["returns nonsense", { filter: (() => ({ code: "Maybe" })) as unknown as CustomPlugin["filter"] & object }, 'plugin Mine at Filter for pod default/web on node a: returned {"code":"Maybe"}'],
    ["throws in PreEnqueue", { preEnqueue: () => { throw new RangeError("too far"); } }, "plugin Mine at PreEnqueue for pod default/web: threw RangeError: too far"],
    ["throws in Reserve", { reserve: () => { throw new Error("no room"); } }, "plugin Mine at Reserve for pod default/web on node"],
  ])("that %s fails the run with plugin, point, pod and node", (_what, plugin, message) => {
    expect(() => run(plugin)).toThrow(PluginError);
    expect(() => run(plugin)).toThrow(message);
  });
});
