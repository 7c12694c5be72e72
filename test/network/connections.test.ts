/** Connections through services: which back end they get, what they cost, and how they fail. */
import fc from "fast-check";
import { chiSquaredDistributionTable } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { SECOND } from "../../src/engine/simulation.js";
import { CALICO_IPIP, CALICO_SAME_NODE } from "../../src/network/path-costs.js";
import { EBPF } from "../../src/network/proxy/ebpf/mode.js";
import { IPTABLES } from "../../src/network/proxy/iptables/mode.js";
import { ipvsMode } from "../../src/network/proxy/ipvs/mode.js";
import { NFTABLES } from "../../src/network/proxy/nftables/mode.js";
import { podOn, type SmallCluster, smallCluster } from "./small-cluster.js";

/** Connections to each pod out of `count` from one node. */
function counts(cluster: SmallCluster, count: number, node = "node-1"): Map<string, number> {
  const byPod = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const key = cluster.connect(node).server!.key;
    byPod.set(key, (byPod.get(key) ?? 0) + 1);
  }
  return byPod;
}

describe("choice of back end", () => {
  test.each([IPTABLES, NFTABLES])("in mode $name is uniform and independent (chi-square, p > 0.01)", (mode) => {
    const pods = 10;
    const cluster = smallCluster({ pods, mode });
    const total = 20_000;
    const observed = [...counts(cluster, total).values()];
    expect(observed).toHaveLength(pods);
    const expected = total / pods;
    const chiSquare = observed.reduce((sum, value) => sum + (value - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(chiSquaredDistributionTable["9"][0.01]);
  });

  test("in IPVS with rr takes the real servers in turn, each node by its own count", () => {
    const cluster = smallCluster({ pods: 4, mode: ipvsMode("rr") });
    const onNode = (node: string): string[] => Array.from({ length: 8 }, () => cluster.connect(node).server!.key);
    const first = onNode("node-1");
    expect(new Set(first.slice(0, 4)).size).toBe(4);
    expect(first.slice(4)).toEqual(first.slice(0, 4));
    expect(onNode("node-2")).toEqual(first);
  });

  test("in IPVS with rr stays exact while real servers come and go", () => {
    fc.assert(
      fc.property(fc.array(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), { minLength: 1, maxLength: 6 }), (sets) => {
        const cluster = smallCluster({ pods: 6, mode: ipvsMode("rr") });
        for (const set of sets) {
          cluster.publish(set.map((index) => cluster.pods[index]));
          cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
          const taken = counts(cluster, 3 * set.length);
          expect([...taken.keys()].sort()).toEqual(set.map((index) => `default/web-${index}`).sort());
          expect(new Set(taken.values())).toEqual(new Set([3]));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("in IPVS with lc takes the real server with the fewest open connections", () => {
    const { services, simulation, destination, connect, pods } = smallCluster({ pods: 3, mode: ipvsMode("lc") });
    const held = services.newConnection();
    const client = services.onHost("node-1");
    services.connect(client, destination, simulation.stream("test"), held);
    const others = Array.from({ length: 10 }, () => connect("node-1").server!.key);
    expect(others).not.toContain(held.server!.key);
    services.disconnect(held);
    expect(
      new Set(
        Array.from({ length: 3 }, () => {
          const connection = services.newConnection();
          services.connect(client, destination, simulation.stream("test"), connection);
          return connection.server!.key;
        }),
      ).size,
    ).toBe(pods.length);
  });

  test("with session affinity stays with the client until the timeout is up", () => {
    const service = { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } } as const;
    const cluster = smallCluster({ pods: 20, service });
    const first = cluster.connect("node-1").server!.key;
    expect(counts(cluster, 50)).toEqual(new Map([[first, 50]]));
    cluster.simulation.run(cluster.simulation.now + 61 * SECOND);
    const later = new Set<string>();
    for (let round = 0; round < 10; round++) {
      later.add(cluster.connect("node-1").server!.key);
      cluster.simulation.run(cluster.simulation.now + 61 * SECOND);
    }
    expect(later.size).toBeGreaterThan(1);
  });

  test("with internal policy Local takes pods of the client's node only, and drops where there is none", () => {
    const cluster = smallCluster({ nodes: 3, pods: 2, service: { internalTrafficPolicy: "Local" } });
    expect(counts(cluster, 10, "node-2")).toEqual(new Map([["default/web-1", 10]]));
    expect(cluster.connect("node-3").outcome).toBe("unanswered");
  });
});

test("a headless service is asked at its ready endpoints, past all rules; without any its name does not resolve", () => {
  const cluster = smallCluster({ pods: 4, service: { clusterIP: "None", clusterIPs: ["None"] } });
  expect(counts(cluster, 200).size).toBe(4);
  expect(cluster.connect("node-1").proxyDelay).toBe(0);
  // At once: no proxy has to write rules.
  cluster.publish(cluster.pods.slice(0, 1));
  expect(counts(cluster, 20)).toEqual(new Map([["default/web-0", 20]]));
  cluster.publish([]);
  expect(cluster.connect("node-1").outcome).toBe("rejected");
});

describe("external policy Local", () => {
  const service = { type: "NodePort", externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }] } as const;
  const outcomes = (cluster: SmallCluster, from: "inside" | "outside"): Set<string> => {
    const destination = cluster.services.destination({ service: "web", namespace: "default", via: "nodePort" });
    const client = from === "inside" ? cluster.services.onHost("node-1") : cluster.services.outside("203.0.113.9");
    return new Set(
      Array.from({ length: 60 }, () => {
        const { outcome, proxyHost, server } = cluster.connectFrom(client, destination);
        return `${outcome} ${server === undefined ? "" : server.host === proxyHost ? "here" : "elsewhere"}`;
      }),
    );
  };

  test("from outside never leaves the node that was asked", () => {
    expect(outcomes(smallCluster({ nodes: 3, pods: 2, service }), "outside")).toEqual(new Set(["connected here", "unanswered "]));
  });

  test("from inside reaches all endpoints in iptables (short circuit)", () => {
    expect(outcomes(smallCluster({ nodes: 3, pods: 2, service }), "inside")).toEqual(new Set(["connected here", "connected elsewhere"]));
  });
});

describe("a connection fails", () => {
  test("refused, where the service has no endpoints", () => {
    const cluster = smallCluster();
    cluster.publish([]);
    cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
    expect(cluster.connect("node-1").outcome).toBe("refused");
  });

  test("refused, where nothing listens at the pod", () => {
    const cluster = smallCluster({ pods: 1 });
    cluster.network.listening(cluster.pods[0], false);
    expect(cluster.connect("node-1").outcome).toBe("refused");
  });

  test("unanswered, where the pod's node has no power, and only there", () => {
    const cluster = smallCluster({ nodes: 2, pods: 2 });
    cluster.dataPath.powerOff("node-2");
    const outcomes = new Map<string, string>();
    for (let index = 0; index < 40; index++) {
      const { outcome, server } = cluster.connect("node-1");
      outcomes.set(server?.key ?? "none", outcome);
    }
    expect(outcomes).toEqual(
      new Map([
        ["default/web-0", "connected"],
        ["none", "unanswered"],
      ]),
    );
  });

  test("unanswered, where br_netfilter is unloaded on the pod's node, until it is loaded again", () => {
    const cluster = smallCluster({ nodes: 2, pods: 2 });
    cluster.publish([cluster.pods[1]]);
    cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
    expect(cluster.connect("node-1").outcome).toBe("connected");
    cluster.dataPath.setBridgeNetfilter("node-2", false);
    expect(cluster.connect("node-1").outcome).toBe("unanswered");
    cluster.dataPath.setBridgeNetfilter("node-2", true);
    expect(cluster.connect("node-1").outcome).toBe("connected");
  });

  test("unanswered, where br_netfilter is unloaded on the client pod's node; not for the node's own processes, nor without netfilter", () => {
    const cluster = smallCluster({ nodes: 2, pods: 2 });
    cluster.publish([cluster.pods[1]]);
    cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
    cluster.dataPath.setBridgeNetfilter("node-1", false);
    const pod = cluster.services.inPod(cluster.network.attachmentOf("default/web-0")!);
    expect(cluster.connectFrom(pod).outcome).toBe("unanswered");
    expect(cluster.connect("node-1").outcome).toBe("connected");

    const ebpf = smallCluster({ nodes: 2, pods: 2, mode: EBPF });
    ebpf.dataPath.setBridgeNetfilter("node-1", false);
    expect(ebpf.connectFrom(ebpf.services.inPod(ebpf.network.attachmentOf("default/web-0")!)).outcome).toBe("connected");
  });

  test("unanswered, across a partition, until it is healed", () => {
    const cluster = smallCluster({ nodes: 2, pods: 2 });
    cluster.publish([cluster.pods[1]]);
    cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
    cluster.dataPath.partition(["node-1"]);
    expect(cluster.connect("node-1").outcome).toBe("unanswered");
    expect(cluster.connect("node-2").outcome).toBe("connected");
    cluster.dataPath.heal(["node-1"]);
    expect(cluster.connect("node-1").outcome).toBe("connected");
  });

  test("unanswered, where the pod's address is nobody's any more", () => {
    const cluster = smallCluster({ pods: 1 });
    cluster.network.tearDown(cluster.pods[0], "node-1");
    expect(cluster.connect("node-1").outcome).toBe("unanswered");
  });

  test("dropped, where the node's connection table is full; a closed connection makes room after TIME_WAIT", () => {
    const cluster = smallCluster({ pods: 1 });
    cluster.dataPath.host("node-1").conntrack.max = 5;
    for (let index = 0; index < 5; index++) expect(cluster.connect("node-1").outcome).toBe("connected");
    expect(cluster.connect("node-1").outcome).toBe("dropped");
    cluster.simulation.run(cluster.simulation.now + 121 * SECOND);
    expect(cluster.connect("node-1").outcome).toBe("connected");
  });
});

describe("cost", () => {
  test("of the path is the plugin's, by whether client and pod share a node", () => {
    const cluster = smallCluster({ nodes: 2, pods: 2 });
    const client = cluster.services.inPod(cluster.network.attachmentOf("default/web-0")!);
    const roundTrips = new Map<string, number>();
    for (let index = 0; index < 40; index++) {
      const { server, roundTrip } = cluster.connectFrom(client);
      roundTrips.set(server!.host.name, roundTrip);
    }
    expect(roundTrips).toEqual(
      new Map([
        ["node-1", CALICO_SAME_NODE.roundTrip],
        ["node-2", CALICO_IPIP.roundTrip],
      ]),
    );
  });

  test("of a sidecar is half of two sidecars' 2.65 ms for each end that has one, on every request", () => {
    const { network, services, connectFrom, publish, simulation } = smallCluster({ nodes: 1, pods: 1 });
    const plain = network.attachmentOf("default/web-0")!;
    const on = podOn("node-1", "meshed");
    const meshed = { ...on, spec: { ...on.spec, containers: [...on.spec.containers, { name: "istio-proxy", image: "istio/proxyv2" }] } };
    network.setUp(meshed, "node-1");
    network.listening(meshed, true);
    const client = services.inPod(network.attachmentOf("default/meshed")!);
    expect(connectFrom(services.inPod(plain)).requestDelay).toBe(0);
    expect(connectFrom(client).requestDelay).toBe(1_325);
    publish([meshed]);
    simulation.run(simulation.now + 2 * SECOND);
    expect(connectFrom(client).requestDelay).toBe(2_650);
  });

  test("of a connection spreads as measured: median 53.6 µs and 99th percentile 137 µs with one rule, less 40.7 µs without rules", () => {
    const cluster = smallCluster({ nodes: 1, pods: 1 });
    const delays = Array.from({ length: 20_000 }, () => cluster.connect("node-1").proxyDelay).sort((a, b) => a - b);
    // One dispatch and one endpoint rule add 0.07 µs.
    expect(Math.abs(delays[10_000] - (53.67 - 40.7))).toBeLessThan(1);
    expect(Math.abs(delays[19_800] - (137.2 - 40.7))).toBeLessThan(5);
  });

  test("of iptables rules is 12.9 µs + 19.6 ns a dispatch rule cold, and does not grow in nftables", () => {
    expect(IPTABLES.connectCost(10_000, 0, "cold") - IPTABLES.connectCost(0, 0, "cold")).toBeCloseTo(196);
    expect(IPTABLES.connectCost(0, 0, "cold")).toBeCloseTo(12.9);
    expect(NFTABLES.connectCost(10_000, 50, "cold")).toBe(NFTABLES.connectCost(1, 1, "cold"));
  });
});
