/** The JSON Schema of the scenario file, for editors. */
import { ScenarioSchema } from "./schema/scenario.js";

/** A JSON value. */
type Json = Readonly<Record<string, unknown>> | readonly unknown[] | string | number | boolean | null;

/** Subschemas shorter than this are written where they are used. */
const SHORTEST_DEFINITION = 200;

/** The text of the schema file. Parts that are used several times stand once, under `definitions`. */
export function scenarioJsonSchema(): string {
  const root = JSON.parse(JSON.stringify(ScenarioSchema)) as Json;
  const uses = new Map<string, number>();
  count(root, uses);
  const names = new Map<string, string>();
  for (const [text, times] of uses) if (times > 1 && text.length >= SHORTEST_DEFINITION) names.set(text, `shared${names.size + 1}`);
  const definitions = Object.fromEntries([...names].map(([text, name]) => [name, replaceParts(JSON.parse(text) as Json, names)]));
  return `${JSON.stringify({ ...(replaceParts(root, names) as object), definitions }, null, 2)}\n`;
}

function isSchema(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && ("type" in value || "anyOf" in value);
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
