import { describe, expect, it } from "vitest";
import { fileWith, kubewarp } from "./kubewarp.js";

const SCENARIO = `
apiVersion: kubewarp.io/v1
kind: Scenario
metadata: {name: explained}
duration: 2m
cluster:
  nodes:
    - {name: worker, count: 2, capacity: {cpu: 2, memory: 2Gi}}
    - {name: gpu, capacity: {cpu: 8, memory: 8Gi}, taints: [{key: gpu, value: "yes", effect: NoSchedule}]}
timeline:
  - {at: 1m, kubectl: "taint nodes gpu gpu-"}
---
apiVersion: v1
kind: Pod
metadata: {name: big}
spec:
  containers: [{name: main, image: "nginx:1.27", resources: {requests: {cpu: 4}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: small}
spec:
  containers: [{name: main, image: "nginx:1.27", resources: {requests: {cpu: 500m, memory: 64Mi}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: gated}
spec:
  schedulingGates: [{name: example.com/wait}]
  containers: [{name: main, image: "nginx:1.27"}]
`;

interface Told {
  readonly attempts: number;
  readonly explained: readonly {
    readonly result: string;
    readonly node?: string;
    readonly message?: string;
    readonly nodes: readonly { readonly node: string; readonly rejectedBy?: string }[];
  }[];
}

describe("kubewarp explain", () => {
  const file = fileWith(SCENARIO);

  it("tells of the pending pod what the event says, and which filter rejected each node", () => {
    const { code, stdout, stderr } = kubewarp(["explain", file, "big", "--at", "30s"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^default\/big, attempt 1 at .*: unschedulable$/m);
    expect(stdout).toMatch(/^0\/3 nodes are available: 1 node\(s\) had untolerated taint\(s\), 2 Insufficient cpu\. /m);
    expect(stdout).toMatch(/^worker-1 .*NodeResourcesFit: Insufficient cpu$/m);
    expect(stdout).toMatch(/^gpu .*TaintToleration: node\(s\) had untolerated taint\(s\)$/m);
  });

  it("tells of a later attempt by its number, and of all", () => {
    const last = JSON.parse(kubewarp(["explain", file, "big", "-o", "json"]).stdout) as Told;
    expect(last.attempts).toBeGreaterThan(1);
    expect(last.explained).toMatchObject([{ result: "scheduled", node: "gpu" }]);
    const all = JSON.parse(kubewarp(["explain", file, "big", "-o", "json", "--attempt", "all"]).stdout) as Told;
    expect(all.explained).toHaveLength(last.attempts);
    expect(all.explained[0]).toMatchObject({ result: "unschedulable", nodes: [{}, {}, {}] });
  });

  it("tells the scores and the tie of a pod that was placed", () => {
    const { stdout } = kubewarp(["explain", file, "small"]);
    expect(stdout).toMatch(/^default\/small, attempt 1 at .*: scheduled on worker-[12]$/m);
    expect(stdout).toMatch(/^NODE +TaintToleration x3 .* TOTAL$/m);
    expect(stdout).toMatch(/of these was taken/);
  });

  it.each([
    [["nobody"], /there is no pod default\/nobody \(similar are default\//],
    [["/"], /must be NAMESPACE\/NAME/],
    [["smal"], /similar are default\/small,/],
    [["gated"], /default\/gated: PreEnqueue plugin SchedulingGates keeps it out of the queue/],
    [["big", "--attempt", "99"], /default\/big had \d attempts by 2m0s, not 99/],
    [["big", "--attempt", "x"], /must be a number/],
  ])("ends %j with exit code 2 and why", (args, message) => {
    const { code, stderr } = kubewarp(["explain", file, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
