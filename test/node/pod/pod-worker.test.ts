import { describe, expect, it } from "vitest";
import { constant } from "../../../src/engine/distribution.js";
import type { RegistryAnswer } from "../../../src/node/images/images.js";
import { TestCluster } from "../test-cluster.js";

const container = { name: "main", image: "nginx:1.27", imagePullPolicy: "IfNotPresent" as const };
const SECOND = 1e6;

/** Times at which a container was first stored as running, by name, in seconds. */
function starts(cluster: TestCluster, pod: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { time, pod: stored } of cluster.history) {
    if (stored.metadata.name !== pod) continue;
    for (const { name, state } of [...(stored.status?.initContainerStatuses ?? []), ...(stored.status?.containerStatuses ?? [])]) {
      if ((state?.running ?? state?.terminated) !== undefined) found[name] ??= time / SECOND;
    }
  }
  return found;
}

describe("init containers", () => {
  it("run one after the other, before the others", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", {
      behaviorOf: (_pod, { name }) => (name.startsWith("init") ? { runDuration: constant(10 * SECOND) } : {}),
    });
    cluster.pod("web", {
      initContainers: [
        { ...container, name: "init-1" },
        { ...container, name: "init-2" },
      ],
      containers: [container],
    });
    cluster.until(15);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
    });
    cluster.until(40);
    const at = starts(cluster, "web");
    expect(at["init-2"] - at["init-1"]).toBeGreaterThanOrEqual(10);
    expect(at["main"] - at["init-2"]).toBeGreaterThanOrEqual(10);
    const { status } = cluster.stored("Pod", "web")!;
    expect(status?.phase).toBe("Running");
    expect(status?.initContainerStatuses?.every(({ ready, state }) => ready && state?.terminated?.reason === "Completed")).toBe(true);
    expect(status?.conditions?.find(({ type }) => type === "Initialized")?.status).toBe("True");
  });

  it("fail the pod for good under restart policy Never", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", {
      behaviorOf: (_pod, { name }) => (name === "init" ? { runDuration: constant(SECOND), exitCode: 2 } : {}),
    });
    cluster.pod("job", { restartPolicy: "Never", initContainers: [{ ...container, name: "init" }], containers: [container] });
    cluster.until(20);
    expect(cluster.stored("Pod", "job")!.status).toMatchObject({
      phase: "Failed",
      initContainerStatuses: [{ state: { terminated: { exitCode: 2 } } }],
    });
    expect(starts(cluster, "job")["main"]).toBeUndefined();
  });

  it("are tried again with back-off under restart policy Always", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", {
      behaviorOf: (_pod, { name }, attempt) => (name === "init" ? { runDuration: constant(SECOND), exitCode: attempt < 2 ? 1 : 0 } : {}),
    });
    cluster.pod("web", { initContainers: [{ ...container, name: "init" }], containers: [container] });
    cluster.until(60);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({
      phase: "Running",
      initContainerStatuses: [{ restartCount: 2, ready: true }],
    });
  });
});

describe("sidecars", () => {
  it("start before the containers, stay beside them, and do not keep a job from its end", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { behaviorOf: (_pod, { name }) => (name === "main" ? { runDuration: constant(20 * SECOND) } : {}) });
    cluster.pod("job", {
      restartPolicy: "Never",
      initContainers: [{ ...container, name: "proxy", restartPolicy: "Always" }],
      containers: [container],
    });
    cluster.until(15);
    expect(cluster.stored("Pod", "job")!.status).toMatchObject({
      phase: "Running",
      initContainerStatuses: [{ ready: true, started: true }],
    });
    expect(starts(cluster, "job")["proxy"]).toBeLessThanOrEqual(starts(cluster, "job")["main"]);
    cluster.until(40);
    expect(cluster.stored("Pod", "job")!.status).toMatchObject({ phase: "Succeeded" });
  });
});

describe("image pulls", () => {
  it("are not needed for an image that is there", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web");
    cluster.until(5);
    expect(cluster.events("web")).toEqual([
      'Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod',
      "Created: Container created",
      "Started: Container started",
    ]);
  });

  it("are tried again with back-off while they fail", () => {
    const cluster = new TestCluster();
    const pulls: number[] = [];
    const resolve = (image: string, now: number): RegistryAnswer => {
      pulls.push(Math.round(now / SECOND));
      return now < 60 * SECOND ? { ok: false, reason: "ErrImagePull", message: `${image}: not found` } : { ok: true, sizeBytes: 1e6 };
    };
    cluster.machine("worker-1", { images: [], registry: { resolve }, registryLatency: 0 });
    cluster.pod("web");
    cluster.until(8);
    const waiting = (): string | undefined => cluster.stored("Pod", "web")!.status!.containerStatuses![0].state?.waiting?.reason;
    expect(waiting()).toBe("ImagePullBackOff");
    cluster.until(100);
    expect(cluster.stored("Pod", "web")!.status!.phase).toBe("Running");
    // Waits of 10, 20 and 40 s after each failure.
    expect(pulls.slice(1).map((time, index) => time - pulls[index])).toEqual([10, 20, 40]);
    const events = cluster.events("web");
    expect(events).toContain("Failed: Error: ErrImagePull");
    expect(events).toContain('BackOff: Back-off pulling image "nginx:1.27"');
  });

  it("wait for an absent image for ever under policy Never", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { images: [] });
    cluster.pod("web", { containers: [{ ...container, imagePullPolicy: "Never" }] });
    cluster.until(100);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "ErrImageNeverPull" } } }],
    });
  });

  it("ask the registry each time under policy Always, though the image is there", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { registryLatency: 7 * SECOND });
    cluster.pod("web", { containers: [{ ...container, imagePullPolicy: "Always" }] });
    cluster.until(6);
    expect(cluster.stored("Pod", "web")!.status?.phase).toBe("Pending");
    cluster.until(12);
    expect(cluster.stored("Pod", "web")!.status?.phase).toBe("Running");
  });
});

