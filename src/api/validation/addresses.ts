/** Rules for IP addresses and address blocks. Source: k8s.io/apimachinery/pkg/util/validation/ip.go; ValidateNonSpecialIP in pkg/apis/core/validation. */
import ipaddr from "ipaddr.js";

export function ipAddress(value: string): string[] {
  return isIPv4(value) || isIPv6(value) ? [] : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];
}

export function isIPv4(value: string): boolean {
  const parts = value.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

export function isIPv6(value: string): boolean {
  if (!value.includes(":") || !/^[0-9a-fA-F:.]+$/.test(value)) return false;
  const halves = value.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const mapped = last !== undefined && isIPv4(last);
  const sixteens = mapped ? groups.slice(0, -1) : groups;
  const count = sixteens.length + (mapped ? 2 : 0);
  return sixteens.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}

/** The address family of a CIDR such as "10.0.0.0/24", or undefined where it is none. */
export function cidrFamily(value: string): "IPv4" | "IPv6" | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(value);
  if (match === null) return undefined;
  const bits = Number(match[2]);
  if (isIPv4(match[1]) && bits <= 32) return "IPv4";
  return isIPv6(match[1]) && bits <= 128 ? "IPv6" : undefined;
}

export function cidr(value: string): string[] {
  return cidrFamily(value) === undefined ? ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"] : [];
}

/** The numbers of an address block, once it is known to be one; leading zeros do not count. */
function parsedBlock(value: string): readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number] {
  const [address, prefixLength] = value.split("/") as [string, string];
  const plain = isIPv4(address) ? address.split(".").map(Number).join(".") : address;
  return [ipaddr.parse(plain), Number(prefixLength)];
}

/** Whether a block lies within another and is smaller; both are right in themselves. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [address, length] = parsedBlock(inner);
  const [within, bits] = parsedBlock(outer);
  return address.kind() === within.kind() && bits < length && address.match(within, bits);
}

/** Address ranges that traffic from outside cannot have as its destination (ValidateNonSpecialIP). */
const SPECIAL_RANGES: readonly (readonly [range: RegExp, detail: string])[] = [
  [/^(0\.0\.0\.0|::)$/, "may not be unspecified"],
  [/^(127\.|::1$)/, "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/i, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [/^(224\.0\.0\.|ff02:)/i, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

/** What is wrong with an address that others are to reach from anywhere. */
export function reachableAddress(address: string): string[] {
  const wrong = ipAddress(address);
  if (wrong.length > 0) return wrong;
  return SPECIAL_RANGES.filter(([range]) => range.test(address)).map(([, detail]) =>
    detail.endsWith("unspecified") ? `${detail} (${address})` : detail,
  );
}
