/** The JSON Schema of the scenario file, for editors. */
import { ScenarioSchema } from "./schema/scenario.js";

/** A JSON value. */
type Json = Readonly<Record<string, unknown>> | readonly unknown[] | string | number | boolean | null;

/** Subschemas shorter than this are written where they are used. */
const SHORTEST_DEFINITION = 200;

/** The text of the schema file. Parts that are used several times stand once, under `definitions`. */
export function scenarioJsonSchema(): string {
  const root = withReferences(JSON.parse(JSON.stringify(ScenarioSchema)) as Json);
  const uses = new Map<string, number>();
  count(root, uses);
  const names = new Map<string, string>();
  for (const [text, times] of uses) if (times > 1 && text.length >= SHORTEST_DEFINITION) names.set(text, `shared${names.size + 1}`);
  const definitions = Object.fromEntries([...names].map(([text, name]) => [name, replaceParts(JSON.parse(text) as Json, names)]));
  return `${JSON.stringify({ ...(replaceParts(root, names) as object), definitions }, null, 2)}\n`;
}

/** Where a value of a certain form is asked for, `${NAME}` may stand instead: it is replaced before the value is checked. */
const REFERENCE = { type: "string", pattern: "\\$\\{[A-Za-z_][A-Za-z0-9_-]*\\}" };
/** What a scenario is known by stays as it is. */
const FIXED = new Set(["apiVersion", "kind", "parameters"]);

function withReferences(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((part: Json) => withReferences(part));
  const schema = value as Readonly<Record<string, Json>>;
  const isNarrow =
    (typeof schema.type === "string" && ["integer", "number", "boolean"].includes(schema.type)) ||
    (schema.type === "string" && ("pattern" in schema || "const" in schema)) ||
    Array.isArray(schema.enum);
  if (isNarrow) return { anyOf: [schema, REFERENCE], ...(schema.description !== undefined && { description: schema.description }) };
  return Object.fromEntries(
    Object.entries(schema).map(([name, part]) => [name, name === "required" || FIXED.has(name) ? part : withReferences(part)]),
  );
}

function isSchema(value: Json): value is Readonly<Record<string, Json>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // A map of properties may have one that is called type.
  const { type, anyOf } = value as Readonly<Record<string, Json>>;
  return typeof type === "string" || Array.isArray(anyOf);
}

function count(value: Json, uses: Map<string, number>): void {
  if (typeof value !== "object" || value === null) return;
  if (isSchema(value)) {
    const text = JSON.stringify(value);
    uses.set(text, (uses.get(text) ?? 0) + 1);
    // Parts of a part that was seen before are counted with it.
    if (uses.get(text)! > 1) return;
  }
  for (const part of Object.values(value) as Json[]) count(part, uses);
}

function replaceParts(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((part: Json) => replace(part, names));
  return Object.fromEntries(Object.entries(value as Readonly<Record<string, Json>>).map(([name, part]) => [name, replace(part, names)]));
}

function replace(value: Json, names: ReadonlyMap<string, string>): Json {
  const name = isSchema(value) ? names.get(JSON.stringify(value)) : undefined;
  return name === undefined ? replaceParts(value, names) : { $ref: `#/definitions/${name}` };
}
