/** The machines of a described cluster, one by one: names, addresses and zones given out in order. */
import ipaddr from "ipaddr.js";
import type { NodeGroupDescription } from "./description.js";

export interface NodePlan {
  readonly name: string;
  readonly group: NodeGroupDescription;
  readonly address: string;
  readonly zone: string | undefined;
  /** Where it is not the cluster's, without "v". */
  readonly kubernetesVersion?: string;
}

/** The nodes' own network where the description names no addresses: RFC 1918, apart from the usual pod and service ranges. */
const NODE_NETWORK = "10.0.0.0";
/** First address given to a node; those below are commonly a gateway's or a load balancer's. */
const FIRST_HOST = 10;

/** Addresses that a group names are not given to others. */
export class NodePlanner {
  private readonly taken: ReadonlySet<string>;
  private next = FIRST_HOST;

  /** @param groups all that name addresses */
  constructor(groups: readonly NodeGroupDescription[]) {
    this.taken = new Set(groups.flatMap(({ addresses }) => addresses ?? []));
  }

  /** The machines with which a group begins. */
  planGroup(group: NodeGroupDescription): NodePlan[] {
    return nodeNames(group).map((name, index) => ({
      name,
      group,
      address: group.addresses?.[index] ?? this.nextAddress(),
      zone: group.zones === undefined ? undefined : group.zones[index % group.zones.length],
    }));
  }

  /** One further machine. */
  plan(group: NodeGroupDescription, name: string, zone: string | undefined): NodePlan {
    return { name, group, address: this.nextAddress(), zone };
  }

  /** A machine that will not be made. */
  imagine(group: NodeGroupDescription, name: string, zone: string | undefined): NodePlan {
    return { name, group, address: NODE_NETWORK, zone };
  }

  private nextAddress(): string {
    let address: string;
    do address = offset(NODE_NETWORK, this.next++);
    while (this.taken.has(address));
    return address;
  }
}

/** Names of the machines with which a group begins. */
export function nodeNames({ name, count }: NodeGroupDescription): string[] {
  return count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function offset(network: string, hosts: number): string {
  const octets = ipaddr.IPv4.parse(network).octets;
  let carry = hosts;
  for (let index = octets.length - 1; index >= 0; index--) {
    const sum = octets[index] + carry;
    octets[index] = sum % 256;
    carry = Math.floor(sum / 256);
  }
  return octets.join(".");
}
