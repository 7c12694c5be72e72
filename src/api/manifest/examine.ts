/**
 * Checks a manifest as `kubectl create` against the API server would, and goes on after the first mistake.
 *
 * Mistakes have Kubernetes' own wording, and where it helps what would be right.
 */
import { closest, distance } from "fastest-levenshtein";
import type { DecodeProblem, FieldPath } from "../decode-problem.js";
import { decodeAs } from "../decoder.js";
import { isPlainObject } from "../plain-object.js";
import { applyDefaults } from "../defaults/index.js";
import { kindInfo, KINDS } from "../kinds.js";
import { normalizeClusterIPs, prepareForCreate } from "../prepare.js";
import { lastReleaseOf, schemaOf, servedSchema } from "../schema/index.js";
import type { StructType } from "../schema/descriptor.js";
import type { ApiObject } from "../types/meta.js";
import type { Service } from "../types/network.js";
import { validateCreate, type FieldError } from "../validation/index.js";
import { upgrade } from "../versions.js";

/** Something wrong in a manifest's value. */
export interface ManifestFinding {
  readonly path: FieldPath;
  /** The path as Kubernetes writes it; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  /** Whether the field's name or its value is wrong. */
  readonly at: "key" | "value";
}

export interface ExaminedManifest {
  /** Where the object stands in the value: empty, or ["items", n] in a list. */
  readonly path: FieldPath;
  /** The decoded object, without defaults; absent where there is any finding. */
  readonly object?: ApiObject;
  readonly findings: readonly ManifestFinding[];
}

/** Names farther apart than this share of their length are not taken for each other's misspelling. */
const LARGEST_SHARE_MISSPELT = 0.4;

function suggestion(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, known);
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(1, name.length * LARGEST_SHARE_MISSPELT) ? nearest : undefined;
}

function withSuggestion(message: string, right: string | undefined): string {
  return right === undefined ? message : `${message} (did you mean ${JSON.stringify(right)}?)`;
}

