import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { ScenarioRun } from "../../../src/scenario/run.js";
import { node, pod } from "../memory-cluster.js";
import { load } from "../text-scenario.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

describe("expectations", () => {
  const pods = [
    pod("a", {
      metadata: { labels: { app: "web" } },
      spec: { nodeName: "node-a" },
      status: { conditions: [{ type: "Ready", status: "True" }], containerStatuses: [{ restartCount: 2 }] },
    }),
    pod("b", { metadata: { labels: { app: "web" }, deletionTimestamp: 1 }, status: { phase: "Pending" } }),
    pod("c", { metadata: { namespace: "dev" } }),
    node("node-a", { "topology.kubernetes.io/zone": "z" }),
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "default" },
      involvedObject: { kind: "Pod", name: "a" },
      type: "Warning",
      reason: "BackOff",
      message: "Back-off restarting",
      count: 3,
    },
  ];
  const problems = (expectation: string) => runOn(new NotingCluster(pods), `expect:\n  - {at: 1m, ${expectation}}\n`).problems;

  it.each([
    "pods: {}, count: 3",
    "pods: {selector: app=web}, count: {atLeast: 2, atMost: 2}",
    "pods: {phase: Running}, count: 2",
    "pods: {ready: true}, count: 1",
    "pods: {terminating: true}, count: 1",
    "pods: {scheduled: false, namespace: default}, count: 1",
    "pods: {node: node-a}, count: 1",
    "pods: {zone: z}, count: 1",
    "pods: {restarts: {atLeast: 1}}, count: 1",
    "pods: {name: c}, count: 1",
    'nodes: {ready: "True"}, count: 1',
    "nodes: {zone: z, unschedulable: false}, count: 1",
    'nodes: {taint: "x:NoExecute"}, count: 0',
    "events: {reason: BackOff}",
    "events: {object: pod/a, message: restarting, type: Warning}, count: 3",
    "object: pod/a, field: status.phase, equals: Running",
    "object: pod/a, field: 'status.containerStatuses[0].restartCount', atLeast: 2, atMost: 2",
    "object: pod/gone, exists: false",
    "object: node/node-a",
    "answers: {code: 410}",
    "answers: {code: 410}, count: 2",
    "answers: {code: 429}, count: 0",
  ])("%s holds", (expectation) => {
    expect(problems(expectation)).toEqual([]);
  });

  it.each([
    ["pods: {selector: app=web}, count: 3, because: all run", "expected pods {selector: app=web}, count 3: found 2 (all run)"],
    ["nodes: {zone: elsewhere}, count: 1", "found 0"],
    ["events: {reason: Killing}", "found 0"],
    ["object: pod/a, field: status.phase, equals: Failed", 'found "Running"'],
    ["object: pod/a, exists: false", "found it exists"],
    ["answers: {code: 429}", "found 0"],
    ["answers: {code: 410}, count: 1", "found 2"],
    ["object: pod/gone", "found no such object"],
    ["object: pod/a, field: status.nothing, atLeast: 1", "found no such field"],
  ])("%s does not hold", (expectation, message) => {
    expect(problems(expectation)).toEqual([expect.stringMatching(/scenario\.yaml:10: at 1m0s expected /)]);
    expect(problems(expectation)[0]).toContain(message);
  });

  it("count requests from a time on", () => {
    const traffic = "traffic: [{name: u, to: {service: web}, rate: 1}]\n";
    const judged = (expectation: string) => {
      const cluster = new NotingCluster();
      cluster.counts = { sent: 110, succeeded: 100, timedOut: 0, refused: 0, failed: 0 };
      cluster.simulation.after(90 * SECOND, () => {
        cluster.counts = { sent: 150, succeeded: 110, timedOut: 30, refused: 0, failed: 0 };
      });
      return runOn(cluster, `${traffic}expect:\n  - {at: 2m, ${expectation}}\n`).problems.map((one) => one.replace(/.*found/, "found"));
    };
    expect(judged("requests: {generator: u, outcome: timedOut, since: 1m}, share: {atLeast: 0.75, atMost: 0.75}")).toEqual([]);
    expect(judged("requests: {generator: u, outcome: timedOut}, share: {atLeast: 0.75}")).toEqual(["found 0.214 of 140"]);
    expect(judged("requests: {generator: u, outcome: sent, since: 1m}, count: 40")).toEqual([]);
  });

  it("at the end are judged at the end, and those that a cut run does not reach are not judged", () => {
    const scenario = load("expect:\n  - {at: end, pods: {}, count: 0}\n  - {at: 9m, pods: {}, count: 5}\n");
    const cluster = new NotingCluster();
    const run = new ScenarioRun(cluster, scenario);
    run.start();
    cluster.simulation.run(60 * SECOND);
    const { expectations, unjudged, problems } = run.finish();
    expect(expectations.map(({ at, holds }) => [at / SECOND, holds])).toEqual([[60, true]]);
    expect(unjudged.map(({ at }) => at)).toEqual([540 * SECOND]);
    expect(problems).toEqual([]);
  });
});
