/** JSON as Go's encoding/json writes it, for texts that Kubernetes puts into its messages. */

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** Writes a value with the keys of objects sorted, as Go writes maps. */
export function mapJson(value: unknown): string {
  return stringify(value, true);
}

/** Writes a value with the keys in their own order, as Go writes structs. */
export function structJson(value: unknown): string {
  return stringify(value, false);
}

/** Writes a value over several lines, each level one space further in, with the keys in their own order. */
export function indentedJson(value: unknown): string {
  return escaped(JSON.stringify(value, null, 1));
}

/** What Go writes for control characters in a quoted text where that is not what JSON writes. */
const GO_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\u000b", "\\v"],
]);

/** A text in Go's quotes (%q). Source: https://pkg.go.dev/strconv#Quote */
export function goQuoted(text: string): string {
  if (!/[\u0000-\u001f\u007f-\u00a0]/.test(text)) return JSON.stringify(text);
  return `"${Array.from(text, goCharacter).join("")}"`;
}

function goCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const isControl = code < 0x20 || (code >= 0x7f && code <= 0xa0);
  const known = GO_ESCAPES.get(character);
  if (known !== undefined) return known;
  if (!isControl || /[\b\f\n\r\t]/.test(character)) return JSON.stringify(character).slice(1, -1);
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Values nested more deeply are cut; no API type comes near. */
const MAX_DEPTH = 500;

function stringify(value: unknown, sorted: boolean, depth = 0): string {
  if (depth > MAX_DEPTH) return '"..."';
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return `[${value.map((one) => stringify(one, sorted, depth + 1)).join(",")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${quote(key)}:${stringify(one, sorted, depth + 1)}`).join(",")}}`;
  }
  if (typeof value === "string") return quote(value);
  return JSON.stringify(value);
}

function quote(text: string): string {
  return escaped(JSON.stringify(text));
}

/** Outside of texts none of these stands in JSON. */
function escaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => HTML_ESCAPES[character]);
}
