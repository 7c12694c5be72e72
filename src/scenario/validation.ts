/** Holds a parsed document against the schema, and says of each mistake where it is and what would be right. */
import { distance } from "fastest-levenshtein";
import type { TSchema } from "typebox";
import { Settings } from "typebox/system";
import Value from "typebox/value";
import type { Finding, Path } from "./mistake.js";
import { nearest, suggestion } from "./suggestion.js";

interface Schema {
  readonly type?: string;
  readonly errorMessage?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

/** How far a branch of a union is from what was written: the wrong sort of thing, the wrong variant, a field too many or too few, wrong values inside. */
const WRONG_TYPE = 1_000;
const WRONG_VARIANT = 100;
const WRONG_FIELD = 10;
const WRONG_VALUE = 1;

/** Mistakes of one file that are looked for: more than anybody reads. */
const MOST_ERRORS = 10_000;

/** A rule of the schema that a value breaks. */
interface Violation {
  readonly keyword: string;
  /** JSON pointer to the rule, its keyword included. */
  readonly schemaPath: string;
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly parentSchema: Schema;
  readonly data: unknown;
  /** The field that is unknown or missing. */
  readonly property?: string;
  readonly message: string;
}

/** A function that lists every mistake of a value. The schema is interpreted: compiling it would take longer than most runs. */
export function validatorOf(schema: TSchema): (value: unknown) => readonly Finding[] {
  return (value) => (Value.Check(schema, value) ? [] : findings(violationsOf(schema, value), value));
}

function violationsOf(schema: TSchema, value: unknown): readonly Violation[] {
  const before = Settings.Get().maxErrors;
  Settings.Set({ maxErrors: MOST_ERRORS });
  const errors = Value.Errors(schema, value);
  Settings.Set({ maxErrors: before });
  return errors.flatMap(({ keyword, schemaPath, instancePath, params, message }): readonly Violation[] => {
    // "additionalProperties: false" is reported as a whole, and once more for each field.
    if (keyword === "boolean") return [];
    const violation = {
      keyword,
      schemaPath: `${schemaPath}/${keyword}`,
      instancePath,
      parentSchema: valueAt(schema, schemaPath.slice(1)) as Schema,
      data: valueAt(value, instancePath),
      message,
    };
    const { additionalProperties, requiredProperties } = params as {
      additionalProperties?: readonly string[];
      requiredProperties?: readonly string[];
    };
    const properties = additionalProperties ?? requiredProperties;
    return properties === undefined ? [violation] : properties.map((property) => ({ ...violation, property }));
  });
}

function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pathOf(pointer, root)) value = (value as Readonly<Record<string | number, unknown>> | undefined)?.[part];
  return value;
}

