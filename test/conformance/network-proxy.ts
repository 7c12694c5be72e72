/** Golden kind `network-proxy`: what kube-proxy writes on one node for Services and EndpointSlices, in each of its modes. */
import type { EndpointSlice, Service } from "../../src/api/types/network.js";
import { familyOf, type IpFamily } from "../../src/network/address.js";
import { type IptablesRule, ruleText } from "../../src/network/proxy/iptables/rule.js";
import { type IptablesSync, IptablesTables } from "../../src/network/proxy/iptables/tables.js";
import { type Flow, type RuleTables, walk } from "../../src/network/proxy/iptables/walk.js";
import { ipSetName, ipSets } from "../../src/network/proxy/ipvs/ip-sets.js";
import { ipvsChains } from "../../src/network/proxy/ipvs/iptables-rules.js";
import { virtualServers } from "../../src/network/proxy/ipvs/virtual-servers.js";
import { NftablesTable } from "../../src/network/proxy/nftables/table.js";
import type { ProxyConfig } from "../../src/network/proxy/proxy-config.js";
import type { Protocol } from "../../src/network/proxy/service-port.js";
import { ServiceTracker, type TranslatedPort } from "../../src/network/proxy/service-tracker.js";

export const kind = "network-proxy";

interface Step {
  readonly services?: readonly Service[];
  readonly endpointSlices?: readonly EndpointSlice[];
  readonly deleteServices?: readonly string[];
  readonly deleteEndpointSlices?: readonly string[];
}

interface ExpectedFlow {
  readonly from: string;
  readonly src: string;
  readonly dst: string;
  readonly port: number;
  readonly protocol: string;
  readonly verdict: string;
  readonly to?: Flow["to"];
  readonly rulesTraversed: number;
}

interface ExpectedIptables {
  readonly chains?: Readonly<Record<"nat" | "filter", Readonly<Record<string, readonly string[]>>>>;
  readonly flows?: readonly ExpectedFlow[];
  readonly syncs: readonly IptablesSync[];
  readonly rulesTotal: number;
  readonly rulesNat: number;
  readonly rulesFilter: number;
  readonly chainsTotal: number;
  readonly rulesByKind: Readonly<Record<string, number>>;
}

interface ExpectedIpvs {
  readonly virtualServers?: readonly unknown[];
  readonly boundAddresses: readonly string[];
  readonly ipsets?: Readonly<Record<string, readonly string[]>>;
  readonly chains?: Readonly<Record<"nat" | "filter", Readonly<Record<string, readonly string[]>>>>;
  readonly virtualServerCount: number;
  readonly realServerCount: number;
  readonly ipsetEntries: number;
  readonly iptablesRules: number;
}

interface ExpectedNftables {
  readonly chains?: Readonly<Record<string, readonly string[]>>;
  readonly sets?: Readonly<Record<string, readonly string[]>>;
  readonly maps?: Readonly<Record<string, readonly string[]>>;
  readonly elementCounts: Readonly<Record<string, number>>;
  readonly rulesTotal: number;
  readonly chainsTotal: number;
  readonly rulesByKind: Readonly<Record<string, number>>;
  readonly syncs: readonly { readonly full: boolean; readonly operations: number }[];
}

interface NetworkProxyCase {
  readonly node: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly ips: readonly string[] };
  readonly config: {
    readonly clusterCIDRs: readonly string[];
    readonly serviceCIDRs: readonly string[];
    readonly detectLocalByClusterCIDR: boolean;
    readonly masqueradeAll: boolean;
    readonly nodePortAddresses: readonly string[];
    readonly localhostNodePorts: boolean;
    readonly ipFamilies: readonly IpFamily[];
    readonly ipvsScheduler: string;
  };
  readonly steps: readonly Step[];
  readonly expected: {
    readonly iptables?: Readonly<Record<string, ExpectedIptables>>;
    readonly ipvs?: Readonly<Record<string, ExpectedIpvs>>;
    readonly nftables?: Readonly<Record<string, ExpectedNftables>>;
  };
}

