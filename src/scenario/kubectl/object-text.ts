/** Objects as JSON and YAML in the forms that kubectl writes. */
import { Document, isScalar, Scalar, visit } from "yaml";
import { mapJson } from "../../api/go-json.js";
import { compare } from "./compare.js";

/** Source: k8s.io/cli-runtime/pkg/printers/json.go */
const JSON_INDENT = 4;

/** Objects have their fields sorted, as Go writes maps; `<`, `>` and `&` are escaped. */
export function jsonLines(value: unknown): readonly string[] {
  // The escapes would be undone by parsing: what is written in one line is laid out token by token.
  return laidOut(mapJson(value)).split("\n");
}

/** Breaks JSON of one line as Go's json.Indent does: empty lists and maps stay on theirs. */
function laidOut(json: string): string {
  let depth = 0;
  const line = () => `\n${" ".repeat(JSON_INDENT * depth)}`;
  return json.replace(/"(?:\\.|[^"\\])*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    if (token === "{" || token === "[") {
      depth++;
      return token + line();
    }
    if (token === "}" || token === "]") {
      depth--;
      return line() + token;
    }
    if (token === ",") return token + line();
    return token === ":" ? ": " : token;
  });
}

/** kubectl's YAML is that of version 1.1: `"yes"`, `"on"` and times are quoted. */
const VERSION = "1.1";
const { tags } = new Document(null, { version: VERSION }).schema;

/** Whether a plain text would be read as something else: a number, a boolean, a time, nothing at all. */
function looksLikeOther(text: string): boolean {
  return (
    text === "" ||
    tags.some((tag) => "test" in tag && tag.default === true && tag.tag !== "tag:yaml.org,2002:str" && tag.test?.test(text) === true)
  );
}

/**
 * Fields sorted, lists not indented, texts quoted as go-yaml does: double quotes where the text would be read as another type, single
 * quotes where it has characters of YAML's own, a block where it has several lines.
 */
export function yamlLines(value: unknown): readonly string[] {
  const document = new Document(value, { version: VERSION, sortMapEntries: byKey, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== "string") return;
      node.type = styleOf(node.value);
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false }).trimEnd().split("\n");
}

/** Indicators that begin no plain text, and what ends one or makes a comment of its rest. Source: https://yaml.org/spec/1.2.2/#733-plain-style */
const NOT_PLAIN = /^[\t ,[\]{}#&*!|>'"%@`]|^[?:-](?:[ \t]|$)|:[ \t]|[ \t]#|[\t :]$/;

function styleOf(text: string): Scalar.Type {
  if (text.includes("\n")) return Scalar.BLOCK_LITERAL;
  if (looksLikeOther(text)) return Scalar.QUOTE_DOUBLE;
  return NOT_PLAIN.test(text) ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
}

function byKey(a: { key: unknown }, b: { key: unknown }): number {
  const [left, right] = [a.key, b.key].map((key) => String(isScalar(key) ? key.value : key));
  return compare(left, right);
}
