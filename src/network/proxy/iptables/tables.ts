/**
 * The tables nat and filter of one node as kube-proxy writes them, sync by sync.
 *
 * A full sync writes everything. An incremental one writes the dispatch rules of all services, since these chains are replaced as a whole,
 * and the chains of services that changed. Source: kube-proxy's `syncProxyRules` (KEP-3453, minimised iptables-restore).
 */
import { Cidr } from "../../address.js";
import { loopbackRange, MASQUERADE_MARK, type ProxyConfig } from "../proxy-config.js";
import type { TranslatedPort } from "../service-tracker.js";
import { usableEndpoints } from "../topology.js";
import { isServiceChain } from "./chain-names.js";
import { type IptablesRule, ruleText } from "./rule.js";
import { addDispatchRules, answersOnLoopback, type DispatchRules, serviceChains } from "./service-rules.js";

/** Beyond so many endpoints kube-proxy leaves comments out and stale chains in. Source: largeClusterEndpointsThreshold of pkg/proxy/iptables. */
export const LARGE_CLUSTER_ENDPOINTS = 1000;

export type TableName = "nat" | "filter";

/** What one sync handed to iptables-restore. */
export interface IptablesSync {
  readonly full: boolean;
  readonly rules: number;
  readonly chains: number;
  readonly bytes: number;
}

type Chains = Map<string, readonly IptablesRule[]>;

/** One service port with its endpoints, and whether its own chains have to be written. */
export interface PortToSync extends TranslatedPort {
  readonly changed: boolean;
}

export class IptablesTables {
  readonly nat: Chains = new Map();
  readonly filter: Chains = new Map();
  private syncedBefore = false;

  constructor(private readonly config: ProxyConfig) {
    for (const [chain, rules] of builtInNat()) this.nat.set(chain, rules);
    for (const [chain, rules] of builtInFilter()) this.filter.set(chain, rules);
  }

  table(name: TableName): ReadonlyMap<string, readonly IptablesRule[]> {
    return name === "nat" ? this.nat : this.filter;
  }

  /** Number of rules in both tables. */
  get ruleCount(): number {
    let count = 0;
    for (const table of [this.nat, this.filter]) for (const rules of table.values()) count += rules.length;
    return count;
  }

  /** Writes the rules of all service ports; a sync that is not full leaves the chains of unchanged ones as they are. */
  sync(ports: readonly PortToSync[], full: boolean): IptablesSync {
    const { config } = this;
    const dispatch = emptyDispatch();
    const nat: Chains = new Map();
    const active = new Set<string>();
    let endpoints = 0;
    for (const port of ports) endpoints += port.endpoints.length;
    const large = endpoints > LARGE_CLUSTER_ENDPOINTS;
    for (const { port, endpoints: all, changed } of ports) {
      const usable = usableEndpoints(port, all, config.node);
      addDispatchRules(port, usable, config, dispatch);
      const chains = serviceChains(port, usable, config, !large);
      for (const [chain, rules] of chains) {
        active.add(chain);
        if (full || changed) nat.set(chain, rules);
      }
    }
    for (const [chain, rules] of fixedNat(config, dispatch)) nat.set(chain, rules);
    const filter = fixedFilter(config, dispatch);

    // Looking for stale chains is slow where there are many; nothing leads to them.
    const stale = large && this.syncedBefore ? [] : [...this.nat.keys()].filter((chain) => isServiceChain(chain) && !active.has(chain));
    for (const [chain, rules] of nat) this.nat.set(chain, rules);
    for (const [chain, rules] of filter) this.filter.set(chain, rules);
    for (const chain of stale) this.nat.delete(chain);
    this.syncedBefore = true;
    return measure(full, filter, nat, stale);
  }
}

function emptyDispatch(): DispatchRules {
  return {
    natServices: [],
    natNodePorts: [],
    filterServices: [],
    filterExternalServices: [],
    filterNodePorts: [],
    filterProxyFirewall: [],
  };
}

/** Counts what iptables-restore reads: a line for each table, chain and rule. */
function measure(full: boolean, filter: Chains, nat: Chains, stale: readonly string[]): IptablesSync {
  let rules = 0;
  let bytes = "*filter\n".length + "*nat\n".length + 2 * "COMMIT\n".length;
  for (const table of [filter, nat]) {
    for (const [chain, list] of table) {
      bytes += chainLine(chain).length;
      for (const rule of list) bytes += `-A ${chain} ${ruleText(rule)}\n`.length;
      rules += list.length;
    }
  }
  for (const chain of stale) bytes += chainLine(chain).length + `-X ${chain}\n`.length;
  return { full, rules, chains: filter.size + nat.size + stale.length, bytes };
}