/** Chains whose order means nothing: the proxy writes them in a new order at every sync. */
const UNORDERED = new Set(["KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES", "KUBE-NODEPORTS", "KUBE-PROXY-FIREWALL"]);

/** The differences between a case and what the simulator writes; none where it passes. */
export function check(testCase: unknown): string[] {
  const body = testCase as NetworkProxyCase;
  const differences: string[] = [];
  for (const family of body.config.ipFamilies) {
    const config = configOf(body, family);
    const expectedIptables = body.expected.iptables?.[family];
    if (expectedIptables !== undefined) differences.push(...checkIptables(body, config, expectedIptables));
    const expectedIpvs = body.expected.ipvs?.[family];
    if (expectedIpvs !== undefined) differences.push(...checkIpvs(body, config, expectedIpvs));
    const expectedNftables = body.expected.nftables?.[family];
    if (expectedNftables !== undefined) differences.push(...checkNftables(body, config, expectedNftables));
  }
  return differences;
}

function configOf({ node, config }: NetworkProxyCase, family: IpFamily): ProxyConfig {
  const ofFamily = (addresses: readonly string[]): string[] => addresses.filter((address) => familyOf(address) === family);
  return {
    family,
    node: { name: node.name, zone: node.labels["topology.kubernetes.io/zone"] ?? "" },
    nodeAddresses: ofFamily(node.ips),
    localCIDR: config.detectLocalByClusterCIDR ? ofFamily(config.clusterCIDRs)[0] : undefined,
    serviceCIDRs: ofFamily(config.serviceCIDRs),
    masqueradeAll: config.masqueradeAll,
    nodePortAddresses: config.nodePortAddresses,
    localhostNodePorts: config.localhostNodePorts,
    ipvsScheduler: config.ipvsScheduler,
  };
}

/** Replays the steps; calls `sync` after each with all service ports in the order of their names. */
function replay(
  body: NetworkProxyCase,
  family: IpFamily,
  sync: (ports: (TranslatedPort & { changed: boolean })[], full: boolean) => void,
): void {
  const tracker = new ServiceTracker(family);
  const slices = new Map<string, EndpointSlice>();
  for (const [index, step] of body.steps.entries()) {
    for (const service of step.services ?? []) tracker.setService(service);
    for (const key of step.deleteServices ?? []) tracker.removeService(key);
    for (const slice of step.endpointSlices ?? []) {
      slices.set(`${slice.metadata.namespace ?? ""}/${slice.metadata.name}`, slice);
      tracker.setSlice(slice);
    }
    for (const key of step.deleteEndpointSlices ?? []) tracker.removeSlice(slices.get(key)!);
    const changes = tracker.takeChanges();
    const keys = [...tracker.keys()].sort();
    sync(
      keys.flatMap((key) => tracker.translate(key).ports.map(({ port, endpoints }) => ({ port, endpoints, changed: changes.has(key) }))),
      index === 0,
    );
  }
}

function checkIptables(body: NetworkProxyCase, config: ProxyConfig, expected: ExpectedIptables): string[] {
  const differences: string[] = [];
  const tables = new IptablesTables(config);
  const syncs: IptablesSync[] = [];
  replay(body, config.family, (ports, full) => syncs.push(tables.sync(ports, full)));

  const where = `iptables ${config.family}`;
  const counts = { nat: 0, filter: 0 };
  const byKind: Record<string, number> = {};
  for (const name of ["nat", "filter"] as const) {
    const texts = new Map([...tables.table(name)].map(([chain, rules]) => [chain, rules.map(ruleText)]));
    for (const [chain, rules] of texts) {
      counts[name] += rules.length;
      const kindOfChain = `${name}/${chain.replace(/^(KUBE-(?:SVC|SVL|SEP|EXT|FW))-.*/, "$1")}`;
      byKind[kindOfChain] = (byKind[kindOfChain] ?? 0) + rules.length;
    }
    if (expected.chains !== undefined) differences.push(...compareChains(`${where} ${name}`, texts, expected.chains[name]));
  }
  compare(differences, `${where} rules`, counts, { nat: expected.rulesNat, filter: expected.rulesFilter });
  compare(differences, `${where} rulesTotal`, tables.ruleCount, expected.rulesTotal);
  compare(differences, `${where} chainsTotal`, tables.nat.size + tables.filter.size, expected.chainsTotal);
  compare(differences, `${where} rulesByKind`, byKind, expected.rulesByKind);
  compare(differences, `${where} syncs`, syncs, expected.syncs);
  const ordered = { nat: inTextOrder(tables.nat), filter: inTextOrder(tables.filter) };
  for (const flow of expected.flows ?? []) compareFlow(differences, `${where} flow`, ordered, config, flow);
  return differences;
}

