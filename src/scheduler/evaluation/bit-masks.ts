/** Sets of up to 32 numbers as the bits of a 32-bit integer. */

/** How many bits are set. */
export function countBits(mask: number): number {
  const pairs = (mask - ((mask >>> 1) & 0x5555_5555)) | 0;
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** The lowest bit that is set. */
export function lowestBit(mask: number): number {
  return mask & -mask;
}

/** Number of a bit. */
export function numberOfBit(bit: number): number {
  return 31 - Math.clz32(bit);
}

/** Bits from one number up to another, which is left out. */
export function bitsBetween(from: number, to: number): number {
  return (-1 << from) & (to === 32 ? -1 : (1 << to) - 1);
}

/** The set bits but so many of the lowest. */
export function withoutLowest(mask: number, count: number): number {
  let left = mask;
  for (let i = 0; i < count; i++) left &= left - 1;
  return left;
}
