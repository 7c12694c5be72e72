/**
 * Strict decoding: a manifest's plain value to a typed object, or every mistake in it.
 *
 * Decoded objects hold canonical quantities, Timestamps for times, and no field whose zero value Go leaves out.
 *
 * Source: sigs.k8s.io/json (error texts and strictness), apimachinery's runtime serializer.
 */
import { parseDuration, parseTimestamp, TimeFormatError, wholeSecond } from "./duration.js";
import { mapJson } from "./go-json.js";
import { parseQuantity, QuantityError, roundUpToMilli } from "./quantity.js";
import type { Field, SimpleType, StructType, Type } from "./schema/descriptor.js";
import { fieldSince, schemaOf } from "./schema/index.js";
import type { ApiObject } from "./types/meta.js";
import { upgrade } from "./versions.js";

export type FieldPath = readonly (string | number)[];

/** One mistake found while decoding. */
export interface DecodeProblem {
  readonly path: FieldPath;
  /** Kubernetes' own wording. */
  readonly message: string;
  /** "strict" mistakes (unknown fields) are all reported together, of the others the API server reports the first. */
  readonly severity: "strict" | "type";
  /** Names of fields that are known in the place of an unknown one. */
  readonly known?: readonly string[];
  /** Where an unknown field is known, one level below, such as "containers[*].ports". */
  readonly belongs?: string;
  /** Of a value whose JSON type does not fit: the value, and the type that it should have. */
  readonly mismatch?: { readonly given: unknown; readonly expected: Type };
}

