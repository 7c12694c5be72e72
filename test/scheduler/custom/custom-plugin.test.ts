import { describe, expect, it } from "vitest";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { schedulerConfigurationFrom } from "../../../src/scheduler/configuration/scheduler-configuration.js";
import { adaptPlugin, customHandle } from "../../../src/scheduler/custom/adapt-plugin.js";
import type { CustomPlugin, CustomPluginFactory } from "../../../src/scheduler/custom/custom-plugin.js";
import { PluginModuleError } from "../../../src/scheduler/custom/plugin-module-error.js";
import { PluginError } from "../../../src/scheduler/framework/plugin-error.js";
import { SKIP, Status } from "../../../src/scheduler/framework/status.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;

/** A cluster of two nodes whose scheduler has the plugin "Mine", with a weight that decides. */
function start(
  factory: CustomPluginFactory,
  seed = 1,
  profile: object = { plugins: { multiPoint: { enabled: [{ name: "Mine", weight: 1000 }] } } },
) {
  const simulation = new Simulation({ seed });
  const server = new FakeApiServer(simulation);
  const configuration = schedulerConfigurationFrom({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [{ ...profile, pluginConfig: [{ name: "Mine", args: { modulePath: "/mine.mjs", favourite: "b" } }] }],
  });
  const scheduler = new Scheduler({
    simulation,
    epoch: EPOCH,
    client: server.client,
    informers: server.informers,
    configuration,
    plugins: { Mine: (args, handle) => adaptPlugin("Mine", factory(args, customHandle("Mine", handle)), "/mine.mjs") },
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
        seen.push([
          handle.now(),
          handle.request(wanting, "cpu"),
          handle.requested(at, "cpu"),
          handle.allocatable(at, "memory"),
          handle.nodes().length,
        ]);
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
      eventsToRegister: () => [
        {
          resource: "Node",
          actions: ["UpdateNodeLabel"],
          hint: (_pod, _previous, current) => current?.metadata.labels?.["door"] === "open",
        },
      ],
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
    [
      "throws in Filter",
      { filter: () => JSON.parse("{") as string },
      "plugin Mine at Filter for pod default/web on node a: threw SyntaxError",
    ],
    [
      "returns NaN",
      { score: () => Number.NaN },
      "plugin Mine at Score for pod default/web on node a: returned the score NaN, which is no integer",
    ],
    [
      "returns a score out of range",
      { score: () => 101 },
      "plugin Mine at NormalizeScore for pod default/web on node a: returns an invalid score 101, it should in the range of [0, 100]",
    ],
    [
      "returns a promise",
      { filter: (() => Promise.resolve()) as unknown as CustomPlugin["filter"] & object },
      "plugin Mine at Filter for pod default/web on node a: returned a promise; methods must be synchronous",
    ],
    [
      "returns nonsense",
      { filter: (() => ({ code: "Maybe" })) as unknown as CustomPlugin["filter"] & object },
      'plugin Mine at Filter for pod default/web on node a: returned {"code":"Maybe"}',
    ],
    [
      "throws in PreEnqueue",
      {
        preEnqueue: () => {
          throw new RangeError("too far");
        },
      },
      "plugin Mine at PreEnqueue for pod default/web: threw RangeError: too far",
    ],
    [
      "passes a filter over",
      { filter: () => SKIP },
      'plugin Mine at Filter for pod default/web on node a: returned the code "Skip"; must be one of Success, Error, Unschedulable',
    ],
    [
      "waits in a filter",
      { filter: () => ({ code: "Wait" }) },
      'plugin Mine at Filter for pod default/web on node a: returned the code "Wait"; must be one of',
    ],
    ["rejects for no reason", { filter: () => "" }, "plugin Mine at Filter for pod default/web on node a: returned an empty reason"],
    ["rejects for empty reasons", { filter: () => ({ code: "Unschedulable", reasons: ["full", " "] }) }, "returned an empty reason"],
    [
      "takes scores away",
      { score: () => 1, normalizeScore: (_state, _pod, scores) => void scores.pop() },
      "plugin Mine at NormalizeScore for pod default/web: changed the list of scores",
    ],
    [
      "sorts the scores",
      {
        score: (_state, _pod, { name }) => (name === "b" ? 2 : 1),
        normalizeScore: (_state, _pod, scores) => void scores.sort((x, y) => y.score - x.score),
      },
      "changed the list of scores",
    ],
    [
      "answers a binding with a number",
      { preBind: (_state, _pod, _node, done) => done(4 as unknown as string) },
      "plugin Mine at PreBind for pod default/web on node a: returned 4; must be nothing",
    ],
    [
      "answers a binding twice",
      {
        preBind: (_state, _pod, _node, done) => {
          done();
          done();
        },
      },
      "plugin Mine at PreBind for pod default/web on node a: called done twice",
    ],
    [
      "returns what it should call",
      { preBind: () => "no" },
      'plugin Mine at PreBind for pod default/web on node a: returned "no"; must answer by calling done',
    ],
    [
      "rejects what is bound",
      { postBind: () => "no" },
      'plugin Mine at PostBind for pod default/web on node a: returned "no"; must return nothing',
    ],
    [
      "rejects what is given back",
      { reserve: () => "full", unreserve: () => 1 },
      "plugin Mine at Unreserve for pod default/web on node a: returned 1; must return nothing",
    ],
    [
      "throws in Reserve",
      {
        reserve: () => {
          throw new Error("no room");
        },
      },
      "plugin Mine at Reserve for pod default/web on node",
    ],
  ])("that %s fails the run with plugin, point, pod and node", (_what, plugin, message) => {
    expect(() => run(plugin)).toThrow(PluginError);
    expect(() => run(plugin)).toThrow(message);
    expect(() => run(plugin)).toThrow(/^\/mine\.mjs: /);
  });

  it("sorts the queue by yes and no alone", () => {
    const profile = { plugins: { queueSort: { enabled: [{ name: "Mine" }], disabled: [{ name: "*" }] } } };
    const { simulation, server } = start(() => ({ less: (() => -1) as unknown as CustomPlugin["less"] & object }), 1, profile);
    server.put(pod("web"));
    expect(() => {
      server.put(pod("api"));
      simulation.run(SECOND);
    }).toThrow("plugin Mine at QueueSort for pod default/");
  });

  it("rejects a pod that is to be bound with a text", () => {
    const { simulation, server } = start(() => ({ preBind: (_state, _pod, _node, done) => done("no licence") }));
    server.put(pod("web"));
    simulation.run(SECOND);
    expect(server.get("Pod", "default/web")?.status?.conditions).toMatchObject([{ reason: "Unschedulable", message: "no licence" }]);
  });

  // Upstream: RunFilterPlugins and schedulePod; the pod goes to the back-off queue, for no event would help it.
  it.each<[string, CustomPlugin, string]>([
    ["PreFilter", { preFilter: () => ({ code: "Error", reasons: ["no answer"] }) }, 'running PreFilter plugin "Mine": no answer'],
    ["Filter", { filter: () => ({ code: "Error", reasons: ["no answer"] }) }, 'running "Mine" filter plugin: no answer'],
    [
      "PreScore",
      { preScore: () => ({ code: "Error", reasons: ["no answer"] }), score: () => 1 },
      'running PreScore plugin "Mine": no answer',
    ],
    [
      "NormalizeScore",
      { score: () => 1, normalizeScore: () => ({ code: "Error", reasons: ["no answer"] }) },
      'running Normalize on Score plugins: plugin "Mine" failed with: no answer',
    ],
  ])("that answers Error at %s fails the cycle, which is tried again after the back-off", (_point, plugin, message) => {
    let attempts = 0;
    const counting: CustomPlugin = {
      ...plugin,
      preEnqueue: () => undefined,
      preFilter: (state, wanting) => {
        attempts++;
        return plugin.preFilter?.(state, wanting);
      },
    };
    const { simulation, server } = start(() => counting);
    server.put(pod("web"));
    simulation.run(SECOND / 2);
    expect(server.get("Pod", "default/web")?.status?.conditions).toMatchObject([{ status: "False", reason: "SchedulerError", message }]);
    expect(server.events.at(-1)?.message).toBe(message);
    const before = attempts;
    simulation.run(5 * SECOND);
    expect(attempts).toBeGreaterThan(before);
  });

  it.each<[string, unknown, string]>([
    ["no list", undefined, "eventsToRegister returned undefined; must be a list of {resource, actions, hint}"],
    ["a single registration", { resource: "Node", actions: ["Add"] }, "must be a list"],
    ["nothing among them", [undefined], "unknown resource undefined"],
    [
      "a resource that is not there",
      [{ resource: "Nodes", actions: ["Add"] }],
      'unknown resource "Nodes"; must be one of Pod, AssignedPod, UnscheduledPod, Node, ',
    ],
    ["no actions", [{ resource: "Node" }], "actions must be a list of names"],
    ["an action that is no list", [{ resource: "Node", actions: "Add" }], "actions must be a list of names"],
    ["an action that is not there", [{ resource: "Node", actions: ["Grow"] }], 'unknown action "Grow"; must be one of Add, Delete, '],
    ["a property of every object as an action", [{ resource: "Node", actions: ["toString"] }], 'unknown action "toString"'],
    ["a hint that is no function", [{ resource: "Node", actions: ["Add"], hint: true }], "returned the hint true; must be a function"],
    ["a promise", Promise.resolve([]), "returned a promise; methods must be synchronous"],
  ])("that registers %s is refused before anything runs", (_what, answer, message) => {
    const plugin = { filter: () => undefined, eventsToRegister: () => answer } as unknown as CustomPlugin;
    expect(() => start(() => plugin)).toThrow(PluginModuleError);
    expect(() => start(() => plugin)).toThrow(message);
    expect(() => start(() => plugin)).toThrow("plugin Mine: /mine.mjs: ");
  });

  it("whose eventsToRegister throws is refused with what it threw", () => {
    const eventsToRegister = (): never => {
      throw new RangeError("too many");
    };
    expect(() => start(() => ({ filter: () => undefined, eventsToRegister }))).toThrow(
      "plugin Mine: /mine.mjs: eventsToRegister threw RangeError: too many",
    );
  });

  it("is told of all pods as Pod", () => {
    let open = false;
    const { simulation, server } = start(() => ({
      filter: () => (open ? undefined : "closed"),
      eventsToRegister: () => [{ resource: "Pod", actions: ["Delete"] }],
    }));
    const bound = pod("bound", {}, { nodeName: "a" });
    server.put(bound);
    server.put(pod("web"));
    simulation.run(SECOND);
    open = true;
    server.remove(bound);
    simulation.run(20 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBeDefined();
  });

  it("whose hint breaks fails the run", () => {
    const hint = (() => "maybe") as unknown as () => boolean;
    const { simulation, server } = start(() => ({
      filter: () => "closed",
      eventsToRegister: () => [{ resource: "Node", actions: ["Add"], hint }],
    }));
    server.put(pod("web"));
    simulation.run(SECOND);
    expect(() => {
      server.put(node("c"));
      simulation.run(20 * SECOND);
    }).toThrow('/mine.mjs: plugin Mine at QueueingHint for pod default/web: returned "maybe"; must be true or false');
  });
});
