import { describe, expect, it } from "vitest";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { explaining, type Explanation } from "../../src/scheduler/explanation.js";
import type { Plugin } from "../../src/scheduler/framework/plugin.js";
import { Status } from "../../src/scheduler/framework/status.js";
import type { SchedulerObserver, SchedulingAttempt } from "../../src/scheduler/observer.js";
import { PluginTimes } from "../../src/study/plugin-timing.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import type { SchedulerOptions } from "../../src/scheduler/scheduler-options.js";
import { FakeApiServer } from "./support/fake-api-server.js";
import { node, pod } from "./support/objects.js";

function start(options: Partial<SchedulerOptions> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const explanations: Explanation[] = [];
  const attempts: SchedulingAttempt[] = [];
  new Scheduler({
    simulation,
    epoch: 1_700_000_000 * SECOND,
    client: server.client,
    informers: server.informers,
    observer: {
      attempt: (attempt) => void attempts.push(attempt),
      deciding: (cycle) => explaining(cycle, (explanation) => void explanations.push(explanation)),
    },
    ...options,
  }).start();
  return { simulation, server, explanations, attempts };
}

const QUARTER = { cpu: "250m", memory: "250Mi" };
const WHOLE = { cpu: "1", memory: "1000Mi", pods: "110" };

describe("explaining", () => {
  it("gives raw, normalized and weighted scores whose sums are the totals, and the tie", () => {
    const { simulation, server, explanations } = start();
    for (const name of ["a", "b"]) server.put(node(name, WHOLE));
    server.put(pod("web", QUARTER));
    simulation.run(SECOND);
    const [{ nodes, choice, feasibleNodes }] = explanations;
    expect(feasibleNodes).toBe(2);
    for (const { scores, total } of nodes) {
      // LeastAllocated: three quarters of cpu and of memory are left.
      expect(scores.find(({ plugin }) => plugin === "NodeResourcesFit")).toMatchObject({
        raw: 75,
        normalized: 75,
        weight: 1,
        weighted: 75,
      });
      // No taint that it does not tolerate: 0 of them, and the fewest are best.
      expect(scores.find(({ plugin }) => plugin === "TaintToleration")).toMatchObject({
        raw: 0,
        normalized: 100,
        weight: 3,
        weighted: 300,
      });
      expect(total).toBe(scores.reduce((sum, { weighted }) => sum + weighted, 0));
    }
    expect(choice).toMatchObject({ node: "a", reason: "best total", tied: ["a", "b"], tieBreak: "upstream" });
  });

  it("tells of a cycle that a plugin's error ended, and on which nodes; timing the plugins stops there", () => {
    const broken: Plugin = {
      name: "Broken",
      filter: (_state, _pod, { name }) => (name === "b" ? new Status("Error", ["no answer"]) : undefined),
    };
    const scoring: Plugin = { name: "Broken", preScore: () => new Status("Error", ["no answer"]), score: () => 1 };
    const configuration = { profiles: [{ plugins: { multiPoint: { enabled: [{ name: "Broken" }] } } }] };
    for (const [plugin, message] of [
      [broken, 'running "Broken" filter plugin: no answer'],
      [scoring, 'running PreScore plugin "Broken": no answer'],
    ] as const) {
      const times = new PluginTimes(() => 0);
      const explanations: Explanation[] = [];
      const observer: SchedulerObserver = {
        deciding: (cycle) => {
          times.measure(cycle);
          return explaining(cycle, (explanation) => void explanations.push(explanation));
        },
      };
      const { simulation, server } = start({ configuration, plugins: { Broken: () => plugin }, observer });
      for (const name of ["a", "b"]) server.put(node(name, WHOLE));
      server.put(pod("web", QUARTER));
      simulation.run(SECOND);
      expect(explanations[0].message).toBe(message);
      expect(explanations[0].choice).toBeUndefined();
      expect(times.all.map(({ point }) => point)).toContain("Filter");
      if (plugin === broken)
        expect(explanations[0].nodes).toMatchObject([{ fate: "feasible" }, { node: "b", rejectedBy: "Broken", reasons: [message] }]);
    }
  });

  it("asks every filter of every node and tells which came first", () => {
    const { simulation, server, explanations, attempts } = start();
    server.put(
      node("small", { cpu: "100m", memory: "8Gi", pods: "110" }, { taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" }] }),
    );
    server.put(node("full", { cpu: "100m", memory: "8Gi", pods: "110" }));
    server.put(pod("web", QUARTER));
    simulation.run(SECOND);
    const [{ nodes, message, choice }] = explanations;
    const small = nodes.find(({ node: name }) => name === "small");
    expect(small).toMatchObject({ fate: "rejected", rejectedBy: "TaintToleration", reasons: ["node(s) had untolerated taint(s)"] });
    expect(small?.filters.filter(({ passes }) => !passes).map(({ plugin }) => plugin)).toEqual(["TaintToleration", "NodeResourcesFit"]);
    expect(choice).toBeUndefined();
    expect(message).toBe("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).");
    expect(attempts[0].message?.startsWith(message!)).toBe(true);
  });

  it("says that nothing was scored where one node is feasible", () => {
    const { simulation, server, explanations } = start();
    server.put(node("full", { cpu: "100m", memory: "8Gi", pods: "110" }));
    server.put(node("roomy"));
    server.put(pod("web", QUARTER));
    simulation.run(SECOND);
    expect(explanations[0].choice).toMatchObject({ node: "roomy", reason: "only feasible node" });
    expect(explanations[0].nodes.every(({ scores }) => scores.length === 0)).toBe(true);
  });

  it("agrees with every decision, and changes none, where the search samples and starts anew each time", () => {
    const decisions = [true, false].map((explain) => {
      const { simulation, server, explanations, attempts } = start(
        explain ? {} : { observer: { attempt: (attempt) => void unexplained.push(attempt) } },
      );
      for (let i = 0; i < 130; i++)
        server.put(
          node(`n${i}`, i % 3 === 0 ? WHOLE : { cpu: "2", memory: "1500Mi", pods: "110" }, {
            labels: { "topology.kubernetes.io/zone": `z${i % 2}` },
          }),
        );
      for (let i = 0; i < 40; i++) server.put(pod(`p${i}`, i % 2 === 0 ? QUARTER : { cpu: "100m", memory: "700Mi" }));
      simulation.run(SECOND);
      for (const [i, { choice, evaluatedNodes, feasibleNodes }] of explanations.entries()) {
        expect(choice?.node).toBe(attempts[i].node);
        expect(choice?.total).toBe(attempts[i].score);
        expect([evaluatedNodes, feasibleNodes]).toEqual([attempts[i].evaluatedNodes, attempts[i].feasibleNodes]);
        expect(feasibleNodes).toBe(100);
        expect(choice?.tied).toContain(choice?.node);
      }
      expect(explanations).toHaveLength(explain ? 40 : 0);
      return (explain ? attempts : unexplained).map(({ node: name }) => name);
    });
    expect(decisions[0]).toEqual(decisions[1]);
  });
});

const unexplained: SchedulingAttempt[] = [];
