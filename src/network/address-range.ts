/** Addresses for load balancers, written as "first-last" or as a CIDR. Source: https://metallb.io/configuration/ (IPAddressPool) */
import ipaddr from "ipaddr.js";
import { Cidr } from "./address.js";

/** The text is neither "first-last" nor a CIDR. */
export class InvalidAddressRange extends Error {
  override readonly name = "InvalidAddressRange";
  constructor(text: string) {
    super(`invalid address range: ${text}: must be "first-last", such as 192.168.1.11-192.168.1.19, or a CIDR`);
  }
}

export class AddressRange {
  private constructor(
    private readonly cidr: Cidr,
    private readonly first: number,
    private readonly last: number,
  ) {}

  /** Throws {@link InvalidAddressRange}. */
  static parse(text: string): AddressRange {
    const [first, last, ...rest] = text.split("-").map((part) => part.trim());
    if (last === undefined) {
      if (!ipaddr.isValidCIDR(first)) throw new InvalidAddressRange(text);
      const cidr = Cidr.parse(first);
      return new AddressRange(cidr, 0, cidr.size - 1);
    }
    if (rest.length > 0 || !ipaddr.IPv4.isValidFourPartDecimal(first) || !ipaddr.IPv4.isValidFourPartDecimal(last))
      throw new InvalidAddressRange(text);
    const all = Cidr.parse("0.0.0.0/0");
    const range = new AddressRange(all, all.offsetOf(first), all.offsetOf(last));
    if (range.first > range.last) throw new InvalidAddressRange(text);
    return range;
  }

  contains(address: string): boolean {
    if (!this.cidr.contains(address)) return false;
    const offset = this.cidr.offsetOf(address);
    return offset >= this.first && offset <= this.last;
  }

  /** The first address that is accepted. */
  find(accepts: (address: string) => boolean): string | undefined {
    for (let offset = this.first; offset <= this.last; offset++) {
      const address = this.cidr.at(offset);
      if (accepts(address)) return address;
    }
    return undefined;
  }
}
