/**
 * kubectl explain: the fields of a resource and their types. The texts about them are not here.
 *
 * Source of the layout: kubectl/pkg/explain/v2/templates/plaintext.tmpl
 */
import type { KindInfo } from "../../api/kinds.js";
import type { Field, StructType, Type } from "../../api/schema/descriptor.js";
import { schemaOf } from "../../api/schema/index.js";
import { flag } from "./flags.js";
import { kindOf } from "./selection.js";
import { groupOf } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const NO_TYPE =
  'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n';
const REFERENCE = "The descriptions are at https://kubernetes.io/docs/reference/kubernetes-api/";
const INDENT = "  ";

export const explain: Verb = {
  name: "explain",
  flags: [flag("recursive", "boolean"), flag("api-version", "text"), flag("output", "text", { short: "o" })],
  prepare(given) {
    const [word, ...others] = given.positional;
    if (word === undefined) throw new UsageError(NO_TYPE.trimEnd());
    if (others.length > 0) throw new UsageError("We accept only this format: explain RESOURCE");
    const output = given.text("output") ?? "plaintext";
    if (output !== "plaintext") throw new UsageError(`unrecognized format: ${output}`);
    const [type, ...path] = word.text.split(".");
    const info = kindOf({ text: type, offset: word.offset });
    const apiVersion = given.text("api-version") ?? info.apiVersion;
    const schema = schemaOf(apiVersion, info.kind);
    if (schema === undefined) throw new UsageError(`couldn't find resource for "${apiVersion}, Resource=${info.resource}"`);
    const lines = explained({ ...info, apiVersion }, schema, path, given.isSet("recursive"));
    return function* (session) {
      for (const line of lines) session.print(line);
    };
  },
};

/** @throws UsageError where there is no such field */
function explained(info: KindInfo, schema: StructType, path: readonly string[], recursive: boolean): readonly string[] {
  const group = groupOf(info);
  const head = [
    ...(group === "" ? [] : [`GROUP:      ${group}`]),
    `KIND:       ${info.kind}`,
    `VERSION:    ${info.apiVersion.split("/").at(-1) ?? ""}`,
    "",
  ];
  let type: Type = schema;
  let shown: string | undefined;
  for (const name of path) {
    const owner = structIn(type);
    const field = owner?.fields.get(name);
    if (owner === undefined || field === undefined) throw new UsageError(`field ${JSON.stringify(name)} does not exist`);
    ({ type } = field);
    shown = fieldText(field, owner);
  }
  const fields = structIn(type);
  return [
    ...head,
    ...(shown === undefined ? [] : [`FIELD: ${shown.replace("\t", " ")}`, "", ""]),
    "DESCRIPTION:",
    `    ${REFERENCE}`,
    "    ",
    ...(fields === undefined ? [""] : ["FIELDS:", ...fieldLines(fields, INDENT, recursive, []), ""]),
  ];
}

/** The type that has fields, within lists and maps. */
function structIn(type: Type): StructType | undefined {
  if (type.form === "struct") return type;
  return type.form === "simple" ? undefined : structIn(type.element);
}

/** @param above types that are being laid out: one within itself is not laid out again */
function fieldLines(owner: StructType, indent: string, recursive: boolean, above: readonly StructType[]): readonly string[] {
  return [...owner.fields.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((field) => {
      const inner = structIn(field.type);
      const own = indent + fieldText(field, owner);
      if (!recursive || inner === undefined || above.includes(inner)) return [own];
      return [own, ...fieldLines(inner, indent + INDENT, recursive, [...above, owner])];
    });
}

function fieldText(field: Field, owner: StructType): string {
  return `${field.name}\t<${typeText(field.type)}>${isRequired(field, owner) ? " -required-" : ""}`;
}

/** Types as OpenAPI has them, which names only those that are not plain. */
const SIMPLE_TEXTS: Readonly<Record<string, string>> = {
  bool: "boolean",
  int32: "integer",
  int64: "integer",
  float64: "number",
  bytes: "string",
  any: "Object",
};

function typeText(type: Type): string {
  if (type.form === "struct") return type.name;
  if (type.form === "simple") return SIMPLE_TEXTS[type.simple] ?? type.simple;
  return (type.form === "list" ? "[]" : "map[string]") + typeText(type.element);
}

/** Owners of a pod template that may be left out. */
const OPTIONAL_TEMPLATES: ReadonlySet<string> = new Set(["ReplicaSetSpec", "ReplicationControllerSpec"]);

/** What Go always writes must be given, but for structs, which Go cannot leave out; of these, templates. */
function isRequired({ name, type, always, pointer }: Field, owner: StructType): boolean {
  if (type.form === "struct" && !pointer) return (name === "template" || name === "jobTemplate") && !OPTIONAL_TEMPLATES.has(owner.name);
  return always && !(type.form === "simple" && (type.simple === "Time" || type.simple === "MicroTime"));
}
