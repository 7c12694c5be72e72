import { describe, expect, test } from "vitest";
import type { Service } from "../../src/api/types/network.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import type { ApiClient } from "../../src/control-plane/apiserver/client.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { LoadBalancerController } from "../../src/network/load-balancer-controller.js";
import { smallCluster } from "./small-cluster.js";

interface Balanced {
  readonly simulation: Simulation;
  readonly kubectl: ApiClient;
  readonly address: (name: string) => string | undefined;
}

function cluster(addresses: string | undefined): Balanced {
  const simulation = new Simulation({ seed: 1 });
  const apiServer = new ApiServer({ simulation, epoch: 1_700_000_000_000_000 });
  new LoadBalancerController({ simulation, apiServer, ...(addresses === undefined ? {} : { addresses }) });
  return {
    simulation,
    kubectl: apiServer.connect({ component: "kubectl", user: "kubernetes-admin", groups: ["system:masters"] }),
    address: (name) => {
      const ingress = apiServer.objects.get("Service", "default", name)?.status?.loadBalancer?.ingress?.[0];
      return ingress?.ip ?? ingress?.hostname;
    },
  };
}

function balanced(name: string): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], selector: { app: name } },
  };
}

describe("a Service of type LoadBalancer", () => {
  test("gets the pool's next address; one too many waits until an address is free", () => {
    const { simulation, kubectl, address } = cluster("192.168.1.11-192.168.1.12");
    for (const [index, name] of ["a", "b", "c"].entries()) {
      kubectl.create(balanced(name));
      simulation.run((index + 1) * SECOND);
    }
    expect(["a", "b", "c"].map(address)).toEqual(["192.168.1.11", "192.168.1.12", undefined]);
    kubectl.delete({ kind: "Service", namespace: "default", name: "a" });
    simulation.run(10 * SECOND);
    expect(address("c")).toBe("192.168.1.11");
  });

  test("gets a cloud's host name when the balancer is ready", () => {
    const { simulation, kubectl, address } = cluster(undefined);
    kubectl.create(balanced("a"));
    simulation.run(100 * SECOND);
    expect(address("a")).toBeUndefined();
    simulation.run(130 * SECOND);
    expect(address("a")).toMatch(/^a[0-9a-f]{31}\.elb\./);
  });

  test("is not reachable before it has an address, then at any healthy node, and only from allowed ranges", () => {
    const spec = { type: "LoadBalancer", ports: [{ port: 80, nodePort: 30080 }], loadBalancerSourceRanges: ["203.0.113.0/25"] } as const;
    const { services, connectFrom, objects, service, simulation, dataPath, publish, pods } = smallCluster({
      nodes: 3,
      pods: 3,
      service: spec,
    });
    const destination = services.destination({ service: "web", namespace: "default", via: "loadBalancer" });
    const from = (address: string): string => connectFrom(services.outside(address), destination).outcome;
    expect(from("203.0.113.5")).toBe("unanswered");
    objects.apply({ ...service, status: { loadBalancer: { ingress: [{ ip: "198.51.100.7", ipMode: "VIP" }] } } });
    simulation.run(simulation.now + 2 * SECOND);
    expect(from("203.0.113.5")).toBe("connected");
    expect(from("203.0.113.200")).toBe("unanswered");
    dataPath.powerOff("node-1");
    publish(pods.slice(1));
    simulation.run(simulation.now + 2 * SECOND);
    expect(new Set(Array.from({ length: 30 }, () => from("203.0.113.5")))).toEqual(new Set(["connected"]));
  });
});
