/** Hashes in names of chains. Source: kube-proxy's `portProtoHash` and `servicePortEndpointChainName`. */
import { createHash } from "node:crypto";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The first characters of the RFC 4648 base 32 of the SHA-256 of a text. */
export function chainHash(text: string, length: number): string {
  const digest = createHash("sha256").update(text).digest();
  let hash = "";
  let bits = 0;
  let held = 0;
  for (let index = 0; hash.length < length;) {
    if (bits < 5) {
      held = ((held << 8) | digest[index++]) & 0xffff;
      bits += 8;
    }
    bits -= 5;
    hash += BASE32[(held >> bits) & 31];
  }
  return hash;
}
