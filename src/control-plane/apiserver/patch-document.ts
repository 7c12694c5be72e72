/**
 * Patches that come as documents: the result is read as strictly as the body of a creation, and what is no object of the kind is refused.
 *
 * Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go
 */
import { isDeepStrictEqual } from "node:util";
import { decodeFailure, type DecodeProblem, endingProblem } from "../../api/decode-problem.js";
import { decodeAs } from "../../api/decoder.js";
import { isPlainObject } from "../../api/plain-object.js";
import { encodeAs } from "../../api/encode.js";
import { structJson } from "../../api/go-json.js";
import { structOf, type Type } from "../../api/schema/descriptor.js";
import type { ApiObject } from "../../api/types/meta.js";
import { ApiStatusError, badRequest } from "./status-errors.js";

export type PatchType = "strategic" | "merge" | "json";

export interface PatchDocument {
  readonly type: PatchType;
  /** The document itself. */
  readonly value: unknown;
  /** Whether fields that are unknown are refused, and not just warned of. */
  readonly strict?: boolean;
  /** The JSON form of an object with the document applied; undefined where it does not fit the object. */
  readonly apply: (current: unknown) => unknown;
}

/**
 * The object that a patch makes of the stored one, whose unchanged parts it shares: the stored one itself where nothing changes.
 *
 * @param warn gets the text of each warning: fields that are unknown are warned of and dropped
 * @throws ApiStatusError 400 or 422
 */
export function patchedObject<T extends ApiObject>(stored: T, patch: PatchDocument, warn: (text: string) => void): T {
  // Neither a kind that is stored nor a Scale has another version here.
  const schema = structOf(stored.kind);
  const before = encodeAs(schema, stored);
  const after = patch.apply(before);
  if (after === undefined) throw rejected();
  if (!isPlainObject(after)) throw badRequest(`cannot restore struct from: ${goKind(after)}`);
  // Which kind it is the address of the request says.
  const { object, problems } = decodeAs(schema, { ...after, apiVersion: stored.apiVersion, kind: stored.kind });
  const wrong = endingProblem(problems);
  if (wrong !== undefined) throw unreadable(patch, after, patch.type === "strategic" ? conversionFailure(wrong) : wrong.message);
  if (patch.strict === true && problems.length > 0) throw unreadable(patch, after, decodeFailure(problems)!);
  for (const { message } of problems) warn(message);
  const metadata = (object as Partial<ApiObject>).metadata ?? { name: "" };
  const named = { ...object, metadata: { ...metadata, name: metadata.name ?? "" } };
  return withUnchangedParts(stored, decodeAs(schema, before).object, named) as T;
}

/** A step that does not fit. Source: NewGenericServerResponse of k8s.io/apimachinery/pkg/api/errors, which does not say which step. */
function rejected(): ApiStatusError {
  const message = "the server rejected our request due to an error in our request";
  return new ApiStatusError({ code: 422, reason: "Invalid", message, details: {} });
}

/** A strategic merge patch is shown as it is and judged by a converter of its own; of others the result is shown and decoded. */
function unreadable({ type, value }: PatchDocument, after: Readonly<Record<string, unknown>>, why: string): ApiStatusError {
  const shown = type === "strategic" ? goText(value) : structJson(sorted(after));
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return new ApiStatusError({
    code: 422,
    reason: "Invalid",
    message: ` "" is invalid: patch: ${message}`,
    causes: [{ type: "FieldValueInvalid", field: "patch", message }],
  });
}

/** A patch leaves the fields of what it changes in order of their names. */
function sorted(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Source: k8s.io/apimachinery/pkg/runtime/converter.go fromUnstructured */
function conversionFailure({ mismatch, own, message }: DecodeProblem): string {
  if (mismatch === undefined) return own ?? message;
  const { given, expected } = mismatch;
  const kind = goKind(given);
  if (expected.form === "struct") return `cannot restore struct from: ${kind}`;
  if (expected.form !== "simple") return `cannot restore ${expected.form === "list" ? "slice" : "map"} from ${kind}`;
  if (expected.simple === "bytes") return `cannot restore slice from ${kind}`;
  const isConvertible = expected.simple === "string" ? kind === "int64" : isNumber(expected) && (kind === "int64" || kind === "float64");
  return isConvertible ? `cannot convert ${kind} to ${expected.goName}` : `unrecognized type: ${expected.simple}`;
}

function isNumber(type: Type): boolean {
  return type.form === "simple" && ["int32", "int64", "float64"].includes(type.simple);
}

/** The kind of a JSON value in Go's reflection. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "map";
}

/** A JSON value as Go's %+v prints it. */
function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isPlainObject(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, part]) => `${key}:${goText(part)}`).join(" ")}]`;
}

/**
 * The decoded result, with the stored value in each place where the patch has changed nothing.
 *
 * @param before what decoding makes of the stored object without the patch
 */
function withUnchangedParts(stored: unknown, before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return stored;
  if (!isPlainObject(stored) || !isPlainObject(before) || !isPlainObject(after)) return after;
  return Object.fromEntries(Object.entries(after).map(([name, part]) => [name, withUnchangedParts(stored[name], before[name], part)]));
}
