import { describe, expect, it } from "vitest";
import { TestCluster } from "./test-cluster.js";

describe("a machine's kubelet", () => {
  it("registers its node with capacity, allocatable, addresses, labels and conditions", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { zone: "a", region: "r", kubeReserved: { cpu: "100m" } });
    cluster.until(1);
    const node = cluster.stored("Node", "worker-1")!;
    expect(node.metadata.labels).toMatchObject({
      "kubernetes.io/hostname": "worker-1",
      "topology.kubernetes.io/zone": "a",
      "topology.kubernetes.io/region": "r",
    });
    expect(node.status?.capacity).toMatchObject({ cpu: "4", memory: "8Gi", pods: "110" });
    // 8 GiB less 100 MiB of hard eviction.
    expect(node.status?.allocatable).toMatchObject({ cpu: "3900m", memory: `${8 * 1024 - 100}Mi` });
    expect(node.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "MemoryPressure=False",
      "DiskPressure=False",
      "PIDPressure=False",
      "Ready=True",
    ]);
    expect(cluster.heartbeats.isRenewing("worker-1")).toBe(true);
  });

  it("runs a bound pod and reports it", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.until(1);
    cluster.pod("web");
    cluster.until(5);
    const { status } = cluster.stored("Pod", "web")!;
    expect(status).toMatchObject({ phase: "Running", hostIP: "10.0.2.20", podIP: "10.244.0.1", qosClass: "BestEffort" });
    expect(Object.fromEntries(status!.conditions!.map(({ type, status }) => [type, status]))).toEqual({
      PodReadyToStartContainers: "True",
      Initialized: "True",
      Ready: "True",
      ContainersReady: "True",
      PodScheduled: "True",
    });
    expect(status!.containerStatuses![0]).toMatchObject({ name: "main", ready: true, started: true, restartCount: 0 });
  });

  it("ends a deleted pod within its grace period and removes the object", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", {}, { "kubewarp.io/stop-duration": "5s" });
    cluster.pod("deaf", {}, { "kubewarp.io/stop-duration": "1h" });
    cluster.until(10);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "web" });
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "deaf" });
    cluster.until(14.9);
    expect(cluster.stored("Pod", "web")?.metadata.deletionTimestamp).toBeDefined();
    cluster.until(15.5);
    expect(cluster.stored("Pod", "web")).toBeUndefined();
    cluster.until(39.9);
    expect(cluster.stored("Pod", "deaf")).toBeDefined();
    cluster.until(40.5);
    expect(cluster.stored("Pod", "deaf")).toBeUndefined();
    const last = cluster.history.findLast(
      ({ pod }) => pod.metadata.name === "deaf" && pod.status?.containerStatuses?.[0]?.state?.terminated !== undefined,
    )!;
    expect(last.pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
  });

  it("stops a pod that another has ended, and keeps to the end that it was given", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("web", {}, { "kubewarp.io/stop-duration": "5s" });
    cluster.until(10);
    cluster.admin.patchStatus<"Pod">({ kind: "Pod", namespace: "default", name: "web" }, (current) => ({
      ...current,
      status: { ...current.status, phase: "Failed", reason: "Lost" },
    }));
    cluster.until(14.9);
    expect(cluster.stored("Pod", "web")!.status!.containerStatuses![0].state).toHaveProperty("running");
    cluster.until(60);
    const { status } = cluster.stored("Pod", "web")!;
    expect(status!.containerStatuses![0].state).toMatchObject({ terminated: { exitCode: 0 } });
    expect(status).toMatchObject({ phase: "Failed", reason: "Lost" });
    expect(new Set(cluster.history.slice(-2).map(({ pod }) => pod.status?.phase))).toEqual(new Set(["Failed"]));
  });

  it("restarts a failing container after 10 s, 20 s, 40 s, ...", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1", { settings: { plegRelistPeriod: 0 } });
    cluster.pod("crash", {}, { "kubewarp.io/run-duration": "1s", "kubewarp.io/exit-code": "3" });
    cluster.until(200);
    const starts = new Map<number, number>();
    for (const { time, pod } of cluster.history) {
      const status = pod.status?.containerStatuses?.[0];
      if (status?.state?.running !== undefined && !starts.has(status.restartCount)) starts.set(status.restartCount, time / 1e6);
    }
    const gaps = [...starts.values()].slice(1).map((time, index) => Math.round(time - [...starts.values()][index]));
    expect(gaps).toEqual([1, 11, 21, 41, 81]);
    const status = cluster.stored("Pod", "crash")!.status!;
    expect(status.phase).toBe("Running");
    expect(status.containerStatuses![0]).toMatchObject({
      ready: false,
      restartCount: 5,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 3, reason: "Error" } },
    });
  });

  it("completes a pod that runs to an end", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    cluster.pod("job", { restartPolicy: "Never" }, { "kubewarp.io/run-duration": "7s" });
    cluster.pod("bad-job", { restartPolicy: "Never" }, { "kubewarp.io/run-duration": "7s", "kubewarp.io/exit-code": "1" });
    cluster.until(20);
    expect(cluster.stored("Pod", "job")!.status).toMatchObject({ phase: "Succeeded" });
    expect(cluster.stored("Pod", "job")!.status!.conditions!.find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "PodCompleted",
    });
    expect(cluster.stored("Pod", "bad-job")!.status).toMatchObject({ phase: "Failed" });
  });

  it("refuses a pod for which there is no room", () => {
    const cluster = new TestCluster();
    cluster.machine("worker-1");
    const resources = { requests: { cpu: "3" } };
    cluster.pod("first", { containers: [{ name: "main", image: "nginx:1.27", resources }] });
    cluster.pod("second", { containers: [{ name: "main", image: "nginx:1.27", resources }] });
    cluster.until(5);
    expect(cluster.stored("Pod", "first")!.status?.phase).toBe("Running");
    expect(cluster.stored("Pod", "second")!.status).toMatchObject({
      phase: "Failed",
      reason: "OutOfcpu",
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000",
    });
  });
});

