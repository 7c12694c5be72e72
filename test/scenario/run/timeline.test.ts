import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { node, pod } from "../memory-cluster.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

describe("timeline", () => {
  it("runs commands at their times and logs what they print", () => {
    const { timeline, problems } = runOn(
      new NotingCluster([node("a")]),
      "timeline:\n  - {at: 2m, kubectl: uncordon a}\n  - {at: 1m, kubectl: cordon a}\n",
    );
    expect(timeline.map(({ at, text, output }) => [at / SECOND, text, ...output])).toEqual([
      [60, "kubectl cordon a", "node/a cordoned"],
      [120, "kubectl uncordon a", "node/a uncordoned"],
    ]);
    expect(timeline[0].end).toBeGreaterThan(60 * SECOND);
    expect(problems).toEqual([]);
  });

  it("makes a problem of a command that fails, unless it is expected to", () => {
    const step = (more: string) =>
      runOn(new NotingCluster(), `timeline:\n  - {at: 1m, kubectl: cordon a${more}}\n`).problems.map((one) =>
        one.replace(/^.*scenario\.yaml:/, ""),
      );
    expect(step("")).toEqual(['10:at 1m0s kubectl cordon a: Error from server (NotFound): nodes "a" not found'.replace("10:", "10: ")]);
    expect(step(", expectError: not found")).toEqual([]);
    expect(step(", expectError: refused")).toEqual([
      expect.stringContaining('expected it to fail with "refused", but it said: Error from server (NotFound)'),
    ]);
  });

  it("makes a problem of a command that does not fail or print as expected", () => {
    const step = (more: string) => runOn(new NotingCluster([node("a")]), `timeline:\n  - {at: 1m, kubectl: cordon a${more}}\n`).problems;
    expect(step(", expectError: refused")[0]).toContain('expected it to fail with "refused", but it did not fail');
    expect(step(", expectOutput: uncordoned")[0]).toContain('expected it to print "uncordoned", but it printed: node/a cordoned');
    expect(step(", expectOutput: cordoned")).toEqual([]);
  });

  it("shows what a command has printed that has not ended when the run has", () => {
    const cluster = new NotingCluster([node("a"), pod("web")]);
    const steps = [
      "{at: 1m, kubectl: get pods -w -o name, expectOutput: pod/later}",
      "{at: 2m, kubectl: run later --image=nginx}",
      "{at: 3m, kubectl: drain a --timeout=10h}",
    ];
    const { timeline, problems } = runOn(cluster, `timeline:\n${steps.map((step) => `  - ${step}\n`).join("")}`);
    expect(timeline[0]).toMatchObject({ output: ["pod/web", "pod/later"] });
    expect(timeline[0].end).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it("makes a problem of a command that has not ended when the run has, where something is expected of it", () => {
    const cluster = () => new NotingCluster([node("a")]);
    const step = (more: string) =>
      runOn(cluster(), `timeline:\n  - {at: 1m, kubectl: wait node/a --for=delete --timeout=10h${more}}\n`).problems;
    expect(step("")).toEqual([]);
    expect(step(", expectOutput: deleted")).toEqual([expect.stringContaining("had not ended at the end of the run")]);
    expect(step(", expectError: timed out")).toEqual([expect.stringContaining("had not ended at the end of the run")]);
  });

  it("injects faults, and their opposites after `for`", () => {
    const zoned = (name: string, zone: string) => node(name, { "topology.kubernetes.io/zone": zone });
    const cluster = new NotingCluster([zoned("worker-1", "a"), zoned("worker-2", "b")]);
    const { problems } = runOn(
      cluster,
      `timeline:
  - {at: 10s, fault: kubeletStop, node: worker-1, for: 30s}
  - {at: 20s, fault: networkPartition, hosts: [worker-1], for: 5s}
  - {at: 50s, fault: containerKill, pod: web}
`,
    );
    expect(cluster.faultLog).toEqual([
      '10 kubeletStop ["worker-1"]',
      '20 networkPartition [["worker-1"]]',
      '25 networkHeal [["worker-1"]]',
      '40 kubeletStart ["worker-1"]',
      '50 containerKill [{"kind":"Pod","namespace":"default","name":"web"},null]',
    ]);
    expect(problems).toEqual([]);
  });

  it("applies manifests beside the scenario at time 0, in order, into the default namespace", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: dev}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
    );
    expect(cluster.kubectl.requests).toEqual(["create Namespace dev", "create ConfigMap default/settings"]);
  });
});
