/**
 * The table kube-proxy of one node in nftables mode, sync by sync. Source: kube-proxy 1.36, pkg/proxy/nftables, and
 * https://kubernetes.io/blog/2025/02/28/nftables-kube-proxy/
 */
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { nodePortAddresses } from "../ipvs/virtual-servers.js";
import type { PortToSync } from "../iptables/tables.js";
import { MASQUERADE_MARK, type ProxyConfig } from "../proxy-config.js";
import { usableEndpoints } from "../topology.js";
import { isNftServiceChain } from "./names.js";
import { addElements, clusterIpMasqueradeRules, nftServiceChains, SHARED_SETS, type SharedSet } from "./service-rules.js";

/** Sets with keys only; the others map keys to verdicts. */
const PLAIN_SETS: ReadonlySet<string> = new Set<SharedSet>(["cluster-ips", "hairpin-connections"]);

/** A flushed chain may be deleted after this long: kernels before 6.2 still count a deleted map element as a reference for a moment. */
const STALE_CHAIN_AGE: SimTime = SECOND;

export interface NftablesSync {
  readonly full: boolean;
  /** Operations of the transaction that concern services; the fixed part is not counted. */
  readonly operations: number;
}

export class NftablesTable {
  readonly chains = new Map<string, readonly string[]>();
  /** Elements of sets, and of maps with what they are mapped to. */
  private readonly elements = new Map<string, Map<string, string | undefined>>();
  private readonly affinitySets = new Set<string>();
  private readonly staleSince = new Map<string, SimTime>();

  constructor(private readonly config: ProxyConfig) {
    for (const [chain, rules] of fixedChains(config)) this.chains.set(chain, rules);
    for (const set of SHARED_SETS) this.elements.set(set, new Map());
    if (config.nodePortAddresses.length > 0) {
      this.elements.set("nodeport-ips", new Map(nodePortAddresses(config).map((address) => [address, undefined])));
    }
  }

  get ruleCount(): number {
    let count = 0;
    for (const rules of this.chains.values()) count += rules.length;
    return count;
  }

  /** Elements of all sets without verdicts, as nft writes them. */
  sets(): Map<string, string[]> {
    const sets = new Map<string, string[]>();
    for (const [set, elements] of this.elements)
      if (isPlain(set))
        sets.set(
          set,
          [...elements.keys()].map((key) => `{ ${key} }`),
        );
    for (const set of this.affinitySets) sets.set(set, []);
    return sets;
  }

  /** Elements of all verdict maps, as nft writes them. */
  maps(): Map<string, string[]> {
    const maps = new Map<string, string[]>();
    for (const [map, elements] of this.elements) {
      if (!isPlain(map))
        maps.set(
          map,
          [...elements].map(([key, value]) => `{ ${key} : ${value!} }`),
        );
    }
    return maps;
  }

  /** Brings the table in line with all service ports; an incremental sync touches what changed only. */
  sync(ports: readonly PortToSync[], full: boolean, now: SimTime): NftablesSync {
    let operations = this.deleteStaleChains(now);
    const wanted = new Map<string, Map<string, string | undefined>>(SHARED_SETS.map((set) => [set, new Map<string, string | undefined>()]));
    const active = new Set<string>();
    const activeAffinity = new Set<string>();
    for (const { port, endpoints, changed } of ports) {
      const usable = usableEndpoints(port, endpoints, this.config.node);
      addElements(port, usable, this.config, (set, key, value) => wanted.get(set)!.set(key, value));
      const { chains, affinitySets } = nftServiceChains(port, usable, this.config);
      for (const chain of chains.keys()) active.add(chain);
      for (const set of affinitySets) activeAffinity.add(set);
      if (!full && !changed) continue;
      // Each chain is added where it is new, and flushed before its rules are written.
      for (const [chain, rules] of chains) {
        this.chains.set(chain, rules);
        operations += 2 + rules.length;
      }
      for (const set of affinitySets) this.affinitySets.add(set);
      operations += affinitySets.length;
    }
    operations += this.replaceElements(wanted);
    operations += this.flushUnused(active, now);
    for (const set of this.affinitySets) {
      if (activeAffinity.has(set)) continue;
      this.affinitySets.delete(set);
      operations++;
    }
    return { full, operations };
  }

