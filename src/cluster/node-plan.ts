/** The machines of a described cluster, one by one: names, addresses and zones given out in order. */
import ipaddr from "ipaddr.js";
import type { NodeGroupDescription } from "./description.js";

export interface NodePlan {
  readonly name: string;
  readonly group: NodeGroupDescription;
  readonly address: string;
  readonly zone: string | undefined;
}

/** The nodes' own network where the description names no addresses: RFC 1918, apart from the usual pod and service ranges. */
const NODE_NETWORK = "10.0.0.0";
/** First address given to a node; those below are commonly a gateway's or a load balancer's. */
const FIRST_HOST = 10;

/** Machines in the order of the groups. Addresses that a group names are not given to others. */
export function planNodes(groups: readonly NodeGroupDescription[]): NodePlan[] {
  const taken = new Set(groups.flatMap(({ addresses }) => addresses ?? []));
  let next = FIRST_HOST;
  const nextAddress = (): string => {
    let address: string;
    do address = offset(NODE_NETWORK, next++);
    while (taken.has(address));
    return address;
  };
  return groups.flatMap((group) =>
    namesOf(group).map((name, index) => ({
      name,
      group,
      address: group.addresses?.[index] ?? nextAddress(),
      zone: group.zones === undefined ? undefined : group.zones[index % group.zones.length],
    })),
  );
}

function namesOf({ name, count }: NodeGroupDescription): string[] {
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
