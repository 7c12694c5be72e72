/** What is wrong in manifest files: all of it at once, each with its place. */

/** One thing that is wrong. Line and column count from 1. */
export interface ManifestMistake {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Field path and Kubernetes' wording, or what is wrong with the file as a whole. */
  readonly message: string;
}

/** `file:line:column: message`, always one line. */
export function formatMistake({ file, line, column, message }: ManifestMistake): string {
  return `${file}:${line}:${column}: ${message.replace(/\s*[\r\n]+\s*/g, " ")}`;
}

/** Manifests that cannot be used. The message has one line for each mistake, in the order of the files. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";

  constructor(readonly mistakes: readonly ManifestMistake[]) {
    super(mistakes.map(formatMistake).join("\n"));
  }
}
