/**
 * The hash of a pod template that ends the names of ReplicaSets and ControllerRevisions and labels their pods.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (ComputeHash) and apimachinery pkg/util/rand/rand.go (SafeEncodeString).
 */
import type { PodTemplateSpec } from "../../api/types/index.js";

/** Letters and digits of generated names: no vowels and none that look alike, so that no words arise. */
const SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a of 32 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function fnv1a32(bytes: Uint8Array, start = FNV_OFFSET_BASIS): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash;
}

/** Writes a text in the alphabet of generated names. */
export function safeEncode(text: string): string {
  let encoded = "";
  for (let i = 0; i < text.length; i++) encoded += SAFE_ALPHABET[text.charCodeAt(i) % SAFE_ALPHABET.length];
  return encoded;
}

function littleEndian(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}

/** A text that is the same for templates with the same content, whatever the order of their fields. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field)}`).join(",")}}`;
}

/**
 * The hash of a template. @param collisionCount how often the hash met another template's name (status.collisionCount).
 *
 * Upstream hashes Go's dump of the template; here it is a canonical text, so that hashes differ from a real cluster's.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const hash = fnv1a32(new TextEncoder().encode(canonicalText(template)));
  return safeEncode(String(collisionCount === undefined ? hash : fnv1a32(littleEndian(collisionCount), hash)));
}
