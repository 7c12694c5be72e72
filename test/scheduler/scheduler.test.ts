import { describe, expect, it } from "vitest";
import { constant } from "../../src/engine/distribution.js";
import { MINUTE, MILLISECOND, SECOND, Simulation } from "../../src/engine/simulation.js";
import type { SchedulingAttempt } from "../../src/scheduler/observer.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import type { SchedulerOptions } from "../../src/scheduler/scheduler-options.js";
import { FakeApiServer } from "./support/fake-api-server.js";
import { node, pod } from "./support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;

function start(options: Partial<SchedulerOptions> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  const attempts: SchedulingAttempt[] = [];
  const scheduler = new Scheduler({
    simulation,
    epoch: EPOCH,
    client: server.client,
    informers: server.informers,
    observer: { attempt: (attempt) => void attempts.push(attempt) },
    ...options,
  });
  scheduler.start();
  return { simulation, server, scheduler, attempts };
}

describe("Scheduler", () => {
  it("binds a pod to a node that has room, and says so", () => {
    const { simulation, server, attempts } = start();
    server.put(node("full", { cpu: "100m", memory: "8Gi", pods: "110" }));
    server.put(node("roomy"));
    server.put(pod("web", { cpu: "500m" }));
    simulation.run(SECOND);
    expect(server.get("Pod", "default/web")?.spec.nodeName).toBe("roomy");
    expect(server.events).toEqual([
      {
        regarding: { kind: "Pod", name: "web", namespace: "default", uid: "pod-web" },
        type: "Normal",
        reason: "Scheduled",
        message: "Successfully assigned default/web to roomy",
      },
    ]);
    expect(attempts).toMatchObject([{ result: "scheduled", node: "roomy", attempt: 1, evaluatedNodes: 2, feasibleNodes: 1 }]);
  });

  it("tries one pod after the other, each attempt taking its time", () => {
    const { simulation, server, attempts } = start({ attemptDuration: constant(10 * MILLISECOND) });
    server.put(node("a"));
    for (let i = 0; i < 3; i++) server.put(pod(`web-${i}`, { cpu: "100m" }));
    simulation.run(SECOND);
    expect(attempts.map(({ time }) => time)).toEqual([0, 10 * MILLISECOND, 20 * MILLISECOND]);
  });

  it("waits for the answer to what it writes of a pod that fits nowhere, before it tries another", () => {
    const { simulation, server, attempts } = start({ attemptDuration: constant(10 * MILLISECOND) });
    server.put(node("small", { cpu: "1", memory: "1Gi", pods: "110" }));
    for (let i = 0; i < 3; i++) server.put(pod(`big-${i}`, { cpu: "2" }));
    simulation.run(SECOND);
    // The stand-in for the API server answers after a millisecond.
    expect(attempts.map(({ time }) => time)).toEqual([0, 11 * MILLISECOND, 22 * MILLISECOND]);
  });

  it("tells why a pod fits nowhere, and tries again when a node comes", () => {
    const { simulation, server, attempts } = start();
    server.put(node("small", { cpu: "1", memory: "1Gi", pods: "110" }));
    server.put(pod("big", { cpu: "2", memory: "2Gi" }));
    simulation.run(20 * SECOND);
    const message = "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.";
    expect(server.events.at(-1)?.message.startsWith(message)).toBe(true);
    expect(server.events.at(-1)).toMatchObject({ type: "Warning", reason: "FailedScheduling" });
    expect(server.get("Pod", "default/big")?.status?.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "Unschedulable" },
    ]);
    expect(attempts).toHaveLength(1);
    server.put(node("large"));
    simulation.run(40 * SECOND);
    expect(server.get("Pod", "default/big")?.spec.nodeName).toBe("large");
    expect(attempts).toHaveLength(2);
  });

  it("tries a pod that no event woke after five minutes", () => {
    const { simulation, server, attempts } = start();
    server.put(node("small", { cpu: "1", memory: "1Gi", pods: "110" }));
    server.put(pod("big", { cpu: "2" }));
    simulation.run(6 * MINUTE);
    expect(attempts).toHaveLength(2);
    expect(attempts[1].time).toBeGreaterThan(5 * MINUTE);
  });

  it("gives higher priority the first turn", () => {
    const { simulation, server, attempts } = start();
    server.put(pod("low"));
    server.put(pod("high", {}, { priority: 100 }));
    server.put(node("a"));
    simulation.run(SECOND);
    expect(attempts.filter(({ result }) => result === "scheduled").map((attempt) => attempt.pod.metadata.name)).toEqual(["high", "low"]);
  });

  it("leaves pods of other schedulers and gated pods alone", () => {
    const { simulation, server, attempts } = start();
    server.put(node("a"));
    server.put(pod("other", {}, { schedulerName: "mine" }));
    const gated = pod("gated", {}, { schedulingGates: [{ name: "example.com/wait" }] });
    server.put(gated);
    simulation.run(SECOND);
    expect(attempts).toHaveLength(0);
    server.put({ ...gated, spec: { ...gated.spec, schedulingGates: [] } } as typeof gated);
    simulation.run(2 * SECOND);
    expect(attempts.map((attempt) => attempt.pod.metadata.name)).toEqual(["gated"]);
  });
});
