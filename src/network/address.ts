/** Addresses and address ranges, as text and as numbers. */
import ipaddr from "ipaddr.js";

export type IpFamily = "IPv4" | "IPv6";

/** Family of an address. Cheap, since an IPv6 address always has a colon and an IPv4 address never has. */
export function familyOf(address: string): IpFamily {
  return address.includes(":") ? "IPv6" : "IPv4";
}

export function familyOfCidr(cidr: string): IpFamily {
  return familyOf(cidr);
}

/** A range such as 10.244.0.0/16 is malformed. */
export class InvalidCidr extends Error {
  override readonly name = "InvalidCidr";
  constructor(text: string) {
    super(`invalid CIDR address: ${text}: must be an address and a prefix length, such as 10.244.0.0/16`);
  }
}

/** A range of addresses. */
export class Cidr {
  readonly family: IpFamily;
  private readonly first: bigint;

  private constructor(
    first: bigint,
    readonly prefixLength: number,
    bits: number,
  ) {
    this.family = bits === 32 ? "IPv4" : "IPv6";
    const hostBits = BigInt(bits - prefixLength);
    this.first = (first >> hostBits) << hostBits;
    this.size = Number(1n << hostBits);
  }

  /** Number of addresses; inexact above 2^53. */
  readonly size: number;

  /** Throws {@link InvalidCidr}. */
  static parse(text: string): Cidr {
    if (!ipaddr.isValidCIDR(text)) throw new InvalidCidr(text);
    const [address, prefixLength] = ipaddr.parseCIDR(text);
    return new Cidr(numberOf(address), prefixLength, address.kind() === "ipv4" ? 32 : 128);
  }

  /** The address at an offset from the range's first. */
  at(offset: number): string {
    return textOf(this.first + BigInt(offset), this.family);
  }

  /** How far an address is from the range's first. */
  offsetOf(address: string): number {
    return Number(numberOf(ipaddr.parse(address)) - this.first);
  }

  /** The n-th range of the given prefix length inside this one. */
  subnet(prefixLength: number, index: number): Cidr {
    const bits = this.family === "IPv4" ? 32 : 128;
    return new Cidr(this.first + (BigInt(index) << BigInt(bits - prefixLength)), prefixLength, bits);
  }

  contains(address: string): boolean {
    if (familyOf(address) !== this.family) return false;
    const offset = numberOf(ipaddr.parse(address)) - this.first;
    return offset >= 0n && offset >> BigInt((this.family === "IPv4" ? 32 : 128) - this.prefixLength) === 0n;
  }

  overlaps(other: Cidr): boolean {
    return this.contains(other.at(0)) || other.contains(this.at(0));
  }

  toString(): string {
    return `${this.at(0)}/${this.prefixLength}`;
  }
}

function numberOf(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function textOf(number: bigint, family: IpFamily): string {
  if (family === "IPv4") {
    const value = Number(number);
    return `${Math.floor(value / 16_777_216) % 256}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  }
  const bytes = Array.from({ length: 16 }, (_, index) => Number((number >> BigInt(8 * (15 - index))) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}
