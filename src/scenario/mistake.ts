/** What is wrong in the user's files: all of it at once, each with its place. */

/** One thing that is wrong. Line and column count from 1. */
export interface Mistake {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path of the field, such as `timeline[2].at`; empty for the document as a whole. */
  readonly field: string;
  /** What is wrong; what would be right. */
  readonly message: string;
}

/** `file:line:column: field path: what is wrong; what would be right` */
export function formatMistake({ file, line, column, field, message }: Mistake): string {
  return `${file}:${line}:${column}: ${field === "" ? "" : `${field}: `}${message}`;
}

/** The input cannot be run. The message has one line for each mistake. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(formatMistake).join("\n"));
  }
}

/** Field names from the root, list items by their index. */
export type Path = readonly (string | number)[];

/** `timeline[2].at`; a key with dots or slashes in it stands in brackets: `labels[kubernetes.io/os]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/[./[\]]/.test(part)) text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}
