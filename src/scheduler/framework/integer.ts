/** Division of 64-bit integers as Go does it. */

/** Up to here part * 100 is exact, and so is the floor of the quotient. */
const EXACT = 2 ** 46;

/** part * 100 / whole, truncated, for part from 0 to whole. */
export function percentOf(part: number, whole: number): number {
  if (part <= EXACT) return Math.floor((part * 100) / whole);
  return Number((BigInt(part) * 100n) / BigInt(whole));
}
