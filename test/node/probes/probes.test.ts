import { describe, expect, it } from "vitest";
import { TestCluster } from "../test-cluster.js";

describe("probes", () => {
  const container = { name: "main", image: "nginx:1.27", imagePullPolicy: "IfNotPresent" as const };

  it("make a pod ready once its readiness probe passes", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.until(1);
    const readinessProbe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 3 };
    cluster.pod("web", { containers: [{ ...container, readinessProbe }] }, { "kubewarp.io/start-duration": "12s" });
    const readyAt = (): number | undefined =>
      cluster.history.find(({ pod }) => pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"))?.time;
    cluster.until(12);
    expect(readyAt()).toBeUndefined();
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({ phase: "Running", containerStatuses: [{ ready: false, started: true }] });
    cluster.until(30);
    // Started within about a second of its creation at 1 s, serving 12 s later, seen at the next probe at most 5 s after.
    expect(readyAt()! / 1e6).toBeGreaterThan(13);
    expect(readyAt()! / 1e6).toBeLessThan(20);
    expect(
      cluster.events("web").some((text) => text.startsWith('Unhealthy: Readiness probe failed: Get "http://10.244.0.1:80/": dial tcp')),
    ).toBe(true);
  });

  it("restart a container whose liveness probe fails", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", {
      behaviorOf: (_pod, _container, attempt) =>
        attempt === 0
          ? {
              probeOutcomes: {
                liveness: [
                  { from: 0, ok: true },
                  { from: 60e6, ok: false },
                ],
              },
            }
          : {},
    });
    cluster.pod("web", {
      containers: [{ ...container, livenessProbe: { exec: { command: ["check"] }, periodSeconds: 10, failureThreshold: 2 } }],
    });
    cluster.until(60);
    expect(cluster.stored("Pod", "web")!.status!.containerStatuses![0].restartCount).toBe(0);
    cluster.until(200);
    expect(cluster.stored("Pod", "web")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
    expect(cluster.events("web")).toContain("Killing: Container main failed liveness probe, will be restarted");
  });

  it("leave a slow container alone until its startup probe has passed, also after a restart", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    const exec = { command: ["check"] };
    const livenessProbe = { exec, periodSeconds: 5, failureThreshold: 3 };
    const startupProbe = { exec, periodSeconds: 5, failureThreshold: 20 };
    cluster.pod("slow", { containers: [{ ...container, livenessProbe, startupProbe }] }, { "kubewarp.io/start-duration": "40s" });
    cluster.until(100);
    expect(cluster.stored("Pod", "slow")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 0, ready: true });
    cluster.pod(
      "again",
      { containers: [{ ...container, livenessProbe, startupProbe }] },
      {
        "kubewarp.io/start-duration": "40s",
        "kubewarp.io/run-duration": "200s",
      },
    );
    cluster.until(500);
    expect(cluster.events("again").filter((text) => text.startsWith("Killing"))).toEqual([]);
    expect(cluster.events("again").filter((text) => text.startsWith("Unhealthy: Liveness"))).toEqual([]);
    expect(cluster.stored("Pod", "again")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
  });

  it("cost no event while they pass", () => {
    const events = (probes: object): number => {
      const cluster = new TestCluster();
      cluster.machine("worker-1");
      cluster.pod("web", { containers: [{ ...container, ...probes }] });
      cluster.until(100);
      return cluster.simulation.run(100_000e6);
    };
    const probe = { exec: { command: ["check"] }, periodSeconds: 1 };
    expect(events({ livenessProbe: probe, readinessProbe: probe })).toBe(events({}));
  });

  it("give the same history when each is simulated singly", () => {
    const run = (simulateProbesSingly: boolean): unknown => {
      const cluster = new TestCluster();
      cluster.machine("worker-1", {
        settings: { simulateProbesSingly },
        behaviorOf: (_pod, _container, attempt) => ({
          probeOutcomes: {
            startup: [
              { from: 0, ok: false },
              { from: 15e6, ok: true },
            ],
            readiness: [
              { from: 0, ok: true },
              { from: (40 + attempt) * 1e6, ok: false },
              { from: 75e6, ok: true },
              { from: 200e6, ok: false },
            ],
            liveness: [
              { from: 0, ok: true },
              { from: 120e6, ok: false },
            ],
          },
        }),
      });
      const exec = { command: ["check"] };
      cluster.pod("web", {
        containers: [
          {
            ...container,
            startupProbe: { exec, periodSeconds: 3, failureThreshold: 10 },
            readinessProbe: { exec, periodSeconds: 4, successThreshold: 2 },
            livenessProbe: { exec, periodSeconds: 7, initialDelaySeconds: 20, failureThreshold: 4 },
          },
          {
            ...container,
            name: "second",
            startupProbe: { exec, periodSeconds: 5 },
            readinessProbe: { exec, periodSeconds: 9 },
            livenessProbe: { exec, periodSeconds: 4, failureThreshold: 2 },
          },
        ],
      });
      cluster.until(1000);
      return { history: cluster.history.map(({ time, pod }) => ({ time, status: pod.status })), events: cluster.events("web") };
    };
    expect(run(false)).toEqual(run(true));
  });
});
