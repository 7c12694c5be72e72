/** When a change of a service takes effect on the nodes, and how many rules there are. */
import { readFileSync, existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { IPTABLES, FIXED_RULES } from "../../../src/network/proxy/iptables/mode.js";
import { NFTABLES } from "../../../src/network/proxy/nftables/mode.js";
import type { ServicePort } from "../../../src/network/proxy/service-port.js";
import { smallCluster } from "../small-cluster.js";

describe("a change of endpoints", () => {
  test("takes effect when the sync that it causes has ended", () => {
    const cluster = smallCluster({ pods: 2 });
    cluster.simulation.run(10 * SECOND);
    cluster.publish([]);
    expect(cluster.connect("node-1").outcome).toBe("connected");
    // One service: 3 ms + 0.109 ms.
    cluster.simulation.run(10 * SECOND + 3_108);
    expect(cluster.connect("node-1").outcome).toBe("connected");
    cluster.simulation.run(10 * SECOND + 3_109);
    expect(cluster.connect("node-1").outcome).toBe("refused");
  });

  test("waits for a second after the end of the sync before; all changes until then go into one sync", () => {
    const cluster = smallCluster({ pods: 3 });
    cluster.simulation.run(10 * SECOND);
    const { count } = cluster.proxy.syncs;
    cluster.publish(cluster.pods.slice(0, 1));
    const ended = 10 * SECOND + 3_109;
    cluster.simulation.run(ended);
    cluster.publish(cluster.pods);
    cluster.publish([]);
    cluster.simulation.run(ended + SECOND + 3_108);
    expect(cluster.connect("node-1").outcome).toBe("connected");
    cluster.simulation.run(ended + SECOND + 3_109);
    expect(cluster.connect("node-1").outcome).toBe("refused");
    expect(cluster.proxy.syncs.count).toBe(count + 2);
  });

  test("does not reach a node that is cut off, until it is back", () => {
    const cluster = smallCluster({ pods: 2 });
    cluster.simulation.run(10 * SECOND);
    cluster.proxy.freeze("node-1");
    cluster.publish([]);
    cluster.simulation.run(12 * SECOND);
    expect(cluster.connect("node-1").outcome).toBe("connected");
    expect(cluster.connect("node-2").outcome).toBe("refused");
    cluster.proxy.thaw("node-1");
    expect(cluster.connect("node-1").outcome).toBe("refused");
  });

  test("of a deleted service leaves its address without an answer", () => {
    const cluster = smallCluster();
    cluster.objects.remove(cluster.service);
    cluster.simulation.run(cluster.simulation.now + 2 * SECOND);
    expect(cluster.connect("node-1").outcome).toBe("unanswered");
  });
});

/** Rules of the real proxiers over a grid of services and endpoints; read where the reference data are. */
const ruleCounts = new URL("../../../../shared/golden/network/rule-counts.csv", import.meta.url);

describe.skipIf(!existsSync(ruleCounts))("the number of rules by formula", () => {
  const [header, ...rows] = (existsSync(ruleCounts) ? readFileSync(ruleCounts, "utf8") : "")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const port: ServicePort = {
    namespace: "default",
    service: "web",
    portName: "",
    name: "default/web",
    protocol: "tcp",
    family: "IPv4",
    clusterIP: "10.96.0.10",
    port: 80,
    nodePort: 0,
    externalIPs: [],
    loadBalancerVIPs: [],
    loadBalancerSourceRanges: [],
    affinitySeconds: 0,
    internalPolicyLocal: false,
    externalPolicyLocal: false,
    healthCheckNodePort: 0,
  };
  const types = new Map<string, Partial<ServicePort>>([
    ["ClusterIP", {}],
    ["NodePort", { nodePort: 30_080 }],
    ["LoadBalancer", { nodePort: 30_080, loadBalancerVIPs: ["198.51.100.1"] }],
  ]);
  const column = (row: readonly string[], name: string): number => Number(row[header.indexOf(name)]);

  test.each(rows.filter(([type]) => types.has(type)))("%s, %s services of %s endpoints", (...row) => {
    const services = column(row, "services");
    const counted = { ...port, ...types.get(row[0]) };
    const endpoints = column(row, "endpoints_per_service");
    expect(FIXED_RULES + services * IPTABLES.rulesOf(counted, endpoints).rules).toBe(column(row, "ipt_total"));
    expect(22 + services * NFTABLES.rulesOf(counted, endpoints).rules).toBe(column(row, "nft_rules"));
  });
});
