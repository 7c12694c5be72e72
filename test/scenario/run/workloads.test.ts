import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/pod.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { pod } from "../memory-cluster.js";
import { NotingCluster, runOn } from "./noting-cluster.js";

const podTemplate =
  "template: {apiVersion: v1, kind: Pod, metadata: {labels: {app: x-$(index)}}, spec: {containers: [{name: c, image: i}]}}";

describe("workloads", () => {
  it("create objects at their times, numbered, and delete them at the end of their lives", () => {
    const cluster = new NotingCluster();
    const { workloads } = runOn(
      cluster,
      `workloads:\n  - {name: w, start: 10s, arrivals: {times: [0s, 1m]}, lifetime: 30s, ${podTemplate}}\n`,
    );
    expect(cluster.kubectl.requests).toEqual([
      "create Pod default/w-1",
      "delete Pod default/w-1",
      "create Pod default/w-2",
      "delete Pod default/w-2",
    ]);
    expect(workloads).toEqual([{ name: "w", arrived: 2, created: 2, deleted: 2, refused: new Map() }]);
  });

  it("end after count objects, or at the time until", () => {
    const arrivals = (text: string) =>
      runOn(new NotingCluster(), `workloads:\n  - {name: w, arrivals: ${text}, ${podTemplate}}\n`).workloads[0].arrived;
    expect(arrivals("{interarrival: 10s, count: 5}")).toBe(5);
    expect(arrivals("{interarrival: 10s, until: 35s}")).toBe(3);
    expect(arrivals("{count: 4, over: 1m}")).toBe(4);
  });

  it("arrive at random, the same for the same seed, and at the rate asked for", () => {
    const times = (seed: number) => {
      const cluster = new NotingCluster([], seed);
      runOn(cluster, `workloads:\n  - {name: w, arrivals: {interarrival: {exponential: {mean: 1s}}, until: 10m}, ${podTemplate}}\n`);
      return [...cluster.kubectl.objects.values()].map(({ metadata }) => metadata.creationTimestamp);
    };
    expect(times(1)).toEqual(times(1));
    expect(times(1).slice(0, 5)).not.toEqual(times(2).slice(0, 5));
    // 600 arrivals are expected; 5 standard deviations of a Poisson count are 122.
    expect(Math.abs(times(1).length - 600)).toBeLessThan(122);
  });

  it("note the drawn run duration in the pod, and share what does not vary", () => {
    const cluster = new NotingCluster();
    runOn(cluster, `workloads:\n  - {name: w, arrivals: {times: [0s, 1s]}, runDuration: 90s, ${podTemplate}}\n`);
    const [first, second] = [...cluster.kubectl.objects.values()] as Pod[];
    expect(first.metadata.annotations).toEqual({ "kubewarp.io/run-duration": "90s" });
    expect(first.metadata.labels).toEqual({ app: "x-1" });
    expect(first.spec).toBe(second.spec);
  });

  it("count what the API server refuses, with its words", () => {
    const { workloads } = runOn(new NotingCluster([pod("w-1")]), `workloads:\n  - {name: w, arrivals: {times: [0s]}, ${podTemplate}}\n`);
    expect([...workloads[0].refused]).toEqual([['pod/w-1: AlreadyExists: pods "w-1" already exists', 1]]);
  });
});

describe("behaviors", () => {
  it("are those of the first rule that matches labels, namespace, name and owner", () => {
    const cluster = new NotingCluster();
    runOn(
      cluster,
      `behaviors:
  - {match: {owner: Deployment/web}, exitCode: 1}
  - {match: {labels: {app: x}, namespace: dev}, exitCode: 2}
  - {match: {owner: cronjob/nightly}, exitCode: 3}
  - {match: {}, runDuration: 5s, cpuUsage: 250m, memoryUsage: 1Gi}
`,
    );
    const owner = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: "v1", kind, name, uid: "u", controller: true }] });
    const behavior = (metadata: object) => cluster.behaviorOf(pod("p", { metadata }) as Pod);
    expect(behavior({ ...owner("ReplicaSet", "web-abc"), labels: { "pod-template-hash": "abc" } }).exitCode).toBe(1);
    expect(behavior({ ...owner("ReplicaSet", "web-shop-abc"), labels: { "pod-template-hash": "abc" } }).exitCode).toBeUndefined();
    expect(behavior({ labels: { app: "x" }, namespace: "dev" }).exitCode).toBe(2);
    expect(behavior({ labels: { app: "x" } }).exitCode).toBeUndefined();
    expect(behavior(owner("Job", "nightly-29450000")).exitCode).toBe(3);
    const other = behavior({});
    expect([other.runDuration?.mean, other.cpuUsage?.mean, other.memoryUsage?.mean]).toEqual([5 * SECOND, 0.25, 2 ** 30]);
  });
});
