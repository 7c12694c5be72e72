import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/api/types/policy.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, MemoryCluster, node, pod } from "../memory-cluster.js";

describe("kubectl api-resources and api-versions", () => {
  // The rows are those of a real 1.36, of the kinds that are served here.
  it("show what is served, the core first", () => {
    const { output } = new MemoryCluster().kubectl("api-resources");
    const rows = output.map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]);
    expect(rows[1]).toEqual(["configmaps", "cm", "v1", "true", "ConfigMap"]);
    expect(rows).toContainEqual(["deployments", "deploy", "apps/v1", "true", "Deployment"]);
    expect(rows.findIndex(([name]) => name === "services")).toBeLessThan(rows.findIndex(([name]) => name === "deployments"));
  });

  it("are narrowed by group and scope, and printed as names", () => {
    const cluster = new MemoryCluster();
    expect(cluster.kubectl("api-resources --api-group=policy -o name").output).toEqual(["poddisruptionbudgets.policy"]);
    expect(cluster.kubectl("api-resources --namespaced=false -o name --api-group=").output).toEqual([
      "namespaces",
      "nodes",
      "persistentvolumes",
    ]);
    expect(cluster.kubectl("api-versions").output).toEqual(expect.arrayContaining(["apps/v1", "v1"]));
    expect(() => cluster.kubectl("api-resources --sort-by=group")).toThrow("--sort-by accepts only name or kind");
  });
});

describe("kubectl version and cluster-info", () => {
  const controlPlane = {
    ...(node("control-plane", { "node-role.kubernetes.io/control-plane": "" }) as object),
    status: { nodeInfo: { kubeletVersion: "v1.35.2" }, addresses: [{ type: "InternalIP", address: "192.168.0.10" }] },
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kubernetes", namespace: "default" },
    spec: { clusterIP: "10.96.0.1" },
  };

  it("tell the server's version and where it is", () => {
    const cluster = new MemoryCluster([controlPlane, service]);
    expect(cluster.kubectl("version").output).toEqual([
      "Client Version: v1.36.0",
      "Kustomize Version: v5.8.1",
      "Server Version: v1.35.2",
    ]);
    expect(cluster.kubectl("version --client").output).toEqual(["Client Version: v1.36.0", "Kustomize Version: v5.8.1"]);
    const build = JSON.parse(cluster.kubectl("version -o json").output.join("\n")) as Record<string, unknown>;
    expect(build.serverVersion).toMatchObject({ major: "1", minor: "35", gitVersion: "v1.35.2" });
    expect(() => cluster.kubectl("version -o wide")).toThrow("--output must be 'yaml' or 'json'");
    expect(cluster.kubectl("cluster-info").output).toEqual([
      "Kubernetes control plane is running at https://192.168.0.10:6443",
      "",
      "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.",
    ]);
  });
});

describe("kubectl events", () => {
  function event(name: string, lastSeen: number, count: number, change: Partial<Event> = {}): Event {
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "default" },
      involvedObject: { kind: "Pod", name: "web", namespace: "default" },
      type: "Normal",
      reason: "Pulled",
      message: "image pulled\n",
      source: { component: "kubelet" },
      firstTimestamp: EPOCH,
      lastTimestamp: EPOCH + lastSeen * SECOND,
      count,
      ...change,
    };
  }
  function cluster(): MemoryCluster {
    const one = new MemoryCluster([
      event("b", 90, 4, { type: "Warning", reason: "BackOff" }),
      event("a", 0, 1),
      event("c", 95, 1, { involvedObject: { kind: "Node", name: "worker" } }),
      pod("web"),
    ]);
    one.simulation.run(100 * SECOND);
    return one;
  }

  // Source of the cells: kubectl/pkg/cmd/events/event_printer.go.
  it("are in order of time, and tell how often", () => {
    expect(cluster().kubectl("events").output).toEqual([
      "LAST SEEN            TYPE      REASON    OBJECT        MESSAGE",
      "100s                 Normal    Pulled    Pod/web       image pulled",
      "10s (x4 over 100s)   Warning   BackOff   Pod/web       image pulled",
      "100s                 Normal    Pulled    Node/worker   image pulled",
    ]);
  });

  it("are chosen by object and type", () => {
    expect(cluster().kubectl("events --for node/worker --no-headers").output).toHaveLength(1);
    expect(cluster().kubectl("events --types=Warning --no-headers").output).toHaveLength(1);
    expect(cluster().kubectl("events -n dev").output).toEqual(["No events found in dev namespace."]);
    expect(() => cluster().kubectl("events --types=Odd")).toThrow("valid --types are Normal or Warning");
  });

  // Source: kubectl/pkg/cmd/events/events.go runWatch.
  it("are watched: what is there, then what is new or happens again, but not what expires", () => {
    const one = cluster();
    const again = event("a", 101, 2);
    one.simulation.after(SECOND, () => one.store(again));
    one.simulation.after(2 * SECOND, () => one.store(event("d", 102, 1, { type: "Warning" })));
    one.simulation.after(3 * SECOND, () => one.remove(one.read("Event", "default/a")!));
    expect(one.kubectl("events --watch --types=Normal --request-timeout=5s").output).toEqual([
      "LAST SEEN   TYPE     REASON   OBJECT    MESSAGE",
      "100s        Normal   Pulled   Pod/web   image pulled",
      "100s        Normal   Pulled   Node/worker   image pulled",
      "0s (x2 over 101s)   Normal   Pulled   Pod/web       image pulled",
    ]);
    expect(cluster().kubectl("events -n dev -w --request-timeout=5s").output).toEqual([]);
  });
});
