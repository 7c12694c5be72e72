/** Flags of command lines as kubectl (pflag) reads them. Source: https://kubernetes.io/docs/reference/kubectl/generated/ */
import { parseDuration, TimeFormatError } from "../../api/duration.js";
import type { SimTime } from "../../engine/simulation.js";
import { suggestion } from "../suggestion.js";
import { UsageError } from "./usage-error.js";
import type { Word } from "./words.js";

/** "list" may be given several times, and holds comma-separated values; "texts" may be given several times, commas belong to the value. */
export type FlagType = "boolean" | "text" | "integer" | "int32" | "duration" | "list" | "texts";

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** Value of a flag that is given without one, such as --cascade. */
  readonly bare?: string;
  /** The values that are allowed. */
  readonly values?: readonly string[];
  /** Why a flag of kubectl's cannot be given here, and what to do instead. */
  readonly refusal?: string;
}

export function flag(name: string, type: FlagType, options: Omit<Flag, "name" | "type"> = {}): Flag {
  return { name, type, ...options };
}

const ONE_CLUSTER = "there is one cluster and one administrator; -n names a namespace, --as another user";

/** Understood by every verb, or refused. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  flag("namespace", "text", { short: "n" }),
  flag("as", "text"),
  flag("as-group", "texts"),
  flag("request-timeout", "duration"),
  flag("v", "int32", { short: "v" }),
  flag("warnings-as-errors", "boolean", { refusal: "look for the warnings on the standard error output" }),
  ...["as-uid", "as-user-extra"].map((name) => flag(name, "text", { refusal: "--as and --as-group say whose requests they are" })),
  ...["certificate-authority", "client-certificate", "client-key", "cluster", "context", "kubeconfig", "server", "token", "user"].map(
    (name) => flag(name, "text", { ...(name === "server" && { short: "s" }), refusal: ONE_CLUSTER }),
  ),
];

/** Bits of the whole numbers that a flag takes. */
const BITS = { integer: 64, int32: 32 } as const;

/** Texts of booleans. Source: https://pkg.go.dev/strconv#ParseBool */
const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

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

  integer(name: string): number | undefined {
    const word = this.values.get(name)?.at(-1);
    return word === undefined ? undefined : Number(wholeNumber(word.text));
  }

  /** In microseconds. */
  duration(name: string): SimTime | undefined {
    const word = this.values.get(name)?.at(-1);
    return word === undefined ? undefined : parseDuration(word.text);
  }

  list(name: string): readonly string[] {
    return (this.values.get(name) ?? []).flatMap((word) => word.text.split(","));
  }

  texts(name: string): readonly string[] {
    return (this.values.get(name) ?? []).map((word) => word.text);
  }
}

/** As Go reads a number without a base: decimal, 0x, 0o, 0b, a leading 0, underscores between digits. @throws SyntaxError */
function wholeNumber(text: string): bigint {
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text)!;
  if (!/^(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO]?(_?[0-7])+|0|[1-9](_?\d)*)$/.test(digits)) throw new SyntaxError(text);
  const plain = digits.replaceAll("_", "").replace(/^0(?=\d)/, "0o");
  const magnitude = BigInt(plain);
  return sign === "-" ? -magnitude : magnitude;
}

/** What Go says of a number that a flag does not take; undefined where it takes it. Source: strconv.ParseInt */
function numberProblem(text: string, bits: number): string | undefined {
  const problem = (why: string) => `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`;
  try {
    const value = wholeNumber(text);
    return BigInt.asIntN(bits, value) === value ? undefined : problem("value out of range");
  } catch {
    return problem("invalid syntax");
  }
}

function durationProblem(text: string): string | undefined {
  try {
    parseDuration(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof TimeFormatError)) throw error;
    return error.message;
  }
}

/** Why a flag does not take a value; undefined where it does. */
function valueProblem({ type, values }: Flag, text: string): string | undefined {
  if (type === "boolean" && !TRUE.has(text) && !FALSE.has(text))
    return `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
  if (values !== undefined && !values.includes(text)) return `must be one of ${values.join(", ")}`;
  if (type === "integer" || type === "int32") return numberProblem(text, BITS[type]);
  return type === "duration" ? durationProblem(text) : undefined;
}

/** A flag as pflag names it in an error. */
function shownName({ name, short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

function mistaken(message: string, offset: number, hint?: string): UsageError {
  return new UsageError(message, offset, { pointer: "flags", ...(hint !== undefined && { hint }) });
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
    if (word.text === "--") return new Arguments(positional, words.slice(i + 1), values);
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(word.text);
    const short = long === null ? /^-([A-Za-z])(?:=?(.+))?$/s.exec(word.text) : null;
    if (long === null && short === null) {
      positional.push(word);
      continue;
    }
    const meant = long === null ? known.find((one) => one.short === short![1]) : known.find((one) => one.name === long[1]);
    if (meant === undefined) throw unknownFlag(word, long?.[1], short?.[1], known);
    if (meant.refusal !== undefined) throw new UsageError(`--${meant.name} is not simulated: ${meant.refusal}`, word.offset);
    let value: string | undefined = long === null ? short![2] : long[2];
    let offset = word.offset;
    if (short !== null && meant.type === "boolean" && value !== undefined && !word.text.includes("=")) {
      // -it is -i -t.
      for (const letter of value) {
        const other = known.find((one) => one.short === letter && one.type === "boolean");
        if (other === undefined) throw mistaken(`unknown shorthand flag: '${letter}' in ${word.text}`, word.offset);
        values.set(other.name, [{ text: "true", offset }]);
      }
      value = "true";
    }
    if (value === undefined) {
      if (meant.type === "boolean") value = "true";
      else if (meant.bare !== undefined) value = meant.bare;
      else if (i + 1 < words.length) ({ text: value, offset } = words[++i]);
      else throw mistaken(`flag needs an argument: ${long === null ? `'${short![1]}' in ${word.text}` : word.text}`, word.offset);
    }
    const problem = valueProblem(meant, value);
    if (problem !== undefined)
      throw mistaken(`invalid argument ${JSON.stringify(value)} for "${shownName(meant)}" flag: ${problem}`, offset);
    const text = meant.type === "boolean" ? String(TRUE.has(value)) : value;
    values.set(meant.name, [...(values.get(meant.name) ?? []), { text, offset }]);
  }
  return new Arguments(positional, [], values);
}

function unknownFlag(word: Word, long: string | undefined, short: string | undefined, known: readonly Flag[]): UsageError {
  if (long === undefined) return mistaken(`unknown shorthand flag: '${short!}' in ${word.text}`, word.offset);
  const names = known.map((one) => `--${one.name}`);
  return mistaken(`unknown flag: --${long}`, word.offset, suggestion(`--${long}`, names));
}

/** The value of a flag that must be given. @throws UsageError */
export function required(given: Arguments, name: string): string {
  const value = given.text(name);
  if (value === undefined) throw new UsageError(`required flag(s) "${name}" not set`);
  return value;
}
