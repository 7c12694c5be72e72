import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/pod.js";
import type { Deployment } from "../../../src/api/types/workloads.js";
import { MILLISECOND, SECOND } from "../../../src/engine/simulation.js";
import { deployment, MemoryCluster, pod } from "../memory-cluster.js";

const READY = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

function becomesReady(cluster: MemoryCluster, name: string, after: number): void {
  cluster.simulation.after(after, () => {
    cluster.store({ ...(cluster.read("Pod", `default/${name}`) as Pod), status: READY } as Pod);
  });
}

describe("kubectl wait", () => {
  it("ends as soon as a watch tells that the condition is met, or when its time is up", () => {
    const cluster = new MemoryCluster([pod("a")]);
    becomesReady(cluster, "a", 5 * SECOND);
    expect(cluster.kubectl("wait pod/a --for=condition=Ready --timeout=3s").errors).toEqual([
      "error: timed out waiting for the condition on pods/a",
    ]);
    expect(cluster.simulation.now).toBe(3 * SECOND);
    expect(cluster.kubectl("wait pod/a --for=condition=Ready").output).toEqual(["pod/a condition met"]);
    expect(cluster.simulation.now).toBe(5 * SECOND + MILLISECOND);
  });

  it("has one time for all objects, and names a resource without its group", () => {
    const cluster = new MemoryCluster([deployment("a"), deployment("b")]);
    expect(cluster.kubectl("wait deployment/a deployment/b --for=condition=Available --timeout=10s").errors).toEqual([
      "timed out waiting for the condition on deployments/a",
      "timed out waiting for the condition on deployments/b",
    ]);
    expect(cluster.simulation.now).toBeLessThan(11 * SECOND);
  });

  it("looks once where the time is 0", () => {
    const cluster = new MemoryCluster([pod("a"), pod("b", { status: READY })]);
    expect(cluster.kubectl("wait pod/a --for=condition=Ready --timeout=0").errors).toEqual(["error: condition not met for pods/a"]);
    expect(cluster.kubectl("wait pod/b --for=condition=ready=True --timeout=0").output).toEqual(["pod/b condition met"]);
  });

  it("takes no condition that was observed before the newest generation", () => {
    const stale = deployment("web") as Deployment;
    const cluster = new MemoryCluster([
      {
        ...stale,
        metadata: { ...stale.metadata, generation: 2 },
        status: { observedGeneration: 1, conditions: [{ type: "Available", status: "True" }] },
      },
    ]);
    expect(cluster.kubectl("wait deployment/web --for=condition=Available --timeout=1s").exitCode).toBe(1);
  });

  it("waits for a deletion, and has nothing to wait for where there is no such object", () => {
    const cluster = new MemoryCluster([pod("a")]);
    cluster.simulation.after(2 * SECOND, () => cluster.remove(cluster.read("Pod", "default/a") as Pod));
    expect(cluster.kubectl("wait pod/a --for=delete").output).toEqual(["pod/a condition met"]);
    expect(cluster.simulation.now).toBe(2 * SECOND + MILLISECOND);
    expect(cluster.kubectl("wait pod/a --for=delete")).toEqual({ exitCode: 0, output: [], errors: [] });
    expect(cluster.kubectl("wait pod/a --for=condition=Ready").errors).toEqual(['Error from server (NotFound): pods "a" not found']);
  });

  it("waits for a creation", () => {
    const cluster = new MemoryCluster();
    cluster.simulation.after(2 * SECOND, () => cluster.store(pod("a") as Pod));
    expect(cluster.kubectl("wait pod/a --for=create").output).toEqual(["pod/a condition met"]);
  });

  it("waits for a value, or for any, at a path", () => {
    const cluster = new MemoryCluster([pod("a", { status: { phase: "Pending" } })]);
    cluster.simulation.after(SECOND, () =>
      cluster.store({ ...cluster.read("Pod", "default/a")!, status: { phase: "Running", podIP: "10.0.0.1" } }),
    );
    expect(cluster.kubectl("wait pod/a --for=jsonpath={.status.phase}=Running").output).toEqual(["pod/a condition met"]);
    expect(cluster.kubectl("wait pod/a --for=jsonpath={.status.podIP}").output).toEqual(["pod/a condition met"]);
    expect(cluster.kubectl("wait pod/a --for=jsonpath={.status.hostIP} --timeout=1s").exitCode).toBe(1);
  });

  it("says that nothing matches", () => {
    expect(new MemoryCluster().kubectl("wait pods -l app=x --for=condition=Ready").errors).toEqual(["error: no matching resources found"]);
  });
});
