import { describe, expect, it } from "vitest";
import type { Endpoint, EndpointSlice, Service } from "../../../src/api/types/index.js";
import { reconcileSlices } from "../../../src/control-plane/controllers/endpointslice/reconcile-slices.js";
import { replicaSet, service } from "./manifests.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

const LABELS = { "kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };
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
    metadata: { name, namespace: "default", labels: LABELS },
    addressType: "IPv4",
    endpoints: members,
    ports: members.length === 0 ? [] : PORTS,
  };
}

describe("slices of endpoints", () => {
  it("are made full before another is begun", () => {
    const { create, update } = reconcileSlices([], [{ ports: PORTS, endpoints: endpoints(1, 25) }], "IPv4", 10, LABELS);
    expect(create.map((one) => one.endpoints.length)).toEqual([10, 10, 5]);
    expect(update).toEqual([]);
  });

  it("are left alone where nothing changed, and take a new endpoint where there is room", () => {
    const present = [slice("a", endpoints(1, 10)), slice("b", endpoints(11, 15))];
    expect(reconcileSlices(present, [{ ports: PORTS, endpoints: endpoints(1, 15) }], "IPv4", 10, LABELS)).toEqual({
      create: [],
      update: [],
      delete: [],
      unchanged: present,
    });
    const { create, update } = reconcileSlices(present, [{ ports: PORTS, endpoints: endpoints(1, 16) }], "IPv4", 10, LABELS);
    expect(create).toEqual([]);
    expect(update.map((one) => [one.metadata.name, one.endpoints.length])).toEqual([["b", 6]]);
  });

  it("leave an empty one for a Service without pods", () => {
    const emptied = reconcileSlices([slice("a", endpoints(1, 2))], [], "IPv4", 10, LABELS);
    expect(emptied.create).toEqual([{ addressType: "IPv4", endpoints: [], ports: [] }]);
    expect(emptied.delete.map(({ metadata }) => metadata.name)).toEqual(["a"]);
    const empty = slice("a", []);
    expect(reconcileSlices([empty], [], "IPv4", 10, LABELS)).toEqual({ create: [], update: [], delete: [], unchanged: [empty] });
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
    cluster.apply(slice("web-old", endpoints(1, 1)));
    cluster.runTo(1);
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(5);
    expect(cluster.list("EndpointSlice").map((one) => one.metadata.name)).not.toContain("web-old");
    expect(cluster.list("EndpointSlice").map((one) => one.endpoints.length)).toEqual([1]);
  });

  it("fills and empties one slice where one would go and another be made", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(service("web"));
    cluster.runTo(2);
    const [{ metadata }] = cluster.list("EndpointSlice");
    const shape = () => cluster.list("EndpointSlice").map((one) => [one.metadata.uid, one.endpoints.length, one.ports?.length ?? 0]);
    cluster.apply(replicaSet("web", 1));
    cluster.runTo(5);
    expect(shape()).toEqual([[metadata.uid, 1, 1]]);
    cluster.delete("ReplicaSet", "web");
    cluster.runTo(10);
    expect(shape()).toEqual([[metadata.uid, 0, 0]]);
  });

  it("deletes slices of an address family that the Service does not have", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(4);
    const other: EndpointSlice = { ...slice("web-ipv6", []), addressType: "IPv6" };
    cluster.apply(other);
    cluster.runTo(6);
    expect(cluster.list("EndpointSlice").map(({ addressType }) => addressType)).toEqual(["IPv4"]);
  });

  it("has slices follow the Service's labels, but for reserved ones", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(4);
    const relabel = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined => {
      cluster.change("Service", "web", (one) => ({ ...one, metadata: { ...one.metadata, labels } }));
      cluster.runTo(cluster.simulation.now / SECOND + 2);
      return cluster.list("EndpointSlice")[0].metadata.labels;
    };
    expect(relabel({ team: "a" })).toEqual({ ...LABELS, team: "a" });
    expect(relabel({ "kubernetes.io/service-name": "other" })).toEqual(LABELS);
  });

  it("leaves the zones of endpoints as they are when a node's label changes, until the Service is looked at for another reason", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1, { "topology.kubernetes.io/zone": "a" });
    cluster.apply(service("web"), replicaSet("web", 1));
    cluster.runTo(4);
    cluster.change("Node", "worker-1", (node) => ({
      ...node,
      metadata: { ...node.metadata, labels: { "topology.kubernetes.io/zone": "b" } },
    }));
    cluster.runTo(8);
    const zone = () => cluster.list("EndpointSlice")[0].endpoints[0].zone;
    expect(zone()).toBe("a");
    cluster.change("Service", "web", (one) => ({ ...one, metadata: { ...one.metadata, labels: { team: "a" } } }));
    cluster.runTo(10);
    expect(zone()).toBe("b");
  });

  it("writes when what led to a change happened: the Service's creation, then the readiness of pods", () => {
    const cluster = new SmallCluster();
    cluster.addNodes("worker", 1);
    cluster.runTo(1.5);
    cluster.apply(service("web"));
    cluster.runTo(2.5);
    const written = () => cluster.list("EndpointSlice")[0].metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];
    const second = (number: number) => new Date((EPOCH / SECOND + number) * 1_000).toISOString().replace(".000Z", "Z");
    expect(written()).toBe(second(1));
    cluster.apply(replicaSet("web", 1, { "fake-kubelet/start": "5s" }));
    cluster.runTo(9);
    expect(cluster.list("EndpointSlice")[0].endpoints[0].conditions?.ready).toBe(true);
    expect(written()).toBe(second(7));
  });
});