function chainLine(chain: string): string {
  return `:${chain} - [0:0]\n`;
}

function fixedNat(config: ProxyConfig, dispatch: DispatchRules): Chains {
  return new Map<string, readonly IptablesRule[]>([
    ["KUBE-SERVICES", [...dispatch.natServices, ...nodePortJumps(config)]],
    ["KUBE-NODEPORTS", dispatch.natNodePorts],
    [
      "KUBE-POSTROUTING",
      [
        { text: `-m mark ! --mark ${MASQUERADE_MARK}/${MASQUERADE_MARK} -j RETURN` },
        // The mark is taken off, so that the packet is not masqueraded again in another network namespace.
        { text: `-j MARK --xor-mark ${MASQUERADE_MARK}` },
        { text: '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully' },
      ],
    ],
    ["KUBE-MARK-MASQ", [{ text: `-j MARK --or-mark ${MASQUERADE_MARK}` }]],
  ]);
}

/** Jumps from KUBE-SERVICES to the node ports: for any address of the node, or for the chosen ones. */
function nodePortJumps(config: ProxyConfig): IptablesRule[] {
  const comment = "kubernetes service nodeports; NOTE: this must be the last rule in this chain";
  const target = "KUBE-NODEPORTS";
  if (config.nodePortAddresses.length === 0) {
    return [
      { comment, destinationIsLocal: true, ...(answersOnLoopback(config) ? {} : { notDestination: loopbackRange(config.family) }), target },
    ];
  }
  const ranges = config.nodePortAddresses.map((range) => Cidr.parse(range)).filter(({ family }) => family === config.family);
  return config.nodeAddresses
    .filter((address) => ranges.some((range) => range.contains(address)))
    .map((destination) => ({ comment, destination, target }));
}

function fixedFilter(config: ProxyConfig, dispatch: DispatchRules): Chains {
  const loopback = loopbackRange("IPv4");
  const localnet = `-m comment --comment "block incoming localnet connections" -d ${loopback} ! -s ${loopback} -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP`;
  const filter = new Map<string, readonly IptablesRule[]>([
    ["KUBE-SERVICES", dispatch.filterServices],
    ["KUBE-EXTERNAL-SERVICES", dispatch.filterExternalServices],
    [
      "KUBE-FORWARD",
      [
        { text: "-m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP" },
        { text: `-m comment --comment "kubernetes forwarding rules" -m mark --mark ${MASQUERADE_MARK}/${MASQUERADE_MARK} -j ACCEPT` },
        { text: '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' },
      ],
    ],
    ["KUBE-NODEPORTS", dispatch.filterNodePorts],
    ["KUBE-PROXY-FIREWALL", dispatch.filterProxyFirewall],
  ]);
  // Needed where the kernel routes loopback addresses, so that node ports answer there.
  if (answersOnLoopback(config)) filter.set("KUBE-FIREWALL", [{ text: localnet }]);
  return filter;
}

function jump(text: string): IptablesRule {
  return { text, target: text.slice(text.lastIndexOf(" ") + 1) };
}

function builtInNat(): Chains {
  const services = jump("-m comment --comment kubernetes service portals -j KUBE-SERVICES");
  return new Map<string, readonly IptablesRule[]>([
    ["PREROUTING", [services]],
    ["OUTPUT", [services]],
    ["POSTROUTING", [jump("-m comment --comment kubernetes postrouting rules -j KUBE-POSTROUTING")]],
  ]);
}

function builtInFilter(): Chains {
  const isNew = "-m conntrack --ctstate NEW -m comment --comment";
  const firewall = jump(`${isNew} kubernetes load balancer firewall -j KUBE-PROXY-FIREWALL`);
  const services = jump(`${isNew} kubernetes service portals -j KUBE-SERVICES`);
  const external = jump(`${isNew} kubernetes externally-visible service portals -j KUBE-EXTERNAL-SERVICES`);
  const loopback = jump("-j KUBE-FIREWALL");
  const forwarding = jump("-m comment --comment kubernetes forwarding rules -j KUBE-FORWARD");
  const healthChecks = jump("-m comment --comment kubernetes health check service ports -j KUBE-NODEPORTS");
  return new Map<string, readonly IptablesRule[]>([
    ["INPUT", [loopback, firewall, healthChecks, external]],
    ["FORWARD", [firewall, forwarding, services, external]],
    ["OUTPUT", [loopback, firewall, services]],
    ["KUBE-FIREWALL", []],
  ]);
}