/** A path in the form in which messages show it; keys of maps stand in brackets. */
function shownPath(path: FieldPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number" || /[^\w-]/.test(part)) text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/**
 * The parts of a path as Kubernetes writes it, found in the value that it belongs to, since a map's keys may hold dots and
 * brackets. What is not there is left out.
 */
export function resolvePath(value: unknown, field: string): FieldPath {
  const path: (string | number)[] = [];
  let rest = field;
  let current = value;
  while (rest !== "") {
    rest = rest.replace(/^\./, "");
    const index = /^\[(\d+)\]/.exec(rest);
    if (Array.isArray(current)) {
      if (index === null) break;
      path.push(Number(index[1]));
      current = (current as unknown[])[Number(index[1])];
      rest = rest.slice(index[0].length);
      continue;
    }
    if (!isPlainObject(current)) break;
    const bracketed = rest.startsWith("[");
    const candidates = Object.keys(current).filter((key) => {
      if (bracketed) return rest.startsWith(`[${key}]`);
      return rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`);
    });
    const key = candidates.sort((a, b) => b.length - a.length)[0];
    if (key === undefined) break;
    path.push(key);
    current = current[key];
    rest = rest.slice(key.length + (bracketed ? 2 : 0));
  }
  return path;
}

/** What an object would be asked of in a cluster without knowing its uid yet. */
const NO_ONE_YET = "00000000-0000-0000-0000-000000000000";

function validationErrors(object: ApiObject): FieldError[] {
  const isNamespaced = kindInfo(object.kind)?.namespaced === true;
  const { generateName = "" } = object.metadata;
  const name = (object.metadata.name as string | undefined) ?? "";
  const metadata = {
    ...object.metadata,
    name: name === "" && generateName !== "" ? `${generateName}xxxxx` : name,
    ...(isNamespaced ? { namespace: object.metadata.namespace ?? "default" } : {}),
    uid: NO_ONE_YET,
  };
  const prepared = prepareForCreate(applyDefaults({ ...object, metadata }), { uid: NO_ONE_YET });
  return validateCreate(prepared.kind === "Service" ? normalizeClusterIPs(prepared as Service) : prepared);
}

function startsWith(path: string, start: string): boolean {
  return path.startsWith(start) && /^$|^[.[]/.test(path.slice(start.length));
}

/** Errors that only follow from what could not be decoded are left out. */
function independent(errors: readonly FieldError[], problems: readonly DecodeProblem[]): FieldError[] {
  const broken = problems.flatMap(({ path, known = [] }) => {
    const name = String(path.at(-1));
    const meant = suggestion(name, known);
    return [shownPath(path), ...(meant === undefined ? [] : [shownPath([...path.slice(0, -1), meant])])];
  });
  return errors.filter(({ field }) => !broken.some((one) => startsWith(field, one) || startsWith(one, field)));
}

interface Resolved {
  readonly schema: StructType;
  /** The release whose fields count, where a retired version says how old the manifest is. */
  readonly release?: number;
  readonly findings: readonly ManifestFinding[];
}

function resolveKind(apiVersion: string, kind: string): Resolved | ManifestFinding {
  const schema = schemaOf(apiVersion, kind);
  if (schema !== undefined) return { schema, findings: [] };
  const noMatch = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
  const served = servedSchema(kind);
  if (served === undefined) {
    const kinds = KINDS.map((info) => info.kind as string);
    return { path: ["kind"], field: "kind", message: withSuggestion(noMatch, suggestion(kind, kinds)), at: "value" };
  }
  const release = lastReleaseOf(apiVersion);
  const age = release === undefined ? "" : `served up to Kubernetes 1.${release}, now `;
  const message = `${noMatch} (${age}use ${served.apiVersion})`;
  return { schema: served.schema, release, findings: [{ path: ["apiVersion"], field: "apiVersion", message, at: "value" }] };
}

function whole(message: string): ManifestFinding {
  return { path: [], field: "", message, at: "value" };
}

function examineObject(value: unknown, path: FieldPath): ExaminedManifest {
  const only = (finding: ManifestFinding): ExaminedManifest => ({ path, findings: [{ ...finding, path: [...path, ...finding.path] }] });
  if (!isPlainObject(value)) return only(whole("must be an object with apiVersion and kind"));
  for (const name of ["apiVersion", "kind"] as const) {
    const given = value[name];
    if (given === undefined || given === null || given === "") return only(whole(`Object '${name === "kind" ? "Kind" : name}' is missing`));
    if (typeof given !== "string") return only({ path: [name], field: name, message: "must be a text", at: "value" });
  }
  const resolved = resolveKind(value.apiVersion as string, value.kind as string);
  if (!("schema" in resolved)) return only(resolved);
  const { object, problems } = decodeAs(resolved.schema, value, resolved.release);
  const errors = independent(validationErrors(upgrade(object)), problems);
  const findings = [
    ...resolved.findings,
    ...problems.map((problem) => findingOf(problem)),
    ...errors.map(({ field, message }): ManifestFinding => ({ path: resolvePath(value, field), field, message, at: "value" })),
  ].map((finding) => ({ ...finding, path: [...path, ...finding.path] }));
  return findings.length > 0 ? { path, findings } : { path, object: upgrade(object), findings };
}

function findingOf({ path, message, severity, known, belongs }: DecodeProblem): ManifestFinding {
  const meant = suggestion(String(path.at(-1)), known ?? []);
  const elsewhere = meant === undefined && belongs !== undefined ? `${message} (it belongs in ${JSON.stringify(belongs)})` : message;
  const text = severity === "strict" ? withSuggestion(elsewhere, meant) : message;
  return { path, field: shownPath(path), message: text, at: severity === "strict" ? "key" : "value" };
}

/** Whether a value is a list of manifests: a List, or the list of one kind that the API server returns. */
function isList(value: unknown): value is { readonly kind: string; readonly apiVersion: unknown; readonly items: readonly unknown[] } {
  return isPlainObject(value) && typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items);
}

/** Lists within lists are read this deep. */
const DEEPEST_LIST = 10;

/**
 * Checks a value that stands for a manifest, or for several in a list.
 *
 * @param path where the value stands in its document
 */
export function examineManifest(value: unknown, path: FieldPath = [], depth = 0): ExaminedManifest[] {
  if (!isList(value) || depth > DEEPEST_LIST) return [examineObject(value, path)];
  const kind = value.kind.slice(0, -"List".length);
  return value.items.flatMap((item, index) => {
    // Items of a list of one kind need not say what they are.
    const typed = kind !== "" && isPlainObject(item) ? { apiVersion: value.apiVersion, kind, ...item } : item;
    return examineManifest(typed, [...path, "items", index], depth + 1);
  });
}
