/** Kinds without a description of their own: their fields, named in words. Source: kubectl/pkg/describe/describe.go, genericDescriber. */
import { encode } from "../../../api/encode.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Describer } from "./describer.js";
import { field, type Lines, nameLines, noteLines, row } from "./lines.js";

/** Fields that stand at the head already, or that nobody reads. */
const SHOWN_BEFORE = new Set(["apiVersion", "kind"]);
const METADATA_SHOWN_BEFORE = new Set(["name", "namespace", "labels", "annotations", "managedFields"]);

export const anyKindDescriber: Describer<ApiObject> = {
  describe(object) {
    const { metadata, apiVersion, kind } = object;
    const { metadata: encoded = {}, ...rest } = encode(object) as { metadata?: Readonly<Record<string, unknown>> };
    const shown = Object.fromEntries(Object.entries(encoded).filter(([name]) => !METADATA_SHOWN_BEFORE.has(name)));
    const content = { metadata: shown, ...Object.fromEntries(Object.entries(rest).filter(([name]) => !SHOWN_BEFORE.has(name))) };
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      field(0, "API Version", apiVersion),
      field(0, "Kind", kind),
      ...fieldLines(0, content),
    ];
  },
};

function fieldLines(level: number, fields: Readonly<Record<string, unknown>>): Lines {
  return Object.keys(fields)
    .sort()
    .flatMap((name) => {
      const value = fields[name];
      const title = titleOf(name);
      if (Array.isArray(value)) {
        return [
          row(level, `${title}:`),
          ...value.flatMap((item: unknown) => (isFields(item) ? fieldLines(level + 1, item) : [row(level + 1, String(item))])),
        ];
      }
      return isFields(value) ? [row(level, `${title}:`), ...fieldLines(level + 1, value)] : [field(level, title, String(value))];
    });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Words that are written in capitals. Source: smartLabelFor. */
const CAPITALS = new Set(["api", "url", "uid", "osb", "guid"]);

/** `holderIdentity` as `Holder Identity`. */
export function titleOf(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+/g) ?? [name];
  return words.map((word) => (CAPITALS.has(word.toLowerCase()) ? word.toUpperCase() : word[0].toUpperCase() + word.slice(1))).join(" ");
}