describe("a stopped kubelet", () => {
  it("leaves containers running, deleted pods Terminating and new pods Pending until it is back", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("old");
    cluster.until(10);
    machine.stopKubelet();
    expect(cluster.heartbeats.isRenewing("worker-1")).toBe(false);
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "old" });
    cluster.pod("new");
    cluster.until(100);
    expect(cluster.stored("Pod", "old")).toMatchObject({ status: { phase: "Running" } });
    expect(cluster.stored("Pod", "old")?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.stored("Pod", "new")?.status?.phase ?? "Pending").toBe("Pending");
    machine.startKubelet();
    cluster.until(105);
    expect(cluster.stored("Pod", "old")).toBeUndefined();
    expect(cluster.stored("Pod", "new")?.status?.phase).toBe("Running");
  });

  it("reports at its return what ended meanwhile", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("job", { restartPolicy: "Never" }, { "kubewarp.io/run-duration": "30s" });
    cluster.until(10);
    machine.stopKubelet();
    cluster.until(100);
    expect(cluster.stored("Pod", "job")?.status?.phase).toBe("Running");
    machine.startKubelet();
    cluster.until(105);
    expect(cluster.stored("Pod", "job")?.status?.phase).toBe("Succeeded");
  });
});

describe("a machine that loses power", () => {
  it("reports nothing, and restarts its pods when it is back", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("web");
    cluster.until(10);
    const before = cluster.stored("Pod", "web");
    machine.powerOff();
    cluster.until(60);
    expect(cluster.stored("Pod", "web")).toBe(before);
    machine.powerOn();
    cluster.until(70);
    const status = cluster.stored("Pod", "web")!.status!;
    expect(status.phase).toBe("Running");
    expect(status.containerStatuses![0]).toMatchObject({
      ready: true,
      restartCount: 1,
      lastState: { terminated: { exitCode: 255, reason: "Unknown" } },
    });
  });
});

describe("a killed process", () => {
  it("is restarted at once the first time", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("web");
    cluster.until(10);
    expect(machine.killProcess({ kind: "Pod", namespace: "default", name: "web" })).toBe(true);
    cluster.until(13);
    expect(cluster.stored("Pod", "web")!.status!.containerStatuses![0]).toMatchObject({
      ready: true,
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: "Error" } },
    });
    expect(machine.killProcess({ kind: "Pod", namespace: "default", name: "no-such" })).toBe(false);
  });
});

describe("a node cut off from the API server", () => {
  it("goes on with its pods, and reports when it is back", () => {
    const cluster = new TestCluster();
    const machine = cluster.machine("worker-1");
    cluster.pod("web");
    cluster.pod("doomed");
    cluster.until(10);
    const before = cluster.stored("Pod", "web");
    cluster.apiServer.links.cut("worker-1");
    cluster.until(20);
    machine.killProcess({ kind: "Pod", namespace: "default", name: "web" });
    cluster.admin.delete({ kind: "Pod", namespace: "default", name: "doomed" });
    cluster.until(100);
    expect(cluster.stored("Pod", "web")).toBe(before);
    expect(cluster.stored("Pod", "doomed")?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.heartbeats.isRenewing("worker-1")).toBe(false);
    cluster.apiServer.links.restore("worker-1");
    cluster.until(140);
    expect(cluster.stored("Pod", "web")!.status!.containerStatuses![0]).toMatchObject({ restartCount: 1, ready: true });
    expect(cluster.stored("Pod", "doomed")).toBeUndefined();
  });
});
