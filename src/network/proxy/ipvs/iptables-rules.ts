/** The iptables rules beside IPVS: so many whatever the number of services, as they match sets. Source: kube-proxy 1.36, pkg/proxy/ipvs. */
import { loopbackRange, MASQUERADE_MARK, type ProxyConfig } from "../proxy-config.js";
import type { TranslatedPort } from "../service-tracker.js";
import { allowsNode, ipSetName, type IpSets } from "./ip-sets.js";

export interface IpvsChains {
  readonly nat: ReadonlyMap<string, readonly string[]>;
  readonly filter: ReadonlyMap<string, readonly string[]>;
}

/** A rule that is there while its set has entries. */
interface SetRule {
  readonly set: string;
  readonly comment: string;
  readonly chain: string;
  readonly target: string;
  readonly match: string;
  readonly protocol?: string;
}

const NODE_PORT_RULES: readonly SetRule[] = ["TCP", "UDP", "SCTP"].flatMap((protocol) => {
  const suffix = protocol === "SCTP" ? "SCTP-HASH" : protocol;
  const match = protocol === "SCTP" ? "dst,dst" : "dst";
  const shared = { chain: "KUBE-NODE-PORT", match, protocol: protocol.toLowerCase() };
  const nodePort = protocol === "SCTP" ? "nodeport SCTP port" : `nodeport ${protocol} port`;
  return [
    { ...shared, set: `NODE-PORT-LOCAL-${suffix}`, comment: `Kubernetes ${nodePort} with externalTrafficPolicy=local`, target: "RETURN" },
    { ...shared, set: `NODE-PORT-${suffix}`, comment: `Kubernetes ${nodePort} for masquerade purpose`, target: "KUBE-MARK-MASQ" },
  ];
});

const SET_RULES: readonly SetRule[] = [
  {
    set: "LOOP-BACK",
    comment: "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose",
    chain: "KUBE-POSTROUTING",
    target: "MASQUERADE",
    match: "dst,dst,src",
  },
  { set: "LOAD-BALANCER", comment: "Kubernetes service lb portal", chain: "KUBE-SERVICES", target: "KUBE-LOAD-BALANCER", match: "dst,dst" },
  {
    set: "LOAD-BALANCER-LOCAL",
    comment: "Kubernetes service load balancer ip + port with externalTrafficPolicy=local",
    chain: "KUBE-LOAD-BALANCER",
    target: "RETURN",
    match: "dst,dst",
  },
  ...NODE_PORT_RULES,
  {
    set: "LOAD-BALANCER-FW",
    comment: "Kubernetes service load balancer ip + port for load balancer with sourceRange",
    chain: "KUBE-PROXY-FIREWALL",
    target: "KUBE-SOURCE-RANGES-FIREWALL",
    match: "dst,dst",
  },
  {
    set: "LOAD-BALANCER-SOURCE-CIDR",
    comment: "Kubernetes service load balancer ip + port + source cidr for packet filter purpose",
    chain: "KUBE-SOURCE-RANGES-FIREWALL",
    target: "RETURN",
    match: "dst,dst,src",
  },
  {
    set: "LOAD-BALANCER-SOURCE-IP",
    comment: "Kubernetes service load balancer ip + port + source IP for packet filter purpose",
    chain: "KUBE-SOURCE-RANGES-FIREWALL",
    target: "RETURN",
    match: "dst,dst,src",
  },
];

