/** Splits a command line into words as a POSIX shell does: quotes, backslashes, no expansion. */
import { UsageError } from "./usage-error.js";

export interface Word {
  readonly text: string;
  /** Offset of the word's first character in the line. */
  readonly offset: number;
}

/** Characters that a shell would act upon; a command line of a scenario is not run by one. */
const SHELL_SYNTAX = new Set(["|", ";", "&", ">", "<", "`"]);

/**
 * @throws UsageError for an open quote, or for shell syntax outside of quotes
 */
export function splitWords(line: string): readonly Word[] {
  const words: Word[] = [];
  let text: string | undefined;
  let offset = 0;
  let quote: string | undefined;
  let quoteOffset = 0;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (character === "\\" && quote === '"' && '"\\$`'.includes(line[i + 1] ?? "")) text = (text ?? "") + line[++i];
      else text = (text ?? "") + character;
      continue;
    }
    if (/\s/.test(character)) {
      if (text !== undefined) words.push({ text, offset });
      text = undefined;
      continue;
    }
    if (SHELL_SYNTAX.has(character))
      throw new UsageError(`"${character}" is shell syntax, and no shell runs here; put it in quotes or make two steps`, i);
    if (text === undefined) {
      text = "";
      offset = i;
    }
    if (character === "'" || character === '"') {
      quote = character;
      quoteOffset = i;
    } else if (character === "\\" && i + 1 < line.length) text = (text ?? "") + line[++i];
    else text = (text ?? "") + character;
  }
  if (quote !== undefined) throw new UsageError(`the quote ${quote} is never closed`, quoteOffset);
  if (text !== undefined) words.push({ text, offset });
  return words;
}
