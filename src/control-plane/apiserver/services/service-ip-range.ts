/**
 * Cluster IPs of one address family.
 *
 * Source: kubernetes/pkg/registry/core/service/ipallocator.
 */
import ipaddr from "ipaddr.js";
import type { RandomStream } from "../../../engine/random.js";
import { BandAllocator, type Reservation, staticBand } from "./band-allocator.js";

/** Source: ipallocator calculateRangeOffset: a sixteenth of the range, 16 to 256 addresses. */
const BAND_SHARE = 16;
const LARGEST_BAND = 256;
/** Addresses of a larger IPv6 range that are used, as offsets have to stay exact. */
const MAX_ADDRESSES = 2 ** 32;

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** A range that cannot be read, or is too small. */
export class ServiceRangeError extends RangeError {
  override readonly name = "ServiceRangeError";
}

export class ServiceIpRange {
  readonly family: "IPv4" | "IPv6";
  /** How many addresses at the bottom are kept for static assignment. */
  readonly staticBand: number;
  private readonly network: readonly number[];
  private readonly size: number;
  private readonly prefix: number;
  private readonly allocator: BandAllocator;

  /** @throws ServiceRangeError */
  constructor(
    readonly cidr: string,
    stream: RandomStream,
  ) {
    if (!ipaddr.isValidCIDR(cidr)) throw new ServiceRangeError(`service range "${cidr}" is no CIDR, such as 10.96.0.0/12`);
    const [address, prefix] = ipaddr.parseCIDR(cidr);
    const hostBits = BITS[address.kind()] - prefix;
    if (hostBits < 3) throw new ServiceRangeError(`service range ${cidr} has fewer than 8 addresses`);
    this.family = address.kind() === "ipv4" ? "IPv4" : "IPv6";
    this.prefix = prefix;
    this.network = address.kind() === "ipv4" ? networkBytes(address, prefix) : networkBytes(address, prefix);
    this.size = Math.min(2 ** hostBits, MAX_ADDRESSES);
    this.staticBand = staticBand(this.size, BAND_SHARE, LARGEST_BAND);
    // The network's own address is never given out, nor is IPv4's broadcast address.
    const last = this.family === "IPv4" ? this.size - 2 : this.size - 1;
    this.allocator = new BandAllocator(1, last, Math.max(1, this.staticBand), stream);
  }

  get used(): number {
    return this.allocator.used;
  }

  /** First address, which the API server's own service has. */
  get first(): string {
    return this.addressAt(1);
  }

  includes(address: string): boolean {
    return this.offsetOf(address) !== undefined;
  }

  reserve(address: string): Reservation {
    const offset = this.offsetOf(address);
    return offset === undefined ? "out of range" : this.allocator.reserve(offset);
  }

  /** A free address, undefined where the range is full. */
  next(): string | undefined {
    const offset = this.allocator.next();
    return offset === undefined ? undefined : this.addressAt(offset);
  }

  release(address: string): void {
    const offset = this.offsetOf(address);
    if (offset !== undefined) this.allocator.release(offset);
  }

  private addressAt(offset: number): string {
    const bytes = [...this.network];
    let rest = offset;
    for (let index = bytes.length - 1; rest > 0; index--) {
      const sum = bytes[index] + (rest % 256);
      bytes[index] = sum % 256;
      rest = Math.floor(rest / 256) + Math.floor(sum / 256);
    }
    const address = ipaddr.fromByteArray(bytes);
    return address.kind() === "ipv4" ? address.toString() : (address as ipaddr.IPv6).toRFC5952String();
  }

  private offsetOf(text: string): number | undefined {
    if (!ipaddr.isValid(text)) return undefined;
    const bytes = ipaddr.parse(text).toByteArray();
    if (bytes.length !== this.network.length) return undefined;
    let offset = 0;
    for (const [index, byte] of bytes.entries()) {
      offset = offset * 256 + byte - this.network[index];
      if (index * 8 + 8 <= this.prefix && offset !== 0) return undefined;
      if (offset >= MAX_ADDRESSES) return undefined;
    }
    return offset >= 0 && offset < this.size ? offset : undefined;
  }
}

function networkBytes(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): number[] {
  return address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}
