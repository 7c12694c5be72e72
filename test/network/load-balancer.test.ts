import { describe, expect, test } from "vitest";
import type { Service } from "../../src/api/types/network.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import { RbacAuthorizer } from "../../src/control-plane/apiserver/rbac-authorizer.js";
import type { ApiClient } from "../../src/control-plane/apiserver/client.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { LoadBalancerController } from "../../src/network/load-balancer-controller.js";
import type { Connection } from "../../src/network/connection.js";
import { type SmallCluster, smallCluster, type SmallClusterOptions } from "./small-cluster.js";

interface Balanced {
  readonly simulation: Simulation;
  readonly kubectl: ApiClient;
  readonly address: (name: string) => string | undefined;
}

function cluster(addresses: string | undefined): Balanced {
  const simulation = new Simulation({ seed: 1 });
  const apiServer = new ApiServer({ simulation, epoch: 1_700_000_000_000_000, authorizer: new RbacAuthorizer() });
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

  const SPEC = { type: "LoadBalancer", ports: [{ port: 80, nodePort: 30080 }] } as const;

  /** A small cluster with a load balancer, and a way to connect to it from outside. */
  function withBalancer(options: SmallClusterOptions): SmallCluster & { readonly from: (address: string) => Connection } {
    const small = smallCluster({ nodes: 3, pods: 3, ...options, service: { ...SPEC, ...options.service } });
    const destination = small.services.destination({ service: "web", namespace: "default", via: "loadBalancer" });
    return { ...small, from: (address) => small.connectFrom(small.services.outside(address), destination) };
  }

  function provision({ objects, service, simulation }: SmallCluster): void {
    objects.apply({ ...service, status: { loadBalancer: { ingress: [{ ip: "198.51.100.7", ipMode: "VIP" }] } } });
    simulation.run(simulation.now + 2 * SECOND);
  }

  const entries = ({ from }: { readonly from: (address: string) => Connection }): Set<string> =>
    new Set(Array.from({ length: 60 }, () => from("203.0.113.5")).map(({ outcome, proxyHost }) => `${outcome} ${proxyHost?.name ?? ""}`));

  test("is not reachable before it has an address, and then only from allowed ranges", () => {
    const balancer = withBalancer({ service: { loadBalancerSourceRanges: ["203.0.113.0/25"] } });
    expect(balancer.from("203.0.113.5").outcome).toBe("unanswered");
    provision(balancer);
    expect(balancer.from("203.0.113.5").outcome).toBe("connected");
    expect(balancer.from("203.0.113.200").outcome).toBe("unanswered");
  });

  test("of a cloud is spread over all nodes, and gives a dead one up after three checks of 30 s", () => {
    const balancer = withBalancer({});
    provision(balancer);
    expect(entries(balancer)).toEqual(new Set(["connected node-1", "connected node-2", "connected node-3"]));
    balancer.dataPath.powerOff("node-1");
    balancer.publish(balancer.pods.slice(1));
    balancer.simulation.run(balancer.simulation.now + 89 * SECOND);
    expect(entries(balancer)).toContain("unanswered node-1");
    balancer.simulation.run(balancer.simulation.now + 2 * SECOND);
    expect(entries(balancer)).toEqual(new Set(["connected node-2", "connected node-3"]));
  });

  test("of layer 2 is one node; when it dies another takes over after 5 s", () => {
    const balancer = withBalancer({ loadBalancer: "layer2", pods: 3 });
    provision(balancer);
    const [only, ...others] = [...entries(balancer)];
    expect(others).toEqual([]);
    const leader = only.split(" ")[1];
    balancer.dataPath.powerOff(leader);
    balancer.publish(balancer.pods.filter(({ spec }) => spec.nodeName !== leader));
    balancer.simulation.run(balancer.simulation.now + 4 * SECOND);
    expect(entries(balancer)).toEqual(new Set([`unanswered ${leader}`]));
    balancer.simulation.run(balancer.simulation.now + 2 * SECOND);
    const after = [...entries(balancer)];
    expect(after).toHaveLength(1);
    expect(after[0]).toMatch(/^connected node-/);
  });

  test("with external policy Local arrives only where an endpoint is", () => {
    const balancer = withBalancer({ pods: 2, service: { externalTrafficPolicy: "Local" } });
    provision(balancer);
    expect(entries(balancer)).toEqual(new Set(["connected node-1", "connected node-2"]));
  });
});
