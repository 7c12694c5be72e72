import { describe, expect, it } from "vitest";
import type { Pod, PodDisruptionBudget } from "../../../src/api/types/index.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import type { Plugin } from "../../../src/scheduler/framework/plugin.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import type { SchedulerOptions } from "../../../src/scheduler/scheduler-options.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;

function start(plugins: Pick<SchedulerOptions, "configuration" | "plugins"> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const scheduler = new Scheduler({ simulation, epoch: EPOCH, client: server.client, informers: server.informers, ...plugins });
  scheduler.start();
  return { simulation, server, scheduler };
}

/** A pod that is bound and runs. */
function running(
  name: string,
  nodeName: string,
  cpu: string,
  priority: number,
  more: { labels?: Record<string, string>; startTime?: number } = {},
): Pod {
  const bound = pod(name, { cpu }, { nodeName, priority }, more.labels);
  return { ...bound, status: { phase: "Running", startTime: EPOCH - (more.startTime ?? 100) * SECOND } };
}

function budget(name: string, labels: Record<string, string>, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: `pdb-${name}` },
    spec: { selector: { matchLabels: labels }, minAvailable: 1 },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
}

const FULL = { cpu: "1", memory: "8Gi", pods: "110" };

describe("preemption through the API server", () => {
  it("ends the less important pod, marks it, tells of it, and takes its place", () => {
    const { simulation, server } = start();
    server.put(node("a", FULL));
    server.put(running("batch", "a", "800m", 0));
    server.put(pod("web", { cpu: "500m" }, { priority: 1000 }));
    simulation.run(10 * SECOND);
    expect(server.requests.filter((request) => request.includes("batch"))).toEqual(["patchStatus default/batch", "delete default/batch"]);
    expect(server.events).toContainEqual({
      regarding: { kind: "Pod", name: "batch", namespace: "default", uid: "pod-batch" },
      type: "Normal",
      reason: "Preempted",
      message: "Preempted by pod pod-web on node a",
    });
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("a");
  });

  it("of pods alike, ends the one of which the scheduler heard last, counting from behind as pods leave and change", () => {
    const { simulation, server } = start();
    server.put(node("a", { cpu: "5", memory: "8Gi", pods: "110" }));
    const pods = ["first", "second", "third", "fourth", "fifth"].map((name) => running(name, "a", "1", 0));
    for (const each of pods) server.put(each);
    // The changed pod goes to the end, and the one that was there to its place: first, fifth, third, fourth, second.
    const changed: Pod = { ...pods[1], status: { ...pods[1].status, podIP: "10.0.0.2" } };
    server.put(changed);
    server.put(pod("web", { cpu: "2" }, { priority: 1000 }));
    simulation.run(10 * SECOND);
    expect(server.requests.filter((request) => request.startsWith("delete")).sort()).toEqual([
      "delete default/fourth",
      "delete default/second",
    ]);
  });

  it("gives the victim the condition DisruptionTarget before it is deleted", () => {
    const { simulation, server } = start();
    const seen: unknown[] = [];
    server.informers.informer("Pod").addHandlers({
      updated: (_previous, current) => {
        if (current.metadata.name === "batch") seen.push(current.status?.conditions);
      },
    });
    server.put(node("a", FULL));
    server.put(running("batch", "a", "800m", 0));
    server.put(pod("web", { cpu: "500m" }, { priority: 1000 }));
    simulation.run(SECOND);
    expect(seen).toMatchObject([
      [
        {
          type: "DisruptionTarget",
          status: "True",
          reason: "PreemptionByScheduler",
          message: "default-scheduler: preempting to accommodate a higher priority pod",
        },
      ],
    ]);
  });

  it("nominates the pod, so that others of no greater importance leave its place free while victims end", () => {
    const { simulation, server } = start();
    const batch = running("batch", "a", "500m", 0);
    server.put(node("a", FULL));
    server.put({ ...batch, metadata: { ...batch.metadata, deletionTimestamp: EPOCH } });
    server.put(pod("web", { cpu: "900m" }, { priority: 1000 }));
    simulation.run(SECOND);
    expect(server.get("Pod", "default/web")?.status?.nominatedNodeName).toBe("a");
    expect(server.requests).not.toContain("delete default/batch");
    server.put(pod("late", { cpu: "400m" }, { priority: 500 }));
    simulation.run(20 * SECOND);
    expect(server.get("Pod", "default/late")?.spec.nodeName).toBeUndefined();
    server.remove(batch);
    simulation.run(40 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("a");
  });

  it("takes the place back that a less important pod was promised", () => {
    const { simulation, server } = start();
    const leaving = running("leaving", "a", "800m", 0);
    server.put(node("a", FULL));
    server.put({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: EPOCH } });
    server.put(running("batch", "a", "100m", 0));
    server.put(pod("middle", { cpu: "300m" }, { priority: 500 }));
    simulation.run(SECOND);
    expect(server.get("Pod", "default/middle")?.status?.nominatedNodeName).toBe("a");
    const before = server.requests.length;
    server.put(pod("high", { cpu: "950m" }, { priority: 1000 }));
    simulation.run(2 * SECOND);
    expect(server.get("Pod", "default/high")?.status?.nominatedNodeName).toBe("a");
    // At once, not when it is tried again.
    expect(server.requests.slice(before, before + 3)).toEqual([
      "patchStatus default/middle",
      "patchStatus default/batch",
      "delete default/batch",
    ]);
    expect(server.get("Pod", "default/middle")?.status?.nominatedNodeName).toBeUndefined();
  });

  it("does nothing for a pod that may not preempt, and says why", () => {
    const { simulation, server } = start();
    server.put(node("a", FULL));
    server.put(running("batch", "a", "800m", 0));
    server.put(pod("web", { cpu: "500m" }, { priority: 1000, preemptionPolicy: "Never" }));
    simulation.run(10 * SECOND);
    expect(server.get("Pod", "default/batch")?.spec.nodeName).toBe("a");
    expect(server.events.at(-1)?.message).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.",
    );
  });

  it("ends nobody where no node would take the pod even so", () => {
    const { simulation, server } = start();
    server.put(node("a", FULL));
    server.put(running("batch", "a", "800m", 0));
    server.put(running("peer", "a", "200m", 1000));
    server.put(pod("web", { cpu: "900m" }, { priority: 1000 }));
    simulation.run(10 * SECOND);
    expect(server.get("Pod", "default/batch")).toBeDefined();
    expect(server.events.at(-1)?.message).toContain("preemption: 0/1 nodes are available: 1 Insufficient cpu.");
  });

  it.each([
    [
      "the node whose budgets are kept",
      [running("one", "a", "800m", 0, { labels: { app: "kept" } }), running("two", "b", "800m", 10)],
      "b",
    ],
    ["the node whose victim is the least important", [running("one", "a", "800m", 5), running("two", "b", "800m", 1)], "b"],
    [
      "the node with the fewest victims",
      [running("one", "a", "400m", 0), running("three", "a", "400m", 0), running("two", "b", "800m", 0)],
      "b",
    ],
    [
      "the node whose victim began last",
      [running("one", "a", "800m", 0, { startTime: 500 }), running("two", "b", "800m", 0, { startTime: 5 })],
      "b",
    ],
  ])("chooses %s", (_rule, pods, chosen) => {
    const { simulation, server } = start();
    server.put(budget("kept", { app: "kept" }, 0));
    server.put(node("a", FULL));
    server.put(node("b", FULL));
    for (const each of pods) server.put(each);
    server.put(pod("web", { cpu: "900m" }, { priority: 1000 }));
    simulation.run(10 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe(chosen);
  });

  it("spares the pods that need not go", () => {
    const { simulation, server } = start();
    server.put(node("a", FULL));
    server.put(running("small", "a", "100m", 1));
    server.put(running("large", "a", "800m", 0));
    server.put(pod("web", { cpu: "500m" }, { priority: 1000 }));
    simulation.run(10 * SECOND);
    expect(server.get("Pod", "default/small")).toBeDefined();
    expect(server.get("Pod", "default/large")).toBeUndefined();
  });

  it("takes the place of a pod that a plugin holds back, without deleting it", () => {
    const configuration = { profiles: [{ plugins: { permit: { enabled: [{ name: "Hold" }] } } }] };
    const hold: Plugin = {
      name: "Hold",
      permit: (_state, { priority }) => (priority > 0 ? undefined : { status: new Status("Wait"), timeout: 600 * SECOND }),
    };
    const { simulation, server } = start({ configuration, plugins: { Hold: () => hold } });
    server.put(node("a", FULL));
    server.put(pod("batch", { cpu: "800m" }));
    simulation.run(SECOND);
    server.put(pod("web", { cpu: "500m" }, { priority: 1000 }));
    simulation.run(20 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("a");
    expect(server.get("Pod", "default/batch")?.spec.nodeName).toBeUndefined();
    expect(server.requests).not.toContain("delete default/batch");
  });

  it("keeps the pod out of the queue until the last victim is being deleted", () => {
    const { simulation, server, scheduler } = start();
    server.put(node("a", FULL));
    for (let i = 0; i < 4; i++) server.put(running(`batch-${i}`, "a", "250m", 0));
    server.put(pod("web", { cpu: "1" }, { priority: 1000 }));
    simulation.run(SECOND);
    const deletions = server.requests.filter((request) => request.startsWith("delete"));
    expect(new Set(deletions).size).toBe(deletions.length);
    expect(deletions).toHaveLength(4);
    simulation.run(10 * SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("a");
    expect(scheduler.queue.gatedCount).toBe(0);
  });
});
