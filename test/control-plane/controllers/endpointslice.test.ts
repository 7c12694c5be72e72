import { describe, expect, it } from "vitest";
import type { Endpoint, EndpointSlice, Service } from "../../../src/api/types/index.js";
import { reconcileSlices } from "../../../src/control-plane/controllers/endpointslice/reconcile-slices.js";
import { replicaSet, service } from "./manifests.js";
import { SmallCluster } from "./small-cluster.js";

const PORTS = [{ name: "", protocol: "TCP", port: 80 }];

function endpoints(from: number, to: number): Endpoint[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    addresses: [`10.0.0.${from + i}`],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: "Pod", namespace: "default", name: `p${from + i}`, uid: `u${from + i}` },
  }));
}

function slice(name: string, members: readonly Endpoint[]): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default" },
    addressType: "IPv4",
    endpoints: members,
    ports: members.length === 0 ? [] : PORTS,
  };
}

describe("slices of endpoints", () => {
  it("are made full before another is begun", () => {
    const { create, update } = reconcileSlices([], [{ ports: PORTS, endpoints: endpoints(1, 25) }], "IPv4", 10);
    expect(create.map((one) => one.endpoints.length)).toEqual([10, 10, 5]);
    expect(update).toEqual([]);
  });

  it("are left alone where nothing changed, and take a new endpoint where there is room", () => {
    const present = [slice("a", endpoints(1, 10)), slice("b", endpoints(11, 15))];
    expect(reconcileSlices(present, [{ ports: PORTS, endpoints: endpoints(1, 15) }], "IPv4", 10)).toEqual({
      create: [],
      update: [],
      delete: [],
    });
    const { create, update } = reconcileSlices(present, [{ ports: PORTS, endpoints: endpoints(1, 16) }], "IPv4", 10);
    expect(create).toEqual([]);
    expect(update.map((one) => [one.metadata.name, one.endpoints.length])).toEqual([["b", 6]]);
  });

  it("that would go serve as ones that would be made, so that one is left for a Service without pods", () => {
    const emptied = reconcileSlices([slice("a", endpoints(1, 2))], [], "IPv4", 10);
    expect(emptied.update.map((one) => [one.metadata.name, one.endpoints.length])).toEqual([["a", 0]]);
    expect([emptied.create, emptied.delete]).toEqual([[], []]);
    const filled = reconcileSlices([slice("a", [])], [{ ports: PORTS, endpoints: endpoints(1, 2) }], "IPv4", 10);
    expect(filled.update.map((one) => [one.metadata.name, one.endpoints.length])).toEqual([["a", 2]]);
  });
});

describe("the EndpointSlice controller", () => {
  const conditions = (cluster: SmallCluster): (Endpoint["conditions"] & object)[] =>
    cluster.list("EndpointSlice").flatMap((one) => one.endpoints.map((endpoint) => endpoint.conditions!));

  it("follows the pods of a Service as they get ready, terminate and go", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 2, { "topology.kubernetes.io/zone": "a" });
    cluster.apply(service("web"));
    cluster.runTo(1);
    expect(cluster.list("EndpointSlice").map((one) => one.endpoints.length)).toEqual([0]);
    cluster.apply(replicaSet("web", 2, { "fake-kubelet/ready": "3s", "fake-kubelet/stop": "5s" }));
    cluster.runTo(3);
    expect(conditions(cluster)).toEqual(Array(2).fill({ ready: false, serving: false, terminating: false }));
    cluster.runTo(7);
    expect(conditions(cluster)).toEqual(Array(2).fill({ ready: true, serving: true, terminating: false }));
    const [only] = cluster.list("EndpointSlice");
    expect(only.ports).toEqual([{ name: "", protocol: "TCP", port: 80 }]);
    expect(only.metadata.labels?.["kubernetes.io/service-name"]).toBe("web");
    expect(only.endpoints[0].zone).toBe("a");
    cluster.delete("Pod", only.endpoints[0].targetRef!.name);
    cluster.runTo(9);
    expect(conditions(cluster)).toContainEqual({ ready: false, serving: true, terminating: true });
    cluster.runTo(20);
    expect(conditions(cluster)).toEqual(Array(2).fill({ ready: true, serving: true, terminating: false }));
    cluster.delete("Service", "web");
    cluster.runTo(25);
    expect(cluster.list("EndpointSlice")).toEqual([]);
  });

  it("spreads the pods of a large Service over slices of a hundred", () => {
    const cluster = new SmallCluster({ kubeApiQps: 1_000, kubeApiBurst: 1_000 });
    cluster.addNodes("worker", 4);
    cluster.apply(service("web"), replicaSet("web", 250));
    cluster.runTo(10);
    const sizes = cluster.list("EndpointSlice").map((one) => one.endpoints.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(250);
  });

  it("leaves out pods whose node is gone, tells so and looks again; not where addresses are published anyway", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const eager = service("web2");
    const published: Service = { ...eager, spec: { ...eager.spec, selector: { app: "web" }, publishNotReadyAddresses: true } };
    cluster.apply(service("web"), published);
    cluster.apply(replicaSet("web", 1));
    cluster.runTo(4);
    const [{ metadata }] = cluster.list("Pod");
    cluster.stopKubelet("worker-1");
    cluster.delete("Node", "worker-1");
    // Something has the Services looked at.
    for (const name of ["web", "web2"])
      cluster.change("Service", name, (one) => ({ ...one, metadata: { ...one.metadata, labels: { team: "a" } } }));
    cluster.runTo(5);
    const endpointsOf = (name: string) =>
      cluster.list("EndpointSlice").find((one) => one.metadata.labels?.["kubernetes.io/service-name"] === name)?.endpoints ?? [];
    expect(endpointsOf("web")).toEqual([]);
    expect(endpointsOf("web2")).toHaveLength(1);
    const told = cluster.eventsOf("FailedToUpdateEndpointSlices");
    expect(told[0].message).toBe(
      `Error updating Endpoint Slices for Service default/web: skipping Pod ${metadata.name} for Service default/web: Node worker-1 Not Found`,
    );
  });

  it("puts a slice right a second after somebody else changed it", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(4);
    const [{ metadata }] = cluster.list("EndpointSlice");
    cluster.change("EndpointSlice", metadata.name, (changed) => ({ ...changed, endpoints: [] }));
    cluster.runTo(4.9);
    expect(cluster.list("EndpointSlice")[0].endpoints).toEqual([]);
    cluster.runTo(5.2);
    expect(cluster.list("EndpointSlice")[0].endpoints).toHaveLength(1);
  });

  it("does not take over slices of a former Service of that name", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    const labels = { "kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };
    cluster.apply({ ...slice("web-old", endpoints(1, 1)), metadata: { name: "web-old", namespace: "default", labels } });
    cluster.runTo(1);
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(5);
    expect(cluster.list("EndpointSlice").map((one) => one.metadata.name)).not.toContain("web-old");
    expect(cluster.list("EndpointSlice").map((one) => one.endpoints.length)).toEqual([1]);
  });
});
