/**
 * The hash of a pod template that ends the names of ReplicaSets and ControllerRevisions and labels their pods.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (ComputeHash) and apimachinery pkg/util/rand/rand.go (SafeEncodeString).
 */
import { mapJson } from "../../api/go-json.js";
import type { Container, PodTemplateSpec } from "../../api/types/index.js";

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

/** FNV-1 of 32 bits, which multiplies before it mixes the byte in. Source: as above. */
function fnv1of32(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of bytes) hash = (Math.imul(hash, FNV_PRIME) ^ byte) >>> 0;
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

/**
 * The hash of a template. @param collisionCount how often the hash met another template's name (status.collisionCount).
 *
 * Upstream hashes Go's dump of the template; here it is a canonical text, so that hashes differ from a real cluster's.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const hash = fnv1a32(new TextEncoder().encode(mapJson(template)));
  return safeEncode(String(collisionCount === undefined ? hash : fnv1a32(littleEndian(collisionCount), hash)));
}

/** Go writes a container's resources even where it has none. */
function withResources(containers: readonly Container[] | undefined): readonly Container[] | undefined {
  return containers?.map((container) => (container.resources === undefined ? { ...container, resources: {} } : container));
}

/**
 * The hash of a StatefulSet's revision, of the JSON patch that puts its template back.
 *
 * Source: kubernetes pkg/controller/history/controller_history.go (HashControllerRevision).
 */
export function revisionHash(template: PodTemplateSpec, collisionCount: number): string {
  const { containers, initContainers } = template.spec;
  const spec = { ...template.spec, containers: withResources(containers), initContainers: withResources(initContainers) };
  const patch = mapJson({ spec: { template: { ...template, metadata: template.metadata ?? {}, spec, $patch: "replace" } } });
  return safeEncode(String(fnv1of32(new TextEncoder().encode(patch + String(collisionCount)))));
}
