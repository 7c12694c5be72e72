/** Names and uids that the API server invents, each from a stream of its own. */
import type { Simulation } from "../../engine/simulation.js";
import type { RandomStream } from "../../engine/random.js";

/**
 * Characters of generated names: no vowels and no characters that are mistaken for others.
 * Source: k8s.io/apimachinery/pkg/util/rand.
 */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
/** Source: k8s.io/apiserver/pkg/storage/names randomLength. */
const SUFFIX_LENGTH = 5;
/** Longest generateName that is kept: 63 characters less the suffix. Source: k8s.io/apiserver/pkg/storage/names MaxGeneratedNameLength. */
const MAX_GENERATED_PREFIX = 58;

const BYTE_AS_HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const TWO_TO_THE_32 = 0x1_0000_0000;

export class ObjectIdentities {
  private readonly names: RandomStream;
  private readonly uids: RandomStream;

  constructor(simulation: Simulation) {
    this.names = simulation.stream("kube-apiserver/generated-names");
    this.uids = simulation.stream("kube-apiserver/uids");
  }

  /** A name from metadata.generateName: its first 58 characters and 5 random ones. */
  generatedName(generateName: string): string {
    let suffix = "";
    for (let index = 0; index < SUFFIX_LENGTH; index++) suffix += ALPHABET[this.names.integer(ALPHABET.length)];
    return (generateName.length > MAX_GENERATED_PREFIX ? generateName.slice(0, MAX_GENERATED_PREFIX) : generateName) + suffix;
  }

  /** A version 4 UUID. Source of the layout: RFC 9562. */
  uid(): string {
    const a = this.word();
    const b = this.word();
    const c = this.word();
    const d = this.word();
    // Joined, for texts that are added up keep their parts.
    return [
      hex32(a),
      hex16(b >>> 16),
      hex16((b & 0x0fff) | 0x4000),
      hex16(((c >>> 16) & 0x3fff) | 0x8000),
      hex16(c & 0xffff) + hex32(d),
    ].join("-");
  }

  private word(): number {
    return Math.floor(this.uids.uniform() * TWO_TO_THE_32) >>> 0;
  }
}

function hex16(value: number): string {
  return BYTE_AS_HEX[value >>> 8] + BYTE_AS_HEX[value & 0xff];
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value & 0xffff);
}
