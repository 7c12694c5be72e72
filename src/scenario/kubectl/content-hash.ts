/** The hash that --append-hash adds to a name. Source: kubectl/pkg/util/hash/hash.go */
import { createHash } from "node:crypto";
import { mapJson } from "../../api/go-json.js";

const DIGITS = 10;
/** Digits that are replaced, lest the hash make a word. */
const REPLACED: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** @param content the fields that count: kind, name, data and, where there are, type and binaryData */
export function contentHash(content: Readonly<Record<string, unknown>>): string {
  const digits = createHash("sha256").update(mapJson(content)).digest("hex").slice(0, DIGITS);
  return digits.replace(/[013ae]/g, (digit) => REPLACED[digit]);
}
