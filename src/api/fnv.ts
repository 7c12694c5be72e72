/** The FNV hashes of 32 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a. @param start the hash of what comes before */
export function fnv1a32(bytes: Uint8Array, start = OFFSET_BASIS): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME) >>> 0;
  return hash;
}

/** FNV-1, which multiplies before it mixes the byte in. */
export function fnv1of32(bytes: Uint8Array): number {
  let hash = OFFSET_BASIS;
  for (const byte of bytes) hash = (Math.imul(hash, PRIME) ^ byte) >>> 0;
  return hash;
}