/** Chains of both tables, rules as iptables-restore reads them without "-A CHAIN". */
export function ipvsChains(ports: readonly TranslatedPort[], sets: IpSets, config: ProxyConfig): IpvsChains {
  const matching = (set: string, match: string): string => `-m set --match-set ${ipSetName(set, config)} ${match}`;
  const rulesOf = (chain: string): string[] =>
    SET_RULES.filter((rule) => rule.chain === chain && sets.has(rule.set)).map(({ set, comment, match, target, protocol }) => {
      const prefix = protocol === undefined ? "" : `-p ${protocol} `;
      return `${prefix}-m comment --comment "${comment}" ${matching(set, match)} -j ${target}`;
    });
  const nat = new Map<string, readonly string[]>([
    ["PREROUTING", ["-m comment --comment kubernetes service portals -j KUBE-SERVICES"]],
    ["OUTPUT", ["-m comment --comment kubernetes service portals -j KUBE-SERVICES"]],
    ["POSTROUTING", ["-m comment --comment kubernetes postrouting rules -j KUBE-POSTROUTING"]],
    ["KUBE-SERVICES", [...rulesOf("KUBE-SERVICES"), ...serviceRules(sets, config, matching)]],
    ["KUBE-NODE-PORT", rulesOf("KUBE-NODE-PORT")],
    ["KUBE-LOAD-BALANCER", [...rulesOf("KUBE-LOAD-BALANCER"), "-j KUBE-MARK-MASQ"]],
    [
      "KUBE-POSTROUTING",
      [
        ...rulesOf("KUBE-POSTROUTING"),
        `-m mark ! --mark ${MASQUERADE_MARK}/${MASQUERADE_MARK} -j RETURN`,
        `-j MARK --xor-mark ${MASQUERADE_MARK}`,
        '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
      ],
    ],
    ["KUBE-MARK-MASQ", [`-j MARK --or-mark ${MASQUERADE_MARK}`]],
  ]);
  const known = ["LOAD-BALANCER", "CLUSTER-IP", "EXTERNAL-IP", "EXTERNAL-IP-LOCAL"].map((set) => `${matching(set, "dst,dst")} -j RETURN`);
  const filter = new Map<string, readonly string[]>([
    [
      "INPUT",
      [
        "-m comment --comment kubernetes ipvs access filter -j KUBE-IPVS-FILTER",
        "-m comment --comment kube-proxy firewall rules -j KUBE-PROXY-FIREWALL",
        "-m comment --comment kubernetes health check rules -j KUBE-NODE-PORT",
      ],
    ],
    [
      "FORWARD",
      [
        "-m comment --comment kube-proxy firewall rules -j KUBE-PROXY-FIREWALL",
        "-m comment --comment kubernetes forwarding rules -j KUBE-FORWARD",
      ],
    ],
    ["OUTPUT", ["-m comment --comment kubernetes ipvs access filter -j KUBE-IPVS-OUT-FILTER"]],
    [
      "KUBE-FORWARD",
      [
        `-m comment --comment "kubernetes forwarding rules" -m mark --mark ${MASQUERADE_MARK}/${MASQUERADE_MARK} -j ACCEPT`,
        '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ],
    ],
    ["KUBE-NODE-PORT", [`-m comment --comment "Kubernetes health check node port" ${matching("HEALTH-CHECK-NODE-PORT", "dst")} -j ACCEPT`]],
    ["KUBE-PROXY-FIREWALL", rulesOf("KUBE-PROXY-FIREWALL")],
    ["KUBE-SOURCE-RANGES-FIREWALL", [...rulesOf("KUBE-SOURCE-RANGES-FIREWALL"), "-j DROP"]],
    [
      "KUBE-IPVS-FILTER",
      [
        ...known,
        `${matching("HEALTH-CHECK-NODE-PORT", "dst")} -j RETURN`,
        // Service addresses are the node's own: without this rule its other ports would answer there.
        `-m conntrack --ctstate NEW ${matching("IPVS-IPS", "dst")} -j REJECT`,
      ],
    ],
    ["KUBE-IPVS-OUT-FILTER", outFilterRules(ports, config)],
  ]);
  return { nat, filter };
}

function serviceRules(sets: IpSets, config: ProxyConfig, matching: (set: string, match: string) => string): string[] {
  const rules: string[] = [];
  if (sets.has("CLUSTER-IP")) {
    const comment = '-m comment --comment "Kubernetes service cluster ip + port for masquerade purpose"';
    if (config.masqueradeAll) rules.push(`${comment} ${matching("CLUSTER-IP", "dst,dst")} -j KUBE-MARK-MASQ`);
    else if (config.localCIDR === undefined) rules.push(`${comment} ${matching("CLUSTER-IP", "src,dst")} -j KUBE-MARK-MASQ`);
    else rules.push(`${comment} ${matching("CLUSTER-IP", "dst,dst")} ! -s ${config.localCIDR} -j KUBE-MARK-MASQ`);
  }
  const acceptExternal = (comment: string, set: string): string[] => [
    `-m comment --comment "${comment}" ${matching(set, "dst,dst")} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT`,
    `-m comment --comment "${comment}" ${matching(set, "dst,dst")} -m addrtype --dst-type LOCAL -j ACCEPT`,
  ];
  if (sets.has("EXTERNAL-IP")) {
    const comment = "Kubernetes service external ip + port for masquerade and filter purpose";
    rules.push(`-m comment --comment "${comment}" ${matching("EXTERNAL-IP", "dst,dst")} -j KUBE-MARK-MASQ`);
    rules.push(...acceptExternal(comment, "EXTERNAL-IP"));
  }
  if (sets.has("EXTERNAL-IP-LOCAL")) {
    rules.push(...acceptExternal("Kubernetes service external ip + port with externalTrafficPolicy=local", "EXTERNAL-IP-LOCAL"));
  }
  rules.push(`-s ${loopbackRange(config.family)} -j RETURN`, "-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT");
  for (const set of ["CLUSTER-IP", "LOAD-BALANCER"]) if (sets.has(set)) rules.push(`${matching(set, "dst,dst")} -j ACCEPT`);
  return rules;
}

/** Load balancers that the node itself may not use: its traffic to them loops back, past the other filters. */
function outFilterRules(ports: readonly TranslatedPort[], config: ProxyConfig): string[] {
  return ports.flatMap(({ port }) => {
    if (port.loadBalancerSourceRanges.length === 0 || allowsNode(port, config)) return [];
    return port.loadBalancerVIPs.map(
      (address) => `-s ${address} -m ipvs --vaddr ${address} --vproto ${port.protocol} --vport ${port.port} -j DROP`,
    );
  });
}
