/** What is wrong in the user's files: all of it at once, each with its place. */
import { formatPath } from "../api/decode-problem.js";
import type { ManifestDocument } from "../api/manifest/document.js";
import { formatMistake, type ManifestMistake } from "../api/manifest/mistake.js";

/** One thing that is wrong. The message begins with the path of the field: `timeline[2].at: what is wrong; what would be right`. */
export type Mistake = ManifestMistake;

export { formatMistake };

/** The input cannot be run. The message has one line for each mistake. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(formatMistake).join("\n"));
  }
}

/** Field names from the root, list items by their index. */
export type Path = readonly (string | number)[];

/** A mistake whose place in the file is still to be looked up. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** Which part of the field is meant: its key (an unknown one), its value, or the map in which it is missing. */
  readonly at: "key" | "value" | "parent";
}

/** The mistake that a finding is, at its place in the file. */
export function mistakeAt(document: ManifestDocument, { path, message, at }: Finding): Mistake {
  const place = document.locate(at === "parent" ? path.slice(0, -1) : path, at === "parent" ? "value" : at);
  return { file: document.file, ...place, message: path.length === 0 ? message : `${formatPath(path)}: ${message}` };
}
