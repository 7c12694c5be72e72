/**
 * Structural schemas: which fields each API type has and of which Go type they are.
 *
 * Types are written as compact text, a type's name followed by indented lines "field type":
 *
 *   string, bool, int32, int64, float64, any, bytes   plain values; a zero value is left out of the output as Go's omitempty does
 *   Time, MicroTime                                    a moment; written as null when it is not set, but for an object's creation
 *   *T          a pointer: kept whatever its value
 *   []T, {}T    list and map
 *   T!          written even when empty (a field without omitempty)
 *   T+          the same, and present in decoded objects even when the manifest leaves it out
 *   Name        another type, here or in another group
 *   ... Name    on a line of its own: the fields of that type, which has to be defined before; Go embeds it here
 *   Name = T    at the left margin: a named simple type, as Kubernetes' error texts show it
 *
 * Fields stand in the order in which the API server writes them.
 *
 * Source of fields: https://kubernetes.io/docs/reference/kubernetes-api/
 */

export type SimpleName =
  "string" | "bool" | "int32" | "int64" | "float64" | "any" | "bytes" | "Quantity" | "IntOrString" | "Time" | "MicroTime" | "Duration";

export interface SimpleType {
  readonly form: "simple";
  readonly simple: SimpleName;
  /** Go's name, such as "int32" or "v1.RestartPolicy". */
  readonly goName: string;
}

export interface ListType {
  readonly form: "list" | "map";
  readonly element: Type;
  readonly goName: string;
}

export interface StructType {
  readonly form: "struct";
  /** Go's name without package, such as "PodSpec". */
  readonly name: string;
  readonly goName: string;
  /** The fields of the JSON form, those of embedded types among them. */
  readonly fields: ReadonlyMap<string, Field>;
  /** What stands in the Go type, in Go's order. */
  readonly members: readonly Member[];
}

/** A field, or a type that Go embeds. */
export type Member = Field | { readonly embedded: StructType };

export type Type = SimpleType | ListType | StructType;

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly pointer: boolean;
  /** Whether the field is written even when it is empty. */
  readonly always: boolean;
  /** Whether a decoded object has the field even where the manifest leaves it out. */
  readonly present: boolean;
}

const SIMPLE: ReadonlySet<string> = new Set<SimpleName>([
  "string",
  "bool",
  "int32",
  "int64",
  "float64",
  "any",
  "bytes",
  "Quantity",
  "IntOrString",
  "Time",
  "MicroTime",
  "Duration",
]);

/** Go's names of the simple types that are not predeclared in Go. */
const GO_NAMES: Readonly<Partial<Record<string, string>>> = {
  any: "interface {}",
  bytes: "[]uint8",
  Quantity: "resource.Quantity",
  IntOrString: "intstr.IntOrString",
  Time: "v1.Time",
  MicroTime: "v1.MicroTime",
  Duration: "v1.Duration",
};

interface MutableStruct extends StructType {
  readonly fields: Map<string, Field>;
  readonly members: Member[];
}

const structs = new Map<string, MutableStruct>();
const named = new Map<string, Type>();

/** The struct of this name, made empty where a text refers to it before it is defined. */
function structNamed(name: string): MutableStruct {
  let found = structs.get(name);
  if (found === undefined) {
    found = { form: "struct", name, goName: `v1.${name}`, fields: new Map(), members: [] };
    structs.set(name, found);
  }
  return found;
}

function typeFrom(text: string): Type {
  if (text.startsWith("[]")) {
    const element = typeFrom(text.slice(2));
    return { form: "list", element, goName: `[]${element.goName}` };
  }
  if (text.startsWith("{}")) {
    const element = typeFrom(text.slice(2));
    return { form: "map", element, goName: `map[string]${element.goName}` };
  }
  if (SIMPLE.has(text)) return { form: "simple", simple: text as SimpleName, goName: GO_NAMES[text] ?? text };
  return named.get(text) ?? structNamed(text);
}

/**
 * Defines the types written in `text`; Go's package (the API version) is shown in error texts.
 * Named simple types have to be defined before they are used.
 */
export function defineTypes(goPackage: string, text: string): void {
  let current: MutableStruct | undefined;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "") continue;
    if (raw.startsWith(" ")) {
      if (current === undefined) throw new Error(`field outside of a type: ${line}`);
      const [name, spelled] = line.split(/\s+/) as [string, string];
      if (name === "...") {
        const embedded = structOf(spelled);
        for (const field of embedded.fields.values()) current.fields.set(field.name, field);
        current.members.push({ embedded });
        continue;
      }
      const pointer = spelled.startsWith("*");
      const present = spelled.endsWith("+");
      const always = present || spelled.endsWith("!");
      const type = typeFrom(spelled.slice(pointer ? 1 : 0, always ? -1 : undefined));
      const field: Field = { name, type, pointer, always, present };
      current.fields.set(name, field);
      current.members.push(field);
      continue;
    }
    const [names, alias] = line.split(" = ") as [string, string | undefined];
    if (alias === undefined) {
      current = structNamed(line);
      if (current.fields.size > 0) throw new Error(`type ${line} is defined twice`);
      (current as { goName: string }).goName = `${goPackage}.${line}`;
      continue;
    }
    for (const name of names.split(" ")) named.set(name, { ...typeFrom(alias), goName: `${goPackage}.${name}` });
  }
}

/**
 * The type of a kind.
 *
 * @throws Error for a name that no group defines: a mistake in the schemas themselves
 */
export function structOf(name: string): StructType {
  const found = structs.get(name);
  if (found === undefined || found.fields.size === 0) throw new Error(`no schema for type ${name}`);
  return found;
}

/** Names of types that are used and never defined, for the schemas' own test. */
export function undefinedTypes(): string[] {
  return [...structs.values()].filter((one) => one.fields.size === 0).map((one) => one.name);
}
