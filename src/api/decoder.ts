/**
 * Strict decoding: a plain value to an object of a type, and every mistake in it.
 *
 * Decoded objects hold canonical quantities, Timestamps for times, and no field whose zero value Go leaves out.
 *
 * Source: sigs.k8s.io/json (error texts and strictness).
 */
import { type DecodeProblem, formatPath } from "./decode-problem.js";
import { isPlainObject, type PlainObject } from "./plain-object.js";
import { roundUpToMilli } from "./quantity.js";
import type { Field, SimpleType, StructType, Type } from "./schema/descriptor.js";
import { fieldSince } from "./schema/index.js";
import { isSimple, jsonKind, numberKind, readSimple, Refusal, WrongType } from "./simple-values.js";
import type { ApiObject } from "./types/meta.js";

/** The place of a field one level below a type: in a struct or in each struct of a list; fields that are always there come first. */
function placeBelow(type: StructType, name: string): string | undefined {
  const places = [...type.fields.values()].flatMap((field) => {
    const inner = field.type.form === "list" ? field.type.element : field.type;
    if (inner.form !== "struct" || !inner.fields.has(name)) return [];
    return [{ text: `${field.name}${field.type.form === "list" ? "[*]" : ""}.${name}`, always: field.always }];
  });
  return (places.find((place) => place.always) ?? places.at(0))?.text;
}

class Decoder {
  readonly problems: DecodeProblem[] = [];
  private readonly path: (string | number)[] = [];
  private readonly fields: string[] = [];

  /** @param release fields younger than this minor release of Kubernetes are unknown */
  constructor(private readonly release?: number) {}

  /** Mistakes are found in the document's order; the decoded fields stand in the type's. */
  struct(type: StructType, value: PlainObject): PlainObject {
    const decoded = new Map<string, unknown>();
    for (const name of Object.keys(value)) {
      const field = type.fields.get(name);
      if (field === undefined || this.tooYoung(type, name)) {
        this.unknown(type, name);
        continue;
      }
      const given = value[name];
      if (given === undefined || given === null) continue;
      this.path.push(name);
      this.fields.push(name);
      decoded.set(name, this.value(field.type, given, type.name));
      this.path.pop();
      this.fields.pop();
    }
    const result: PlainObject = {};
    for (const field of type.fields.values()) {
      const kept = keep(field, decoded.get(field.name));
      if (kept !== undefined) result[field.name] = kept;
    }
    return result;
  }

  private tooYoung(type: StructType, name: string): boolean {
    return this.release !== undefined && (fieldSince(type.name, name) ?? 0) > this.release;
  }

  private unknown(type: StructType, name: string): void {
    const path = [...this.path, name];
    const known = [...type.fields.keys()].filter((field) => field !== name && !this.tooYoung(type, field));
    const problem: DecodeProblem = { path, message: `unknown field ${JSON.stringify(formatPath(path))}`, severity: "strict", known };
    const belongs = placeBelow(type, name);
    this.problems.push(belongs === undefined ? problem : { ...problem, belongs: formatPath([...this.path, belongs]) });
  }

  private wrongType(value: unknown, type: Type, owner: string): unknown {
    const kind = typeof value === "number" && type.goName.startsWith("int") ? numberKind(value) : jsonKind(value);
    const message = `json: cannot unmarshal ${kind} into ${this.target(owner)} of type ${type.goName}`;
    this.problems.push({ path: [...this.path], message, severity: "type", mismatch: { given: value, expected: type } });
    return undefined;
  }

  private target(owner: string): string {
    return `Go struct field ${owner}.${this.fields.join(".")}`;
  }

  private value(type: Type, value: unknown, owner: string): unknown {
    switch (type.form) {
      case "struct":
        return isPlainObject(value) ? this.struct(type, value) : this.wrongType(value, type, owner);
      case "list":
        return Array.isArray(value) ? this.list(type.element, value, owner) : this.wrongType(value, type, owner);
      case "map":
        return isPlainObject(value) ? this.map(type.element, value, owner) : this.wrongType(value, type, owner);
      case "simple":
        try {
          return isSimple(type, value) ? readSimple(type, value) : this.wrongType(value, type, owner);
        } catch (error) {
          this.problems.push({ path: [...this.path], ...this.refusal(error, type, owner) });
          return undefined;
        }
    }
  }

  private refusal(error: unknown, { simple }: SimpleType, owner: string): Pick<DecodeProblem, "message" | "severity" | "own"> {
    if (error instanceof WrongType) {
      const message = `json: cannot unmarshal ${error.found} into ${this.target(owner)} of type ${error.goName}`;
      return { message, severity: "form", own: error.message };
    }
    if (!(error instanceof Refusal)) throw error;
    // Bytes are read by the decoder itself, which goes on.
    return { message: error.message, severity: simple === "bytes" ? "type" : "form" };
  }

  private list(element: Type, values: readonly unknown[], owner: string): unknown[] {
    return values.map((one, index) => {
      this.path.push(index);
      const decoded = one === null ? zero(element) : this.value(element, one, owner);
      this.path.pop();
      return decoded ?? zero(element);
    });
  }

  private map(element: Type, values: PlainObject, owner: string): PlainObject {
    const result: PlainObject = {};
    const isResourceList = element.form === "simple" && element.simple === "Quantity";
    for (const [key, one] of Object.entries(values)) {
      this.path.push(key);
      const given = one === null ? undefined : this.value(element, one, owner);
      this.path.pop();
      const decoded = given ?? zero(element);
      // The API server rounds the quantities of every resource list up to thousandths.
      const value = isResourceList ? roundUpToMilli(decoded as string) : decoded;
      // defineProperty, so that a key such as "__proto__" is data like any other.
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return result;
  }
}

function zero(type: Type): unknown {
  switch (type.form) {
    case "struct":
      return new Decoder().struct(type, {});
    case "list":
      return [];
    case "map":
      return {};
    case "simple":
      return zeroOf(type.simple);
  }
}

function zeroOf(simple: SimpleType["simple"]): unknown {
  switch (simple) {
    case "string":
    case "bytes":
      return "";
    case "bool":
      return false;
    case "Quantity":
      return "0";
    case "any":
      return undefined;
    default:
      return 0;
  }
}

function isZero(value: unknown): boolean {
  return value === undefined || value === "" || value === 0 || value === false || (isPlainObject(value) && Object.keys(value).length === 0);
}

/** What of a decoded value stays in the object: Go forgets zero values of fields that are neither pointers nor always written. */
function keep(field: Field, value: unknown): unknown {
  if (field.pointer) return value;
  if (field.always && (field.present || field.type.form === "simple" || field.type.form === "list")) {
    return value ?? zero(field.type);
  }
  // An empty list or map that the manifest spells out is not the same as none: validation and defaulting tell them apart.
  return field.type.form !== "map" && isZero(value) ? undefined : value;
}

export interface Decoded {
  /** The object, as far as it could be read. */
  readonly object: ApiObject;
  readonly problems: readonly DecodeProblem[];
}

/** Decodes a value as a given type and collects every mistake. */
export function decodeAs(schema: StructType, value: Readonly<Record<string, unknown>>, release?: number): Decoded {
  const decoder = new Decoder(release);
  const object = decoder.struct(schema, value);
  return { object: object as unknown as ApiObject, problems: decoder.problems };
}
