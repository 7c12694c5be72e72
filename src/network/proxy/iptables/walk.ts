/** What the rules of a node do with the first packet of a connection: every way it may go, with its probability. */
import { Cidr, familyOf } from "../../address.js";
import type { ProxyConfig } from "../proxy-config.js";
import type { Protocol } from "../service-port.js";
import type { IptablesRule } from "./rule.js";

/** Rules by chain. */
export interface RuleTables {
  readonly nat: ReadonlyMap<string, readonly IptablesRule[]>;
  readonly filter: ReadonlyMap<string, readonly IptablesRule[]>;
}

/** The first packet of a connection from a client whose last back end the node does not remember. */
export interface FirstPacket {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Whether a process of the node itself sends it. */
  readonly fromNode: boolean;
}

export interface Flow {
  /** none: no rule applies, the packet goes on to its own destination. */
  readonly verdict: "route" | "reject" | "drop" | "none";
  readonly to: readonly FlowBackend[];
  /** Expected number of rules of the table nat that are compared with the packet on its way in. */
  readonly rulesTraversed: number;
}

export interface FlowBackend {
  /** "address:port" */
  readonly endpoint: string;
  readonly probability: number;
  /** Whether the packet's source is rewritten to the node's address. */
  readonly snat: boolean;
}

/** Follows a packet through the table nat, and through the table filter where nat does not give it a back end. */
export function walk(tables: RuleTables, config: ProxyConfig, packet: FirstPacket): Flow {
  const walker = new NatWalk(tables, config, packet);
  walker.chain(packet.fromNode ? "OUTPUT" : "PREROUTING", 1);
  const to = [...walker.backends].map(([endpoint, { probability, snat }]) => ({ endpoint, probability, snat }));
  if (to.length > 0) return { verdict: "route", to, rulesTraversed: walker.traversed };
  const isLocal = config.nodeAddresses.includes(packet.destination);
  const verdict = filterVerdict(tables, config, packet, packet.fromNode ? "OUTPUT" : isLocal ? "INPUT" : "FORWARD");
  return { verdict: verdict ?? "none", to, rulesTraversed: walker.traversed };
}

class NatWalk {
  traversed = 0;
  readonly backends = new Map<string, { probability: number; snat: boolean }>();
  private marked = false;

  constructor(
    private readonly tables: RuleTables,
    private readonly config: ProxyConfig,
    private readonly packet: FirstPacket,
  ) {}

  /** Sends a share of all packets through a chain; returns the share that comes back from it. */
  chain(name: string, share: number): number {
    let left = share;
    for (const rule of this.tables.nat.get(name) ?? []) {
      if (left === 0) break;
      this.traversed += left;
      if (rule.target === undefined || !matches(rule, this.packet, this.config)) continue;
      const taken = left * (rule.probability === undefined ? 1 : Number(rule.probability));
      left -= taken;
      if (rule.target === "DNAT") {
        this.backends.set(rule.toDestination!, { probability: taken, snat: this.marked });
      } else if (rule.target === "KUBE-MARK-MASQ") {
        this.traversed += taken;
        this.marked = true;
        left += taken;
      } else {
        const markedBefore = this.marked;
        left += this.chain(rule.target, taken);
        // An endpoint's own mark concerns the packets that went to it.
        if (rule.probability !== undefined) this.marked = markedBefore;
      }
    }
    return left;
  }
}

function filterVerdict(tables: RuleTables, config: ProxyConfig, packet: FirstPacket, chain: string): "reject" | "drop" | undefined {
  for (const rule of tables.filter.get(chain) ?? []) {
    if (rule.target === undefined || !matches(rule, packet, config)) continue;
    if (rule.target === "REJECT") return "reject";
    if (rule.target === "DROP") return "drop";
    const verdict = filterVerdict(tables, config, packet, rule.target);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function matches(rule: IptablesRule, packet: FirstPacket, config: ProxyConfig): boolean {
  if (rule.recent !== undefined && "seconds" in rule.recent) return false;
  const { nodeAddresses } = config;
  return (
    (rule.protocol === undefined || rule.protocol === packet.protocol) &&
    (rule.destinationPort === undefined || rule.destinationPort === packet.port) &&
    (rule.destination === undefined || within(packet.destination, rule.destination)) &&
    (rule.notDestination === undefined || !within(packet.destination, rule.notDestination)) &&
    (rule.source === undefined || within(packet.source, rule.source)) &&
    (rule.notSource === undefined || !within(packet.source, rule.notSource)) &&
    (rule.destinationIsLocal !== true || nodeAddresses.includes(packet.destination)) &&
    (rule.sourceIsLocal !== true || nodeAddresses.includes(packet.source))
  );
}

function within(address: string, range: string): boolean {
  if (!range.includes("/")) return address === range;
  return familyOf(address) === familyOf(range) && Cidr.parse(range).contains(address);
}
