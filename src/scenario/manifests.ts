/** Manifests beside a scenario: decoded and checked as the API server would, each mistake with its place. */
import { applyDefaults } from "../api/defaults/index.js";
import { decode, DecodeError } from "../api/decode.js";
import { kindInfo } from "../api/kinds.js";
import { prepareForCreate } from "../api/prepare.js";
import type { ApiObject } from "../api/types/meta.js";
import { formatFieldError, validateCreate } from "../api/validation/index.js";
import { readDocuments, type SourceDocument } from "./document.js";
import { parseFieldPath } from "./field-path.js";
import { expandPath, FileError, readBytes, STANDARD_INPUT } from "./files.js";
import type { Mistake, Path } from "./mistake.js";
import type { Manifest } from "./scenario.js";

/** The objects of a document; a List has several. Mistakes are added to the list. */
export function manifestsOf(document: SourceDocument, mistakes: Mistake[], sample?: (object: ApiObject) => ApiObject): readonly Manifest[] {
  const { value } = document;
  if (typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "List") {
    const items: unknown = (value as { items?: unknown }).items;
    if (Array.isArray(items)) return items.flatMap((item, index) => manifestAt(document, item, ["items", index], mistakes, sample));
  }
  return manifestAt(document, value, [], mistakes, sample);
}

/** The uid that an object has while it is only checked. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/**
 * An object that stands somewhere inside a document, such as the template of a workload.
 *
 * @param sample what is checked in place of the object: the first object of a template
 */
export function manifestAt(
  document: SourceDocument,
  value: unknown,
  path: Path,
  mistakes: Mistake[],
  sample: (object: ApiObject) => ApiObject = (object) => object,
): readonly Manifest[] {
  const object = decodeAt(document, value, path, mistakes);
  if (object === undefined) return [];
  const problems = validateCreate(prepareForCreate(applyDefaults(withNamespace(sample(object))), { uid: NOBODY }));
  for (const problem of problems) {
    mistakes.push({ ...document.mistake({ path: [...path, ...parseFieldPath(problem.field)], message: "", at: "value" }), message: messageOf(formatFieldError(problem), problem.field) });
  }
  return problems.length > 0 ? [] : [{ object, file: document.file, line: document.locate(path).line }];
}

function messageOf(text: string, field: string): string {
  return text.startsWith(`${field}: `) ? text.slice(field.length + 2) : text;
}

/** The API server validates an object in the namespace of the request. */
function withNamespace(object: ApiObject): ApiObject {
  if (kindInfo(object.kind)?.namespaced !== true || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: "default" } };
}

function decodeAt(document: SourceDocument, value: unknown, path: Path, mistakes: Mistake[]): ApiObject | undefined {
  try {
    const object = decode(value);
    if (object.metadata === undefined || (object.metadata.name === undefined && object.metadata.generateName === undefined)) {
      mistakes.push(document.mistake({ path: [...path, "metadata", "name"], at: "parent", message: "Required value: name or generateName is required" }));
      return undefined;
    }
    return object;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.problems.length === 0) mistakes.push(document.mistake({ path, at: "value", message: error.message }));
    for (const problem of error.problems) mistakes.push(document.mistake({ path: [...path, ...problem.path], at: problem.severity === "strict" ? "key" : "value", message: problem.message }));
    return undefined;
  }
}

/** The manifests of a file, a directory or a pattern; problems with files are mistakes at the place that names them. */
export function readManifestFiles(path: string, wrong: (message: string) => void, mistakes: Mistake[], sample?: (object: ApiObject) => ApiObject): readonly Manifest[] {
  try {
    return expandPath(path).flatMap((file) => readDocuments(file === "-" ? STANDARD_INPUT : file, readBytes(file), mistakes).flatMap((document) => manifestsOf(document, mistakes, sample)));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    wrong(`${path}: ${error.message}`);
    return [];
  }
}
