/** Writes objects as the API server does: times as text, fields in its order, always-written fields filled in. */
import { formatMicroTimestamp, formatTimestamp } from "./duration.js";
import { isPlainObject } from "./plain-object.js";
import type { Field, StructType, Type } from "./schema/descriptor.js";
import { schemaOf } from "./schema/index.js";
import type { ApiObject } from "./types/meta.js";

type Plain = Record<string, unknown>;

/** The JSON form of an object, ready for JSON.stringify or YAML. Kinds without a schema are written as they are. */
export function encode(object: ApiObject): Readonly<Record<string, unknown>> {
  const schema = schemaOf(object.apiVersion, object.kind);
  return schema === undefined ? { ...object } : encodeAs(schema, object);
}

/** The same of an object whose type is known. */
export function encodeAs(schema: StructType, object: ApiObject): Readonly<Record<string, unknown>> {
  return encodeStruct(schema, object as unknown as Plain);
}

function encodeStruct(type: StructType, value: Plain): Plain {
  const result: Plain = {};
  for (const field of type.fields.values()) {
    const encoded = encodeField(field, value[field.name]);
    if (encoded !== undefined) result[field.name] = encoded;
  }
  return result;
}

function encodeField(field: Field, value: unknown): unknown {
  const { type, always, pointer } = field;
  if (value === undefined || value === null) return always || isStampedNull(field) ? (pointer ? null : empty(type)) : undefined;
  if (type.form === "struct") {
    const encoded = encodeStruct(type, isPlainObject(value) ? value : {});
    return always || pointer || Object.keys(encoded).length > 0 ? encoded : undefined;
  }
  if (!always && !pointer && isEmpty(value)) return undefined;
  // An empty list is none when it comes back from the store, whose encoding does not tell them apart.
  if (Array.isArray(value) && value.length === 0) return null;
  return encodeValue(type, value);
}

/** Go writes a moment that is not set as null, "omitempty" or not; only the creation's is marked "omitzero". */
function isStampedNull({ name, type, pointer }: Field): boolean {
  return !pointer && type.form === "simple" && (type.simple === "Time" || type.simple === "MicroTime") && name !== "creationTimestamp";
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === "" || value === 0 || value === false || (isPlainObject(value) && Object.keys(value).length === 0);
}

/** What Go writes for a zero value. */
function empty(type: Type): unknown {
  if (type.form === "struct") return encodeStruct(type, {});
  if (type.form !== "simple" || type.simple === "any" || type.simple === "Time" || type.simple === "MicroTime") return null;
  if (type.simple === "string") return "";
  return type.simple === "bool" ? false : type.simple === "Quantity" ? "0" : 0;
}

function encodeValue(type: Type, value: unknown): unknown {
  switch (type.form) {
    case "struct":
      return encodeStruct(type, isPlainObject(value) ? value : {});
    case "list":
      return Array.isArray(value) ? value.map((one) => encodeValue(type.element, one)) : value;
    case "map": {
      if (!isPlainObject(value)) return value;
      const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(entries.map(([key, one]) => [key, encodeValue(type.element, one)]));
    }
    case "simple":
      if (typeof value !== "number") return value;
      if (type.simple === "Time") return formatTimestamp(value);
      return type.simple === "MicroTime" ? formatMicroTimestamp(value) : value;
  }
}
