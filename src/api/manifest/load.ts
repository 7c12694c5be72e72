/** Loads manifests from files, directories and standard input. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ApiObject } from "../types/meta.js";
import { readDocuments, type ManifestDocument } from "./document.js";
import { examineManifest } from "./examine.js";
import { ManifestError, type ManifestMistake } from "./mistake.js";

/** An object and where it comes from. */
export interface Manifest {
  /** As decoded; defaults are filled in by the API server. */
  readonly object: ApiObject;
  readonly file: string;
  readonly line: number;
}

/** The path that means standard input, and the name under which mistakes in it are shown. */
const STANDARD_INPUT = "-";
const STANDARD_INPUT_NAME = "<stdin>";
const STANDARD_INPUT_DESCRIPTOR = 0;

/** File names that kubectl takes from a directory. */
const MANIFEST_NAME = /\.(json|ya?ml)$/;

export interface ManifestFile {
  readonly file: string;
  readonly content: Uint8Array | string;
}

/** The manifests of a document; mistakes are added to the list in the order of their places. */
export function manifestsOf(document: ManifestDocument, mistakes: ManifestMistake[]): Manifest[] {
  const { file } = document;
  const found: Manifest[] = [];
  const own: ManifestMistake[] = [];
  for (const { object, path, findings } of examineManifest(document.value)) {
    if (object !== undefined) found.push({ object, file, line: document.locate(path).line });
    for (const finding of findings) {
      const message = finding.field === "" ? finding.message : `${finding.field}: ${finding.message}`;
      own.push({ file, ...document.locate(finding.path, finding.at), message });
    }
  }
  own.sort((a, b) => a.line - b.line || a.column - b.column);
  mistakes.push(...own);
  return found;
}

/**
 * Reads the manifests of texts.
 *
 * @throws ManifestError with every mistake of every file
 */
export function parseManifests(files: readonly ManifestFile[]): Manifest[] {
  const mistakes: ManifestMistake[] = [];
  const found = files.flatMap(({ file, content }) =>
    readDocuments(file, content, mistakes).flatMap((document) => manifestsOf(document, mistakes)),
  );
  if (mistakes.length > 0) throw new ManifestError(mistakes);
  return found;
}

function contentOf(path: string): ManifestFile {
  if (path === STANDARD_INPUT) return { file: STANDARD_INPUT_NAME, content: readFileSync(STANDARD_INPUT_DESCRIPTOR) };
  return { file: path, content: readFileSync(path) };
}

function filesOf(path: string): string[] {
  if (path === STANDARD_INPUT || !statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => MANIFEST_NAME.test(name));
  return names.sort().map((name) => join(path, name));
}

/**
 * Reads the manifests of files, of the YAML and JSON files of directories, and of standard input ("-").
 *
 * @throws ManifestError with every mistake of every file, also that a path cannot be read
 */
export function loadManifests(paths: readonly string[]): Manifest[] {
  const files: ManifestFile[] = [];
  const unreadable: ManifestMistake[] = [];
  for (const path of paths) {
    try {
      files.push(...filesOf(path).map(contentOf));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const message = code === "ENOENT" ? `the path ${JSON.stringify(path)} does not exist` : `cannot be read: ${String(code)}`;
      unreadable.push({ file: path, line: 1, column: 1, message });
    }
  }
  if (unreadable.length > 0) throw new ManifestError(unreadable);
  return parseManifests(files);
}