/** The order for which the cases give the number of rules traversed: by text, the jump to the node ports last. */
function inTextOrder(chains: ReadonlyMap<string, readonly IptablesRule[]>): Map<string, readonly IptablesRule[]> {
  const key = (rule: IptablesRule): string => `${rule.target === "KUBE-NODEPORTS" ? 1 : 0}${ruleText(rule)}`;
  return new Map(
    [...chains].map(([chain, rules]) => [chain, UNORDERED.has(chain) ? [...rules].sort((a, b) => (key(a) < key(b) ? -1 : 1)) : rules]),
  );
}

function checkIpvs(body: NetworkProxyCase, config: ProxyConfig, expected: ExpectedIpvs): string[] {
  const differences: string[] = [];
  let ports: readonly TranslatedPort[] = [];
  replay(body, config.family, (all) => (ports = all));
  const where = `ipvs ${config.family}`;
  const servers = virtualServers(ports, config);
  const sets = ipSets(ports, config);
  const chains = ipvsChains(ports, sets, config);

  const rows = servers.map(({ address, port, protocol, scheduler, persistenceSeconds, realServers }) => ({
    address,
    port,
    protocol: protocol.toUpperCase(),
    scheduler,
    persistent: persistenceSeconds > 0,
    timeoutSeconds: persistenceSeconds,
    realServers: realServers.map((server) => ({ address: server.address, port: server.port, weight: 1 })),
  }));
  if (expected.virtualServers !== undefined) compare(differences, `${where} virtualServers`, sorted(rows), sorted(expected.virtualServers));
  compare(differences, `${where} virtualServerCount`, rows.length, expected.virtualServerCount);
  const realServerCount = rows.reduce((sum, { realServers }) => sum + realServers.length, 0);
  compare(differences, `${where} realServerCount`, realServerCount, expected.realServerCount);
  compare(differences, `${where} boundAddresses`, [...(sets.get("IPVS-IPS") ?? [])].sort(), [...expected.boundAddresses].sort());
  const named = Object.fromEntries([...sets].map(([set, entries]) => [ipSetName(set, config), [...entries].sort()]));
  if (expected.ipsets !== undefined) compare(differences, `${where} ipsets`, named, expected.ipsets);
  const entries = Object.values(named).reduce((sum, set) => sum + set.length, 0);
  compare(differences, `${where} ipsetEntries`, entries, expected.ipsetEntries);
  let rules = 0;
  for (const name of ["nat", "filter"] as const) {
    for (const chain of chains[name].values()) rules += chain.length;
    if (expected.chains !== undefined) differences.push(...compareChains(`${where} ${name}`, chains[name], expected.chains[name]));
  }
  compare(differences, `${where} iptablesRules`, rules, expected.iptablesRules);
  return differences;
}

/** Operations of the fixed part of a full sync: table, chains, sets, maps, and their constant rules; one more for each chosen node address. */
function fixedOperations(config: ProxyConfig): number {
  const masquerade = config.masqueradeAll || config.localCIDR !== undefined ? 78 : 77;
  return masquerade + (config.nodePortAddresses.length > 0 ? 1 : 0);
}

