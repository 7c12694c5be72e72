/**
 * The text form of label selectors: "app=web,tier!=db,zone in (a,b),!canary,cores>4".
 *
 * Source of the grammar and of what is said of mistakes: k8s.io/apimachinery/pkg/labels/selector.go
 */
import { labelValue, qualifiedName } from "./validation/names.js";

/** A selector text that cannot be read, in upstream's words. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
}

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values?: readonly string[];
}

/** What stands behind the last word. */
const END = "";
const SYMBOLS = new Set(["(", ")", ",", "!", "=", "==", "!=", "<", ">"]);
const WORDS = /==|!=|[=!(),<>]|[^=!(),<>\s]+/g;

const OPERATORS: ReadonlyMap<string, SelectorRequirement["operator"]> = new Map([
  ["in", "In"],
  ["notin", "NotIn"],
  ["=", "In"],
  ["==", "In"],
  ["!=", "NotIn"],
  [">", "Gt"],
  ["<", "Lt"],
] as const);
const OPERATOR_NAMES = "in, notin, =, ==, !=, gt, lt";

function isIdentifier(word: string): boolean {
  return word !== END && !SYMBOLS.has(word);
}

/** @throws SelectorError where the text is no selector */
export function parseRequirements(text: string): SelectorRequirement[] {
  const words = new Words(text.match(WORDS) ?? []);
  const requirements: SelectorRequirement[] = [];
  while (words.next !== END) {
    if (!isIdentifier(words.next) && words.next !== "!")
      throw new SelectorError(`found '${words.next}', expected: !, identifier, or 'end of string'`);
    requirements.push(requirement(words));
    const separator = words.take();
    if (separator === END) break;
    if (separator !== ",") throw new SelectorError(`found '${separator}', expected: ',' or 'end of string'`);
    if (!isIdentifier(words.next) && words.next !== "!") throw new SelectorError(`found '${words.next}', expected: identifier after ','`);
  }
  return requirements;
}

class Words {
  private position = 0;

  constructor(private readonly words: readonly string[]) {}

  get next(): string {
    return this.words.at(this.position) ?? END;
  }

  take(): string {
    const word = this.next;
    this.position++;
    return word;
  }
}

function requirement(words: Words): SelectorRequirement {
  const isNegated = words.next === "!";
  if (isNegated) words.take();
  const key = words.take();
  if (!isIdentifier(key)) throw unreadable(`found '${key}', expected: identifier`);
  refuse([invalid("<nil>", key, qualifiedName(key))]);
  if (words.next === END || words.next === ",") return { key, operator: isNegated ? "DoesNotExist" : "Exists" };
  const symbol = words.take();
  const operator = OPERATORS.get(symbol);
  if (operator === undefined) throw unreadable(`found '${symbol}', expected: ${OPERATOR_NAMES}`);
  const values = symbol === "in" || symbol === "notin" ? listedValues(words) : [exactValue(words)];
  refuse([
    ...(operator === "Gt" || operator === "Lt" ? values.map(notWhole) : []),
    ...values.map((value, index) => invalid(`values[${index}][${key}]`, value, labelValue(value))),
  ]);
  return { key, operator, values };
}

/** Values in parentheses, sorted, none twice; what is missing between commas is the empty one. */
function listedValues(words: Words): readonly string[] {
  const open = words.take();
  if (open !== "(") throw unreadable(`found '${open}' expected: '('`);
  if (words.next === ")") {
    words.take();
    return [""];
  }
  if (!isIdentifier(words.next) && words.next !== ",") throw unreadable(`found '${words.next}', expected: ',', ')' or identifier`);
  const values = new Set<string>();
  for (;;) {
    const word = words.take();
    if (isIdentifier(word)) {
      values.add(word);
      if (words.next !== "," && words.next !== ")") throw unreadable(`found '${words.next}', expected: ',' or ')'`);
    } else if (word === ",") {
      if (values.size === 0 || words.next === "," || words.next === ")") values.add("");
    } else throw unreadable(`found '${word}', expected: ',', or identifier`);
    if (words.next !== ")") continue;
    words.take();
    return [...values].sort();
  }
}

function exactValue(words: Words): string {
  if (words.next === END || words.next === ",") return "";
  const value = words.take();
  if (!isIdentifier(value)) throw unreadable(`found '${value}', expected: identifier`);
  return value;
}

const LARGEST_WHOLE = 2n ** 63n;

function notWhole(value: string, index: number): string | undefined {
  const isWhole =
    /^[+-]?\d+$/.test(value) && BigInt(value.replace(/^\+/, "")) < LARGEST_WHOLE && BigInt(value.replace(/^\+/, "")) >= -LARGEST_WHOLE;
  return isWhole
    ? undefined
    : `values[${index}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`;
}

function invalid(path: string, value: string, problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : `${path}: Invalid value: ${JSON.stringify(value)}: ${problems.join("; ")}`;
}

function refuse(problems: readonly (string | undefined)[]): void {
  const said = problems.filter((problem) => problem !== undefined);
  if (said.length > 0) throw unreadable(said.length === 1 ? said[0] : `[${said.join(", ")}]`);
}

function unreadable(why: string): SelectorError {
  return new SelectorError(`unable to parse requirement: ${why}`);
}
