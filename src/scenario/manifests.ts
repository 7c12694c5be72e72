/** Manifests beside a scenario: files, directories and patterns, and objects inside the scenario itself. */
import { decode } from "../api/decode.js";
import { DecodeError, formatPath } from "../api/decode-problem.js";
import { readDocuments, type ManifestDocument } from "../api/manifest/document.js";
import { examineManifest } from "../api/manifest/examine.js";
import { manifestsOf, type Manifest } from "../api/manifest/load.js";
import type { ApiObject } from "../api/types/meta.js";
import { expandPath, FileError, readBytes, STANDARD_INPUT } from "./files.js";
import { mistakeAt, type Mistake, type Path } from "./mistake.js";
import { firstOf } from "./object-template.js";

/** The documents of files, of a directory or of a pattern. @throws FileError */
export function documentsOf(path: string, mistakes: Mistake[]): readonly ManifestDocument[] {
  return expandPath(path).flatMap((file) => readDocuments(file === "-" ? STANDARD_INPUT : file, readBytes(file), mistakes));
}

/** The manifests of a file, a directory or a pattern; problems with files are mistakes at the place that names them. */
export function readManifestFiles(path: string, wrong: (message: string) => void, mistakes: Mistake[]): readonly Manifest[] {
  try {
    return documentsOf(path, mistakes).flatMap((document) => manifestsOf(document, mistakes));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    wrong(`${path}: ${error.message}`);
    return [];
  }
}

/** An object with `$(index)` in it, which stands somewhere in a document: checked as the first object that it makes. */
export function templateAt(document: ManifestDocument, value: unknown, path: Path, mistakes: Mistake[]): ApiObject | undefined {
  const findings = examineManifest(firstOf(value), path).flatMap((one) => one.findings);
  for (const finding of findings) {
    // Findings name fields from the object's own root.
    const field = [formatPath(path), finding.field].filter((part) => part !== "").join(".");
    mistakes.push({
      file: document.file,
      ...document.locate(finding.path, finding.at),
      message: `${field === "" ? "" : `${field}: `}${finding.message}`,
    });
  }
  if (findings.length > 0) return undefined;
  try {
    return decode(value);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    mistakes.push(mistakeAt(document, { path, at: "value", message: `$(index) may stand in texts only: ${error.message}` }));
    return undefined;
  }
}