function checkNftables(body: NetworkProxyCase, config: ProxyConfig, expected: ExpectedNftables): string[] {
  const differences: string[] = [];
  const table = new NftablesTable(config);
  const syncs: { full: boolean; operations: number }[] = [];
  replay(body, config.family, (ports, full) => {
    const { operations } = table.sync(ports, full, 0);
    syncs.push({ full, operations: operations + (full ? fixedOperations(config) : 0) });
  });
  const where = `nftables ${config.family}`;
  if (expected.chains !== undefined) differences.push(...compareChains(where, table.chains, expected.chains));
  const inOrder = (sets: ReadonlyMap<string, readonly string[]>): unknown =>
    Object.fromEntries([...sets].map(([set, elements]) => [set, [...elements].sort()]));
  if (expected.sets !== undefined) compare(differences, `${where} sets`, inOrder(table.sets()), expected.sets);
  if (expected.maps !== undefined) compare(differences, `${where} maps`, inOrder(table.maps()), expected.maps);
  const counts = Object.fromEntries([...table.sets(), ...table.maps()].map(([set, elements]) => [set, elements.length]));
  compare(differences, `${where} elementCounts`, counts, expected.elementCounts);
  compare(differences, `${where} rulesTotal`, table.ruleCount, expected.rulesTotal);
  compare(differences, `${where} chainsTotal`, table.chains.size, expected.chainsTotal);
  const byKind: Record<string, number> = {};
  for (const [chain, rules] of table.chains) {
    const kindOfChain = chain.replace(/^(service|local|external|firewall|endpoint)-[A-Z2-7]{8}-.*/, "$1");
    byKind[kindOfChain] = (byKind[kindOfChain] ?? 0) + rules.length;
  }
  compare(differences, `${where} rulesByKind`, byKind, expected.rulesByKind);
  const expectedSyncs = expected.syncs.map(({ full, operations }) => ({ full, operations }));
  compare(differences, `${where} syncs`, syncs, expectedSyncs);
  return differences;
}

function sorted(rows: readonly unknown[]): unknown[] {
  return rows.map(canonical).sort();
}

function compareFlow(differences: string[], where: string, tables: RuleTables, config: ProxyConfig, expected: ExpectedFlow): void {
  const packet = {
    source: expected.src,
    destination: expected.dst,
    port: expected.port,
    protocol: expected.protocol.toLowerCase() as Protocol,
    fromNode: expected.from === "node",
  };
  const { verdict, to, rulesTraversed } = walk(tables, config, packet);
  const rounded = (flows: Flow["to"] = []): unknown =>
    flows.map(({ endpoint, probability, snat }) => `${endpoint} ${probability.toFixed(6)} ${snat}`).sort();
  const title = `${where} ${expected.from} -> ${expected.dst}:${expected.port}`;
  compare(differences, title, { verdict, to: rounded(to) }, { verdict: expected.verdict, to: rounded(expected.to) });
  compare(differences, `${title} rulesTraversed`, rulesTraversed.toFixed(4), expected.rulesTraversed.toFixed(4));
}

function compareChains(
  where: string,
  actual: ReadonlyMap<string, readonly string[]>,
  expected: Readonly<Record<string, readonly string[]>>,
): string[] {
  const differences: string[] = [];
  const normal = (chain: string, rules: readonly string[] | undefined): unknown =>
    rules === undefined ? undefined : UNORDERED.has(chain) ? [...rules].sort() : rules;
  for (const chain of new Set([...actual.keys(), ...Object.keys(expected)])) {
    compare(differences, `${where} ${chain}`, normal(chain, actual.get(chain)), normal(chain, expected[chain]));
  }
  return differences;
}

function compare(differences: string[], what: string, actual: unknown, expected: unknown): void {
  const [was, should] = [canonical(actual), canonical(expected)];
  if (was !== should) differences.push(`${what} is ${was}, expected ${should}`);
}

/** JSON with the keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