/** A manifest that the API server cannot decode; the message is Kubernetes' own. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";

  constructor(
    message: string,
    readonly problems: readonly DecodeProblem[] = [],
  ) {
    super(message);
  }
}

type Plain = Record<string, unknown>;

export function isPlainObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes a path as Kubernetes does: spec.containers[0].name. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : text === "" ? part : `.${part}`;
  return text;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

const INT_LIMITS: Readonly<Partial<Record<string, readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
};

/** A value that a simple type refuses; the message is complete. */
class Refusal extends Error {}

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

  struct(type: StructType, value: Plain): Plain {
    const result: Plain = {};
    for (const name of Object.keys(value)) {
      if (!type.fields.has(name) || this.tooYoung(type, name)) this.unknown(type, name);
    }
    for (const field of type.fields.values()) {
      const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
      this.path.push(field.name);
      this.fields.push(field.name);
      const decoded =
        given === undefined || given === null || this.tooYoung(type, field.name) ? undefined : this.value(field.type, given, type.name);
      this.path.pop();
      this.fields.pop();
      const kept = keep(field, decoded);
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
    const kind = typeof value === "number" && type.goName.startsWith("int") ? `number ${value}` : jsonKind(value);
    const message = `json: cannot unmarshal ${kind} into Go struct field ${owner}.${this.fields.join(".")} of type ${type.goName}`;
    this.problems.push({ path: [...this.path], message, severity: "type", mismatch: { given: value, expected: type } });
    return undefined;
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
          return isSimple(type, value) ? simple(type, value) : this.wrongType(value, type, owner);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          this.problems.push({ path: [...this.path], message: error.message, severity: "type" });
          return undefined;
        }
    }
  }

  private list(element: Type, values: readonly unknown[], owner: string): unknown[] {
    return values.map((one, index) => {
      this.path.push(index);
      const decoded = one === null ? zero(element) : this.value(element, one, owner);
      this.path.pop();
      return decoded ?? zero(element);
    });
  }

  private map(element: Type, values: Plain, owner: string): Plain {
    const result: Plain = {};
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

/** Whether a JSON value may stand for the type at all; what it says is checked by {@link simple}. */
function isSimple(type: SimpleType, value: unknown): boolean {
  switch (type.simple) {
    case "string":
    case "bytes":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int32":
    case "int64": {
      const [least, greatest] = INT_LIMITS[type.simple]!;
      return typeof value === "number" && Number.isInteger(value) && value >= least && value <= greatest;
    }
    case "float64":
      return typeof value === "number";
    default:
      return true;
  }
}

function simple(type: SimpleType, value: unknown): unknown {
  switch (type.simple) {
    case "Quantity":
      return quantity(value);
    case "IntOrString":
      return intOrString(value);
    case "Time":
    case "MicroTime":
      return time(value, type.simple === "MicroTime");
    case "Duration":
      return duration(value);
    case "bytes":
      return base64(value as string);
    default:
      return value;
  }
}

function quantity(value: unknown): string {
  try {
    return parseQuantity(typeof value === "string" ? value.trim() : typeof value === "number" ? value : mapJson(value)).toString();
  } catch (error) {
    if (error instanceof QuantityError) throw new Refusal(error.message);
    throw error;
  }
}

function intOrString(value: unknown): number | string {
  if (typeof value === "string") return value;
  const [least, greatest] = INT_LIMITS.int32!;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= greatest) return value;
  const kind = typeof value === "number" ? `number ${value}` : jsonKind(value);
  throw new Refusal(`json: cannot unmarshal ${kind} into Go value of type int32`);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Refusal(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
  return value;
}

function time(value: unknown, micro: boolean): number {
  try {
    const moment = parseTimestamp(text(value));
    return micro ? moment : wholeSecond(moment);
  } catch (error) {
    if (error instanceof TimeFormatError) throw new Refusal(error.message);
    throw error;
  }
}

function duration(value: unknown): string {
  const given = text(value);
  try {
    parseDuration(given);
    return given;
  } catch (error) {
    if (error instanceof TimeFormatError) throw new Refusal(error.message);
    throw error;
  }
}

function base64(value: string): string {
  const stripped = value.replace(/[\r\n]/g, "");
  const wrong = /^[A-Za-z0-9+/]*={0,2}/.exec(stripped)![0].length;
  if (wrong < stripped.length || stripped.length % 4 !== 0) throw new Refusal(`illegal base64 data at input byte ${wrong}`);
  return value;
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

/**
 * Decodes a manifest as the API server decodes the body of a request. Objects of older served versions are brought to the
 * version in which the simulator keeps them.
 *
 * @throws DecodeError with Kubernetes' wording
 */
export function decode(manifest: unknown): ApiObject {
  const { apiVersion, kind } = typeMeta(manifest);
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined) {
    throw new DecodeError(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const { object, problems } = decodeAs(schema, manifest as Plain);
  const failure = decodeFailure(problems);
  if (failure !== undefined) throw new DecodeError(failure, problems);
  return upgrade(object);
}

function typeMeta(manifest: unknown): { apiVersion: string; kind: string } {
  if (!isPlainObject(manifest)) {
    const shown = `json: cannot unmarshal ${jsonKind(manifest)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
    throw new DecodeError(`couldn't get version/kind; json parse error: ${shown}`);
  }
  const { apiVersion, kind } = manifest;
  if (kind === undefined || kind === null || kind === "") throw new DecodeError(`Object 'Kind' is missing in '${mapJson(manifest)}'`);
  if (apiVersion === undefined || apiVersion === null || apiVersion === "") {
    throw new DecodeError(`Object 'apiVersion' is missing in '${mapJson(manifest)}'`);
  }
  for (const [name, value] of [
    ["apiVersion", apiVersion],
    ["kind", kind],
  ] as const) {
    if (typeof value !== "string") {
      throw new DecodeError(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go struct field .${name} of type string`,
      );
    }
  }
  return { apiVersion: apiVersion as string, kind: kind as string };
}

/** The API server's text for mistakes of decoding: the first wrong type, or else all strict mistakes; undefined where there are none. */
export function decodeFailure(problems: readonly DecodeProblem[]): string | undefined {
  const wrongType = problems.find((one) => one.severity === "type");
  if (wrongType !== undefined) return wrongType.message;
  if (problems.length === 0) return undefined;
  return `strict decoding error: ${problems.map((one) => one.message).join(", ")}`;
}
