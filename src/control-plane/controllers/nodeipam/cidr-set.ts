/**
 * Ranges of addresses of equal size, cut from a larger one and given out one by one.
 *
 * Source: kubernetes pkg/controller/nodeipam/ipam/cidrset/cidr_set.go.
 */
import ipaddr from "ipaddr.js";

/** A range of addresses that cannot be cut as asked. */
export class CidrError extends Error {
  override readonly name = "CidrError";
}

const BITS_OF_A_BYTE = 8;
/** Source: clusterSubnetMaxDiff in cidr_set.go. */
const GREATEST_DIFFERENCE = 16;

export class CidrSet {
  readonly size: number;
  readonly isIpv6: boolean;
  private readonly used = new Set<number>();
  private readonly base: bigint;
  private readonly bits: number;
  private next = 0;

  /** @throws CidrError where the text is no range, or the mask is not longer than its, or more than 16 bits longer */
  constructor(
    cidr: string,
    private readonly maskSize: number,
  ) {
    if (!ipaddr.isValidCIDR(cidr)) throw new CidrError(`invalid CIDR address: ${cidr}`);
    const [address, length] = ipaddr.parseCIDR(cidr);
    this.isIpv6 = address.kind() === "ipv6";
    this.bits = this.isIpv6 ? 128 : 32;
    if (maskSize < length || maskSize > this.bits) throw new CidrError(`node CIDR mask size ${maskSize} does not fit into ${cidr}`);
    if (this.isIpv6 && maskSize - length > GREATEST_DIFFERENCE) {
      throw new CidrError(`New CIDR set failed; the node CIDR size is too big: ${cidr} in parts of /${maskSize} are more than 65,536`);
    }
    this.size = 2 ** (maskSize - length);
    const host = BigInt(this.bits - length);
    this.base = (toInteger(address) >> host) << host;
  }

  /** The next range that is not in use, in turn, or undefined where all are. */
  allocate(): string | undefined {
    for (let tried = 0; tried < this.size; tried++) {
      const index = (this.next + tried) % this.size;
      if (this.used.has(index)) continue;
      this.used.add(index);
      this.next = (index + 1) % this.size;
      return this.rangeAt(index);
    }
    return undefined;
  }

  /** Takes the ranges that a given one overlaps out of use by others; ranges elsewhere are none of this set's. */
  occupy(cidr: string): void {
    this.forEachIndex(cidr, (index) => this.used.add(index));
  }

  release(cidr: string): void {
    this.forEachIndex(cidr, (index) => this.used.delete(index));
  }

  private forEachIndex(cidr: string, action: (index: number) => void): void {
    if (!ipaddr.isValidCIDR(cidr)) return;
    const [address, length] = ipaddr.parseCIDR(cidr);
    if ((address.kind() === "ipv6") !== this.isIpv6) return;
    const width = BigInt(this.bits - this.maskSize);
    const first = (toInteger(address) - this.base) >> width;
    const count = BigInt(2 ** Math.max(0, this.maskSize - length));
    for (let index = first; index < first + count; index++) if (index >= 0n && index < BigInt(this.size)) action(Number(index));
  }

  private rangeAt(index: number): string {
    const value = this.base + (BigInt(index) << BigInt(this.bits - this.maskSize));
    const bytes = Array.from({ length: this.bits / BITS_OF_A_BYTE }, (_, i) =>
      Number((value >> BigInt(this.bits - BITS_OF_A_BYTE * (i + 1))) & 0xffn),
    );
    return `${ipaddr.fromByteArray(bytes).toString()}/${this.maskSize}`;
  }
}

function toInteger(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return address.toByteArray().reduce((value, byte) => (value << BigInt(BITS_OF_A_BYTE)) | BigInt(byte), 0n);
}