describe("a pod's end", () => {
  it("is a failure where it comes before the pod's containers have started", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { behaviorOf: (_pod, { name }) => (name === "init" ? { runDuration: constant(60 * SECOND) } : {}) });
    cluster.pod("web", { initContainers: [{ ...container, name: "init" }], containers: [container] });
    cluster.admin.patch<"Pod">({ kind: "Pod", namespace: "default", name: "web" }, (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, finalizers: ["example.com/hold"] },
    }));
    cluster.until(10);
    cluster.admin.delete<"Pod">({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(20);
    expect(cluster.stored("Pod", "web")!.status?.phase).toBe("Failed");
  });

  it("is followed by its removal though somebody wrote its status a moment before", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web");
    cluster.until(11);
    // The kubelet will put this right when it next goes over its pods, at 20 s: when the pod's end has been reported already.
    cluster.admin.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: "web" }, (pod) => ({
      ...pod,
      status: { ...pod.status, conditions: pod.status!.conditions!.map((one) => ({ ...one, status: "False" as const })) },
    }));
    cluster.until(12);
    cluster.admin.delete<"Pod">({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(30);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
  });

  it("comes at its active deadline", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("job", { restartPolicy: "Never", activeDeadlineSeconds: 30 });
    cluster.until(29);
    expect(cluster.stored("Pod", "job")!.status?.phase).toBe("Running");
    cluster.until(35);
    expect(cluster.stored("Pod", "job")!.status).toMatchObject({ phase: "Failed", reason: "DeadlineExceeded" });
    expect(cluster.events("job")).toContain("DeadlineExceeded: Pod was active on the node longer than the specified deadline");
  });

  it("waits for the preStop hook", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", { containers: [{ ...container, lifecycle: { preStop: { sleep: { seconds: 12 } } } }] });
    cluster.until(10);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(21.9);
    expect(cluster.stored("Pod", "web")).toBeDefined();
    cluster.until(23);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
  });

  it("is brought forward by a second deletion with a shorter grace", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", {}, { "kubewarp.io/stop-duration": "1h" });
    cluster.until(10);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" });
    cluster.until(12);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" }, { gracePeriodSeconds: 3 });
    cluster.until(16);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
  });
});

describe("readiness gates", () => {
  it("keep a pod unready until somebody sets their conditions", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", { readinessGates: [{ conditionType: "example.com/lb" }] });
    cluster.until(10);
    const ready = (): string | undefined => cluster.stored("Pod", "web")!.status!.conditions!.find(({ type }) => type === "Ready")?.status;
    expect(ready()).toBe("False");
    cluster.admin.patchStatus({ kind: "Pod", namespace: "default", name: "web" }, (pod) => ({
      ...pod,
      status: { ...pod.status, conditions: [...pod.status!.conditions!, { type: "example.com/lb", status: "True" }] },
    }));
    cluster.until(11);
    expect(ready()).toBe("True");
    expect(cluster.stored("Pod", "web")!.status!.conditions!.some(({ type }) => type === "example.com/lb")).toBe(true);
  });
});

describe("what a pod depends on", () => {
  it.each(["ConfigMap", "Secret"] as const)("keeps it from starting until it is there: a mounted %s", (kind) => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    const source = kind === "ConfigMap" ? { configMap: { name: "settings" } } : { secret: { secretName: "settings" } };
    cluster.pod("web", { volumes: [{ name: "config", ...source }] });
    cluster.until(20);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }],
    });
    expect(cluster.events("web")).toContain(
      `FailedMount: MountVolume.SetUp failed for volume "config" : ${kind.toLowerCase()} "settings" not found`,
    );
    cluster.admin.create<"ConfigMap" | "Secret">({ apiVersion: "v1", kind, metadata: { name: "settings", namespace: "default" } });
    cluster.until(60);
    expect(cluster.stored("Pod", "web")!.status!.phase).toBe("Running");
  });

  it("keeps it from starting until it is there: a key of a Secret in the environment", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", {
      containers: [{ ...container, env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } }] }],
    });
    cluster.until(20);
    expect(cluster.stored("Pod", "web")!.status).toMatchObject({
      containerStatuses: [{ state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "login" not found' } } }],
    });
    cluster.admin.create<"Secret">({ apiVersion: "v1", kind: "Secret", metadata: { name: "login", namespace: "default" } });
    cluster.until(60);
    expect(cluster.stored("Pod", "web")!.status!.phase).toBe("Running");
  });
});