  private replaceElements(wanted: ReadonlyMap<string, Map<string, string | undefined>>): number {
    let operations = 0;
    for (const [set, elements] of wanted) {
      const present = this.elements.get(set)!;
      for (const [key, value] of present) {
        if (!elements.has(key) || elements.get(key) !== value) operations++;
      }
      for (const [key, value] of elements) {
        if (!present.has(key) || present.get(key) !== value) operations++;
      }
      this.elements.set(set, elements);
    }
    return operations;
  }

  /** Empties chains that no service needs any more; they are deleted at a later sync. */
  private flushUnused(active: ReadonlySet<string>, now: SimTime): number {
    let operations = 0;
    for (const chain of this.chains.keys()) {
      if (!isNftServiceChain(chain)) continue;
      if (active.has(chain)) {
        this.staleSince.delete(chain);
      } else {
        this.chains.set(chain, []);
        this.staleSince.set(chain, now);
        operations++;
      }
    }
    return operations;
  }

  private deleteStaleChains(now: SimTime): number {
    let operations = 0;
    for (const [chain, since] of this.staleSince) {
      if (now - since <= STALE_CHAIN_AGE) continue;
      this.chains.delete(chain);
      this.staleSince.delete(chain);
      operations++;
    }
    return operations;
  }
}

function isPlain(set: string): boolean {
  return PLAIN_SETS.has(set) || set === "nodeport-ips";
}

function fixedChains(config: ProxyConfig): Map<string, readonly string[]> {
  const ip = config.family === "IPv6" ? "ip6" : "ip";
  const loopback = config.family === "IPv6" ? "::1" : "127.0.0.0/8";
  const isNew = "ct state new jump";
  const lookUp = `${ip} daddr . meta l4proto . th dport vmap`;
  const chosen = config.nodePortAddresses.length > 0;
  const nodePortLookUp = chosen
    ? `${ip} daddr @nodeport-ips meta l4proto . th dport vmap`
    : `${ip} daddr != ${loopback} meta l4proto . th dport vmap`;
  const unallocated =
    config.serviceCIDRs.length === 0
      ? []
      : [`${ip} daddr { ${config.serviceCIDRs.join(" , ")} } drop comment "Drop traffic to unallocated ClusterIPs"`];
  return new Map<string, readonly string[]>([
    ["nat-prerouting", ["jump services"]],
    ["nat-output", ["jump services"]],
    ["nat-postrouting", ["jump masquerading"]],
    ["filter-prerouting-pre-dnat", [`${isNew} firewall-check`]],
    ["filter-output-pre-dnat", [`${isNew} firewall-check`]],
    ["filter-input", [`${isNew} nodeport-endpoints-check`, `${isNew} service-endpoints-check`]],
    ["filter-forward", [`${isNew} service-endpoints-check`, `${isNew} cluster-ips-check`]],
    ["filter-output", [`${isNew} service-endpoints-check`, `${isNew} cluster-ips-check`]],
    ["firewall-check", [`${lookUp} @firewall-ips`]],
    ["service-endpoints-check", [`${lookUp} @no-endpoint-services`]],
    ["nodeport-endpoints-check", [`${nodePortLookUp} @no-endpoint-nodeports`]],
    ["cluster-ips-check", [`${ip} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"`, ...unallocated]],
    ["reject-chain", ["reject"]],
    [
      "services",
      [
        ...clusterIpMasqueradeRules(config),
        `${lookUp} @service-ips`,
        chosen ? `${nodePortLookUp} @service-nodeports` : `fib daddr type local ${nodePortLookUp} @service-nodeports`,
      ],
    ],
    [
      "masquerading",
      [
        `mark and ${MASQUERADE_MARK} != 0 mark set mark xor ${MASQUERADE_MARK} masquerade fully-random`,
        `ct status dnat ${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random`,
      ],
    ],
  ]);
}