function findings(errors: readonly Violation[], root: unknown): readonly Finding[] {
  const found = resolveUnions(errors).map((error) => finding(error, root));
  const misspelt = new Set(found.flatMap((entry) => (entry.meant === undefined ? [] : [key(entry.path.slice(0, -1), entry.meant)])));
  const seen = new Set<string>();
  return found.filter((entry) => {
    if (entry.at === "parent" && misspelt.has(key(entry.path))) return false;
    const identity = `${key(entry.path)}\n${entry.message}`;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function key(path: Path, last?: string): string {
  return JSON.stringify(last === undefined ? path : [...path, last]);
}

/** Of each union that did not match, keeps the mistakes of the branch that was probably meant. */
function resolveUnions(errors: readonly Violation[]): readonly Violation[] {
  const unions = errors.filter((error) => error.keyword === "anyOf");
  const outermost = unions.filter((error) => !unions.some((other) => other !== error && isWithin(error, other)));
  const kept = errors.filter((error) => error.keyword !== "anyOf" && !outermost.some((union) => isWithin(error, union)));
  for (const union of outermost) kept.push(...resolveUnion(union, errors));
  return kept;
}

function isWithin(error: Violation, union: Violation): boolean {
  return (
    error.schemaPath.startsWith(`${union.schemaPath}/`) &&
    (error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`))
  );
}

function resolveUnion(union: Violation, errors: readonly Violation[]): readonly Violation[] {
  const parent = union.parentSchema;
  const branches = parent.anyOf!;
  const written = union.data;
  if (parent.errorMessage !== undefined && !isMap(written)) return [union];
  const variants = isMap(written) ? discriminator(branches, written) : undefined;
  if (variants !== undefined && !variants.known.includes(fieldOf(written, variants.property))) {
    return [
      {
        ...union,
        keyword: "enum",
        instancePath: `${union.instancePath}/${variants.property}`,
        data: fieldOf(written, variants.property),
        parentSchema: { enum: variants.known },
      },
    ];
  }
  let best: readonly Violation[] = [union];
  let least = Number.POSITIVE_INFINITY;
  branches.forEach((branch, index) => {
    const own = errors.filter((error) => isWithin(error, { ...union, schemaPath: `${union.schemaPath}/${index}` }));
    const misfits = own.map((error) => misfit(error, union.instancePath, branch));
    const score = misfits.reduce((sum, one) => sum + (one === WRONG_VALUE ? 0 : one), misfits.includes(WRONG_VALUE) ? WRONG_VALUE : 0);
    if (own.length > 0 && score < least) {
      least = score;
      best = own;
    }
  });
  if (least >= WRONG_TYPE && branches.every((branch) => branch.errorMessage === undefined)) return [union];
  return resolveUnions(best).map((error) =>
    error.keyword === "additionalProperties" && error.instancePath === union.instancePath
      ? {
          ...error,
          parentSchema: { ...error.parentSchema, alternatives: branches.flatMap((branch) => Object.keys(branch.properties ?? {})) },
        }
      : error,
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldOf(value: unknown, property: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[property];
}

/** The field that tells the variants of a union apart (such as `fault`), where the value has it. */
function discriminator(
  branches: readonly Schema[],
  value: Readonly<Record<string, unknown>>,
): { property: string; known: readonly unknown[] } | undefined {
  for (const property of Object.keys(value)) {
    const known = branches.flatMap((branch) => {
      const constant = branch.properties?.[property]?.const;
      return constant === undefined ? [] : [constant];
    });
    if (known.length > 1) return { property, known };
  }
  return undefined;
}

function misfit(error: Violation, place: string, branch: Schema): number {
  if (error.keyword === "anyOf") return 0;
  if (error.instancePath === place) {
    if (error.keyword === "required") return WRONG_FIELD;
    if (error.keyword === "additionalProperties") {
      const name = error.property!;
      const nearestDistance = Math.min(...Object.keys(branch.properties ?? {}).map((known) => distance(name, known)));
      return WRONG_FIELD + Math.min(nearestDistance, WRONG_FIELD) / WRONG_FIELD;
    }
    return WRONG_TYPE;
  }
  const isDirect = !error.instancePath.slice(place.length + 1).includes("/") && /\/properties\/[^/]+\/const$/.test(error.schemaPath);
  return isDirect ? WRONG_VARIANT : WRONG_VALUE;
}

function finding(error: Violation, root: unknown): Finding & { readonly meant?: string } {
  const path = pathOf(error.instancePath, root);
  const schema = error.parentSchema as Schema & { readonly alternatives?: readonly string[] };
  if (error.keyword === "additionalProperties") {
    const name = error.property!;
    const known = [...new Set(schema.alternatives ?? Object.keys(schema.properties ?? {}))];
    const meant = nearest(name, known);
    return {
      path: [...path, name],
      message: `unknown field; ${suggestion(name, known)}`,
      at: "key",
      ...(meant !== undefined && { meant }),
    };
  }
  if (error.keyword === "required") {
    const name = error.property!;
    const rule = schema.properties?.[name];
    return { path: [...path, name], message: `Required value${rule === undefined ? "" : `: ${requirement(rule)}`}`, at: "parent" };
  }
  return { path, message: `Invalid value: ${describe(error.data)}: ${valueRule(error, schema)}`, at: "value" };
}

function valueRule(error: Violation, schema: Schema): string {
  const written: unknown = error.data;
  if (schema.enum !== undefined && typeof written === "string") {
    const known = schema.enum.map(String);
    const meant = nearest(written, known);
    return `${schema.errorMessage ?? `must be one of ${known.join(", ")}`}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
  }
  const rule =
    error.keyword === "type" || error.keyword === "anyOf" || schema.errorMessage !== undefined
      ? requirement(schema)
      : (error.message ?? "is not right");
  if (typeof written === "number" && written > 0 && Number.isFinite(written) && rule.startsWith("must be a duration"))
    return `${rule}; did you mean "${written}s"?`;
  // YAML reads 1.30, yes and n as something else than texts.
  if ((typeof written === "number" || typeof written === "boolean") && schema.type === "string" && !rule.endsWith("in quotes"))
    return `${rule}, in quotes`;
  return rule;
}

/** What would be right. */
function requirement(schema: Schema): string {
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.const !== undefined) return `must be ${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined) return `must be one of ${schema.enum.map(String).join(", ")}`;
  switch (schema.type) {
    case "object":
      return `must be a map${schema.properties === undefined ? "" : ` with the fields ${Object.keys(schema.properties).join(", ")}`}`;
    case "array":
      return "must be a list";
    case "string":
      return "must be a text";
    case "boolean":
      return "must be true or false";
    case "integer":
      return "must be a whole number";
    case "number":
      return "must be a number";
    default:
      break;
  }
  if (schema.anyOf === undefined) return "must be given";
  const fields = schema.anyOf.flatMap((branch) => (branch.required === undefined ? [] : [`{${branch.required.join(", ")}}`]));
  const scalars = schema.anyOf.flatMap((branch) => (branch.required === undefined ? [requirement(branch).replace(/^must be /, "")] : []));
  return `must be ${[...new Set([...scalars, ...fields])].join(", or ")}`;
}

/** The value as it was written, shortened. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return `a map with ${Object.keys(value).slice(0, 4).join(", ") || "no fields"}`;
  const text = typeof value === "number" && !Number.isFinite(value) ? notFinite(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** As YAML writes it, in which alone such a number can stand. */
function notFinite(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  return value < 0 ? "-.inf" : ".inf";
}

/** Turns a JSON pointer into a path; numbers index lists only. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value: unknown = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(value) ? Number(name) : name;
    path.push(step);
    value = (value as Record<string | number, unknown> | undefined)?.[step];
  }
  return path;
}
