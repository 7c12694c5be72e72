/** Flags of command lines as kubectl (pflag) reads them. Source: https://kubernetes.io/docs/reference/kubectl/generated/ */
import { parseDuration, TimeFormatError } from "../../api/duration.js";
import type { SimTime } from "../../engine/simulation.js";
import { suggestion } from "../suggestion.js";
import { UsageError } from "./usage-error.js";
import type { Word } from "./words.js";

/** "list" may be given several times, and holds comma-separated values; "texts" may be given several times, commas belong to the value. */
export type FlagType = "boolean" | "text" | "integer" | "duration" | "list" | "texts";

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** Value of a flag that is given without one, such as --cascade. */
  readonly bare?: string;
  /** The values that are allowed. */
  readonly values?: readonly string[];
}

export function flag(name: string, type: FlagType, options: Omit<Flag, "name" | "type"> = {}): Flag {
  return { name, type, ...options };
}

/** Understood by every verb. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  flag("namespace", "text", { short: "n" }),
  flag("request-timeout", "duration"),
  flag("v", "integer", { short: "v" }),
];

/** Arguments and flags of one command line. */
export class Arguments {
  constructor(
    readonly positional: readonly Word[],
    /** What stands behind `--`. */
    readonly afterDashes: readonly Word[],
    private readonly values: ReadonlyMap<string, readonly Word[]>,
  ) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1)?.text;
  }

  isSet(name: string): boolean {
    return this.text(name) === "true";
  }

  /** @throws UsageError where it is no whole number */
  integer(name: string): number | undefined {
    const word = this.values.get(name)?.at(-1);
    if (word === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(word.text)) {
      throw new UsageError(
        `invalid argument "${word.text}" for "--${name}" flag: strconv.ParseInt: parsing "${word.text}": invalid syntax`,
        word.offset,
      );
    }
    return Number(word.text);
  }

  /** In microseconds. @throws UsageError where it is no duration */
  duration(name: string): SimTime | undefined {
    const word = this.values.get(name)?.at(-1);
    if (word === undefined) return undefined;
    try {
      return parseDuration(word.text);
    } catch (error) {
      if (!(error instanceof TimeFormatError)) throw error;
      throw new UsageError(`invalid argument "${word.text}" for "--${name}" flag: ${error.message}`, word.offset);
    }
  }

  list(name: string): readonly string[] {
    return (this.values.get(name) ?? []).flatMap((word) => word.text.split(","));
  }

  texts(name: string): readonly string[] {
    return (this.values.get(name) ?? []).map((word) => word.text);
  }
}

/**
 * Sorts words into flags and arguments.
 *
 * @throws UsageError for a flag that is unknown, lacks its value, or has a wrong one
 */
export function parseArguments(words: readonly Word[], flags: readonly Flag[]): Arguments {
  const known = [...flags, ...GLOBAL_FLAGS];
  const positional: Word[] = [];
  const values = new Map<string, Word[]>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word.text === "--") {
      const found = new Arguments(positional, words.slice(i + 1), values);
      checkValues(found, known);
      return found;
    }
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word.text);
    const short = long === null ? /^-([A-Za-z])(?:=?(.+))?$/s.exec(word.text) : null;
    if (long === null && short === null) {
      positional.push(word);
      continue;
    }
    const meant = long === null ? known.find((one) => one.short === short![1]) : known.find((one) => one.name === long[1]);
    if (meant === undefined) throw new UsageError(unknownFlag(long?.[1], short?.[1], known), word.offset);
    let value: string | undefined = long === null ? short![2] : long[2];
    let offset = word.offset;
    if (short !== null && meant.type === "boolean" && value !== undefined && !word.text.includes("=")) {
      // -it is -i -t.
      for (const letter of value) {
        const other = known.find((one) => one.short === letter && one.type === "boolean");
        if (other === undefined) throw new UsageError(`unknown shorthand flag: '${letter}' in ${word.text}`, word.offset);
        values.set(other.name, [{ text: "true", offset }]);
      }
      value = "true";
    }
    if (value === undefined) {
      if (meant.type === "boolean") value = "true";
      else if (meant.bare !== undefined) value = meant.bare;
      else if (i + 1 < words.length) ({ text: value, offset } = words[++i]);
      else throw new UsageError(`flag needs an argument: ${word.text}`, word.offset);
    }
    values.set(meant.name, [...(values.get(meant.name) ?? []), { text: value, offset }]);
  }
  const found = new Arguments(positional, [], values);
  checkValues(found, known);
  return found;

  function checkValues(given: Arguments, all: readonly Flag[]): void {
    for (const one of all) {
      for (const { text, offset } of values.get(one.name) ?? []) {
        if (one.type === "boolean" && text !== "true" && text !== "false") {
          throw new UsageError(`invalid argument "${text}" for "--${one.name}" flag: must be true or false`, offset);
        }
        if (one.values !== undefined && !one.values.includes(text)) {
          throw new UsageError(`invalid argument "${text}" for "--${one.name}" flag: must be one of ${one.values.join(", ")}`, offset);
        }
      }
      if (one.type === "integer") given.integer(one.name);
      if (one.type === "duration") given.duration(one.name);
    }
  }
}

function unknownFlag(long: string | undefined, short: string | undefined, known: readonly Flag[]): string {
  if (long === undefined) return `unknown shorthand flag: '${short!}' in -${short!}`;
  return `unknown flag: --${long}; ${suggestion(
    `--${long}`,
    known.map((one) => `--${one.name}`),
  )}`;
}
