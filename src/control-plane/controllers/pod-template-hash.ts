/**
 * The hash of a pod template that ends the names of ReplicaSets and ControllerRevisions and labels their pods.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (ComputeHash) and apimachinery pkg/util/rand/rand.go (SafeEncodeString).
 */
import { fnv1a32, fnv1of32 } from "../../api/fnv.js";
import { goDump } from "../../api/go-dump.js";
import { mapJson } from "../../api/go-json.js";
import type { Container, PodTemplateSpec } from "../../api/types/index.js";

/** Letters and digits of generated names: no vowels and none that look alike, so that no words arise. */
const SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

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

/** Hashes of templates without a count of collisions: a controller asks again at each look. */
const known = new WeakMap<PodTemplateSpec, number>();

function hashOf(template: PodTemplateSpec): number {
  let hash = known.get(template);
  if (hash === undefined) {
    hash = fnv1a32(new TextEncoder().encode(goDump("PodTemplateSpec", template)));
    known.set(template, hash);
  }
  return hash;
}

/** The hash of a template. @param collisionCount how often the hash met another template's name (status.collisionCount). */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const hash = hashOf(template);
  return safeEncode(String(collisionCount === undefined ? hash : fnv1a32(littleEndian(collisionCount), hash)));
}

/** Go writes a container's resources even where it has none. */
function withResources(containers: readonly Container[] | undefined): readonly Container[] | undefined {
  return containers?.map((container) => (container.resources === undefined ? { ...container, resources: {} } : container));
}

/**
 * The JSON patch that puts a template back, which a ControllerRevision keeps as its data.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go and pkg/controller/daemon/update.go (getPatch).
 */
export function revisionPatch(template: PodTemplateSpec): string {
  const { containers, initContainers } = template.spec;
  const spec = { ...template.spec, containers: withResources(containers), initContainers: withResources(initContainers) };
  return mapJson({ spec: { template: { ...template, metadata: template.metadata ?? {}, spec, $patch: "replace" } } });
}

/**
 * The hash of a StatefulSet's revision.
 *
 * Source: kubernetes pkg/controller/history/controller_history.go (HashControllerRevision).
 */
export function revisionHash(template: PodTemplateSpec, collisionCount: number): string {
  return safeEncode(String(fnv1of32(new TextEncoder().encode(revisionPatch(template) + String(collisionCount)))));
}
