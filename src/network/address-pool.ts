/**
 * Addresses given to pods out of one range, in turn: the next free one after the last given, from the start again at the end, as
 * the reference plugin host-local does. Source: https://www.cni.dev/plugins/current/ipam/host-local/
 */
import type { Cidr } from "./address.js";

/** The range has no free address left. */
export class AddressesExhausted extends Error {
  override readonly name = "AddressesExhausted";
  constructor(range: string) {
    super(`no IP addresses available in range set: ${range}`);
  }
}

/** Beyond this many addresses a pool does not look: no node has more pods. */
const LARGEST_POOL = 1 << 22;

export class AddressPool {
  private readonly taken = new Map<string, number>();
  private readonly offsets = new Set<number>();
  private readonly end: number;
  private last: number;

  /** `reserved` is the number of addresses at the start that pods don't get: the network's own and the gateway's. */
  constructor(
    readonly range: Cidr,
    private readonly reserved = 2,
  ) {
    // The last address of an IPv4 range is its broadcast address.
    this.end = Math.min(range.size, LARGEST_POOL) - (range.family === "IPv4" ? 1 : 0);
    this.last = reserved - 1;
  }

  get size(): number {
    return this.offsets.size;
  }

  /** Throws {@link AddressesExhausted}. */
  allocate(): string {
    for (let step = this.reserved; step < this.end; step++) {
      this.last = this.last + 1 < this.end ? this.last + 1 : this.reserved;
      if (this.offsets.has(this.last)) continue;
      this.offsets.add(this.last);
      const address = this.range.at(this.last);
      this.taken.set(address, this.last);
      return address;
    }
    throw new AddressesExhausted(this.range.toString());
  }

  release(address: string): void {
    const offset = this.taken.get(address);
    if (offset === undefined) return;
    this.taken.delete(address);
    this.offsets.delete(offset);
  }
}
