/**
 * Schedulers of IPVS: how a virtual server of one node picks a real server. All real servers have weight 1, as kube-proxy sets them.
 * Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs and the kernel's net/netfilter/ipvs.
 */
import type { RandomStream } from "../../../engine/random.js";
import type { ProxyEndpoint } from "../endpoint.js";
import type { BalancerState } from "../proxy-mode.js";

/** Schedulers that kube-proxy may be told to use but the model does not know are refused. */
export class UnknownIpvsScheduler extends Error {
  override readonly name = "UnknownIpvsScheduler";
  constructor(scheduler: string) {
    super(`unknown IPVS scheduler "${scheduler}": must be one of rr, wrr, lc, wlc, sed, nq, sh, dh, random`);
  }
}

/** Throws {@link UnknownIpvsScheduler}. */
export function ipvsBalancer(scheduler = "rr"): BalancerState {
  switch (scheduler) {
    // With equal weights the weighted forms decide as the plain ones do.
    case "rr":
    case "wrr":
      return new RoundRobin();
    case "lc":
    case "wlc":
    case "sed":
    case "nq":
      return new LeastConnections();
    case "sh":
    case "dh":
      return new AddressHash();
    case "random":
      return new Random();
    default:
      throw new UnknownIpvsScheduler(scheduler);
  }
}

/**
 * Round robin over the kernel's list of real servers: a new server goes to the head of the list, and when the server chosen last is
 * removed the one before it counts as the last.
 */
class RoundRobin implements BalancerState {
  private seen: readonly ProxyEndpoint[] = [];
  private order: string[] = [];
  private positions: number[] = [];
  private last = -1;

  pick(endpoints: readonly ProxyEndpoint[]): number {
    if (endpoints !== this.seen) this.follow(endpoints);
    this.last = this.last + 1 < this.order.length ? this.last + 1 : 0;
    return this.positions[this.last];
  }

  closed(): void {
    // Round robin does not count connections.
  }

  private follow(endpoints: readonly ProxyEndpoint[]): void {
    this.seen = endpoints;
    const positions = new Map(endpoints.map(({ text }, index) => [text, index]));
    let last = this.last;
    while (last >= 0 && !positions.has(this.order[last])) last--;
    const lastText = last < 0 ? undefined : this.order[last];
    const kept = this.order.filter((text) => positions.has(text));
    const known = new Set(kept);
    const added = endpoints.map(({ text }) => text).filter((text) => !known.has(text));
    this.order = [...added.reverse(), ...kept];
    this.positions = this.order.map((text) => positions.get(text)!);
    this.last = lastText === undefined ? -1 : this.order.indexOf(lastText);
  }
}

/** The real server with the fewest open connections, the first in the kernel's list among equals. */
class LeastConnections implements BalancerState {
  private readonly open = new Map<string, number>();

  pick(endpoints: readonly ProxyEndpoint[]): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    // The kernel's list has the server added last in front.
    for (let index = endpoints.length - 1; index >= 0; index--) {
      const count = this.open.get(endpoints[index].text) ?? 0;
      if (count < least) {
        least = count;
        best = index;
      }
    }
    const { text } = endpoints[best];
    this.open.set(text, (this.open.get(text) ?? 0) + 1);
    return best;
  }

  closed({ text }: ProxyEndpoint): void {
    const count = this.open.get(text) ?? 0;
    if (count <= 1) this.open.delete(text);
    else this.open.set(text, count - 1);
  }
}

/** The same real server for the same client address while the list stays. */
class AddressHash implements BalancerState {
  pick(endpoints: readonly ProxyEndpoint[], clientAddress: string): number {
    return hashOf(clientAddress) % endpoints.length;
  }

  closed(): void {
    // A hash does not count connections.
  }
}

class Random implements BalancerState {
  pick(endpoints: readonly ProxyEndpoint[], _clientAddress: string, random: RandomStream): number {
    return random.integer(endpoints.length);
  }

  closed(): void {
    // Chance does not count connections.
  }
}

/** FNV-1a, 32 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/ (the kernel's own hash differs; only that it is one matters). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
