/** What connections do in a run agrees with what the rules say, packet by packet, on random services. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Service } from "../../../src/api/types/network.js";
import { allowedEndpoints } from "../../../src/network/back-end-choice.js";
import type { ProxyEndpoint } from "../../../src/network/proxy/endpoint.js";
import { IPTABLES } from "../../../src/network/proxy/iptables/mode.js";
import { IptablesTables } from "../../../src/network/proxy/iptables/tables.js";
import { walk } from "../../../src/network/proxy/iptables/walk.js";
import { ipvsMode } from "../../../src/network/proxy/ipvs/mode.js";
import { virtualServers } from "../../../src/network/proxy/ipvs/virtual-servers.js";
import { NFTABLES } from "../../../src/network/proxy/nftables/mode.js";
import { NftablesTable } from "../../../src/network/proxy/nftables/table.js";
import type { ProxyConfig } from "../../../src/network/proxy/proxy-config.js";
import { servicePorts } from "../../../src/network/proxy/service-port.js";
import { differsBy, usableEndpoints } from "../../../src/network/proxy/topology.js";
import { serviceNamed } from "../small-cluster.js";

const CONFIG: ProxyConfig = {
  family: "IPv4",
  node: { name: "node-1", zone: "zone-1" },
  nodeAddresses: ["192.168.0.1"],
  localCIDR: "10.244.0.0/16",
  serviceCIDRs: ["10.96.0.0/12"],
  masqueradeAll: false,
  nodePortAddresses: [],
  localhostNodePorts: true,
  ipvsScheduler: "rr",
};

const policy = fc.constantFrom<"Cluster" | "Local">("Cluster", "Local");

const service = fc
  .record({
    type: fc.constantFrom<"ClusterIP" | "NodePort" | "LoadBalancer">("ClusterIP", "NodePort", "LoadBalancer"),
    internalTrafficPolicy: policy,
    externalTrafficPolicy: policy,
    sessionAffinity: fc.constantFrom<"None" | "ClientIP">("None", "ClientIP"),
    externalIPs: fc.constantFrom<string[]>([], ["192.0.2.7"]),
  })
  .map(({ type, ...spec }): Service => {
    const nodePort = type === "ClusterIP" ? {} : { nodePort: 30_080 };
    const made = serviceNamed("web", { ...spec, type, ports: [{ port: 80, protocol: "TCP", ...nodePort }] });
    return type === "LoadBalancer" ? { ...made, status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } } } : made;
  });

const endpoints = fc.array(
  fc.record({ node: fc.integer({ min: 1, max: 3 }), state: fc.constantFrom("ready", "terminating", "gone"), hinted: fc.boolean() }),
  { maxLength: 6 },
);

function toEndpoints(drawn: readonly { node: number; state: string; hinted: boolean }[], allHinted: boolean): ProxyEndpoint[] {
  return drawn
    .map(({ node, state, hinted }, index) => ({
      address: `10.244.${node}.${index + 2}`,
      port: 8080,
      text: `10.244.${node}.${index + 2}:8080`,
      nodeName: `node-${node}`,
      ready: state === "ready",
      serving: state !== "gone",
      terminating: state !== "ready",
      zoneHints: allHinted || hinted ? [`zone-${node}`] : [],
      nodeHints: [],
      podName: undefined,
    }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

test("iptables: the walk of a packet through the rules gives the endpoints, equally likely, and the same refusals", () => {
  fc.assert(
    fc.property(service, endpoints, fc.boolean(), (made, drawn, allHinted) => {
      const [port] = servicePorts(made, "IPv4");
      const all = toEndpoints(drawn, allHinted);
      const usable = usableEndpoints(port, all, CONFIG.node);
      const tables = new IptablesTables(CONFIG);
      tables.sync([{ port, endpoints: all, changed: true }], true);
      const cases = [
        ["clusterIP", port.clusterIP, 80],
        ...port.externalIPs.map((address) => ["loadBalancer", address, 80] as const),
        ...port.loadBalancerVIPs.map((address) => ["loadBalancer", address, 80] as const),
        ...(port.nodePort === 0 ? [] : [["nodePort", "192.168.0.1", port.nodePort] as const]),
      ] as const;
      for (const [via, destination, number] of cases) {
        for (const [source, inside, fromNode] of [
          ["10.244.1.200", true, false],
          ["192.168.0.1", true, true],
          ["203.0.113.9", false, false],
        ] as const) {
          const flow = walk(tables, CONFIG, { source, destination, port: number, protocol: "tcp", fromNode });
          const allowed = allowedEndpoints(usable, port, via, inside, IPTABLES);
          const title = `${via} from ${source}`;
          expect(
            flow.to.map(({ endpoint }) => endpoint),
            title,
          ).toEqual(allowed.map(({ text }) => text));
          for (const { probability } of flow.to) expect(probability).toBeCloseTo(1 / allowed.length, 8);
          // The node's own packets to an address that only others' packets are refused at go on.
          if (allowed.length === 0 && !fromNode) expect(flow.verdict, title).toBe(usable.anywhere ? "drop" : "reject");
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("IPVS: the real servers of each address are the endpoints that connections get", () => {
  fc.assert(
    fc.property(service, endpoints, fc.boolean(), (made, drawn, allHinted) => {
      const [port] = servicePorts(made, "IPv4");
      const all = toEndpoints(drawn, allHinted);
      const usable = usableEndpoints(port, all, CONFIG.node);
      for (const { address, realServers } of virtualServers([{ port, endpoints: all }], CONFIG)) {
        const via = address === port.clusterIP ? "clusterIP" : address === "192.168.0.1" ? "nodePort" : "loadBalancer";
        expect(realServers).toEqual(allowedEndpoints(usable, port, via, false, ipvsMode()));
      }
    }),
    { numRuns: 300 },
  );
});

test("a node's usable endpoints depend on nothing but what is said to tell nodes apart", () => {
  const nodes = [1, 2, 3, 4].map((node) => ({ name: `node-${node}`, zone: `zone-${(node % 2) + 1}` }));
  fc.assert(
    fc.property(service, endpoints, fc.boolean(), (made, drawn, allHinted) => {
      const [port] = servicePorts(made, "IPv4");
      const all = toEndpoints(drawn, allHinted);
      const by = differsBy(port, all);
      const seen = new Map<string, unknown>();
      for (const node of nodes) {
        const place = by === "everywhere" ? "" : by === "zone" ? node.zone : node.name;
        const usable = usableEndpoints(port, all, node);
        if (seen.has(place)) expect(usable).toEqual(seen.get(place));
        seen.set(place, usable);
      }
    }),
    { numRuns: 300 },
  );
});

test("rules counted by formula are those written, on a node without endpoints of its own", () => {
  fc.assert(
    fc.property(service, fc.integer({ min: 0, max: 6 }), (made, count) => {
      const [port] = servicePorts(made, "IPv4");
      const drawn = Array.from({ length: count }, () => ({ node: 2, state: "ready", hinted: false }));
      const all = toEndpoints(drawn, false);
      fc.pre(!port.internalPolicyLocal);
      const written = (table: {
        sync(ports: readonly object[], full: boolean, now: number): unknown;
        readonly ruleCount: number;
      }): number => {
        table.sync([], true, 0);
        const fixed = table.ruleCount;
        table.sync([{ port, endpoints: all, changed: true }], false, 0);
        return table.ruleCount - fixed;
      };
      expect(written(new IptablesTables(CONFIG))).toBe(IPTABLES.rulesOf(port, count).rules);
      expect(written(new NftablesTable(CONFIG))).toBe(NFTABLES.rulesOf(port, count).rules);
    }),
    { numRuns: 300 },
  );
});
