/**
 * Values of simple types: what the JSON form may be, and what is read from it.
 *
 * Source: sigs.k8s.io/json, and the UnmarshalJSON of resource.Quantity, intstr.IntOrString, metav1.Time, MicroTime and Duration.
 */
import { parseDuration, parseTimestamp, TimeFormatError, wholeSecond } from "./duration.js";
import { mapJson } from "./go-json.js";
import { parseQuantity, QuantityError } from "./quantity.js";
import type { SimpleType } from "./schema/descriptor.js";

/** A value that its own type cannot read; the message is complete. */
export class Refusal extends Error {}

/** A value that a type with a reader of its own takes for another JSON type than it is. */
export class WrongType extends Error {
  constructor(
    /** What it is, as messages have it. */
    readonly found: string,
    /** What the reader wants. */
    readonly goName: string,
  ) {
    super(`json: cannot unmarshal ${found} into Go value of type ${goName}`);
  }
}

/** The JSON type of a value, as messages have it. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** A number that does not fit, as messages have it. */
export function numberKind(value: number): string {
  return `number ${value}`;
}

const INT_LIMITS: Readonly<Partial<Record<string, readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
};

/** Whether a JSON value may stand for the type at all; what it says is checked by {@link readSimple}. */
export function isSimple(type: SimpleType, value: unknown): boolean {
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

/** @throws Refusal or WrongType */
export function readSimple(type: SimpleType, value: unknown): unknown {
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
  throw new WrongType(typeof value === "number" ? numberKind(value) : jsonKind(value), "int32");
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new WrongType(jsonKind(value), "string");
  return value;
}

function time(value: unknown, micro: boolean): number {
  try {
    const moment = parseTimestamp(text(value), micro);
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
