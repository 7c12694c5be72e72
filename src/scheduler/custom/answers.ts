/** What the methods of a user's plugin answer, brought from plain shapes into the framework's; any other shape is told with what would be right. */
import type { Answer, Plugin, PostFilterResult, PreFilterResult } from "../framework/plugin.js";
import { Status, unschedulable, type Code } from "../framework/status.js";

type Fail = (problem: string) => never;
type Fields = Readonly<Record<string, unknown>>;
type Codes = ReadonlySet<unknown>;

/** Codes that every point knows that answers with a verdict. */
const COMMON: readonly Code[] = ["Success", "Error", "Unschedulable", "UnschedulableAndUnresolvable", "Pending"];
const PLAIN: Codes = new Set(COMMON);
/** PreFilter, PreScore and Bind may leave the pod to others. */
const SKIPPABLE: Codes = new Set<Code>([...COMMON, "Skip"]);
/** Permit may hold the pod back. */
const WAITABLE: Codes = new Set<Code>([...COMMON, "Wait"]);

const VERDICT = "nothing, a reason as text, or {code, reasons}";

/** The answer of a point that knows neither Skip nor Wait. */
export function statusOf(plugin: string, answer: unknown, fail: Fail): Answer {
  return verdictOf(plugin, answer, PLAIN, fail);
}

/** The answer of PreScore and Bind. */
export function skippableStatusOf(plugin: string, answer: unknown, fail: Fail): Answer {
  return verdictOf(plugin, answer, SKIPPABLE, fail);
}

function verdictOf(plugin: string, answer: unknown, codes: Codes, fail: Fail): Answer {
  if (answer === undefined) return undefined;
  if (typeof answer === "string") return unschedulable(plugin, reasonOf(answer, fail));
  const { code, reasons = [] } = fieldsOf(answer);
  if (!Array.isArray(reasons)) return fail(`returned ${shown(answer)}; must be ${VERDICT}`);
  if (!codes.has(code)) {
    const isCode = SKIPPABLE.has(code) || WAITABLE.has(code);
    return fail(
      isCode
        ? `returned the code ${shown(code)}; must be one of ${[...codes].join(", ")}`
        : `returned ${shown(answer)}; must be ${VERDICT}`,
    );
  }
  for (const reason of reasons) reasonOf(String(reason), fail);
  return answer instanceof Status ? answer : new Status(code as Code, reasons.map(String), plugin);
}

function reasonOf(text: string, fail: Fail): string {
  return text.trim() === "" ? fail("returned an empty reason; must be nothing where it passes, or say why it does not") : text;
}

export function preFilterAnswerOf(plugin: string, answer: unknown, fail: Fail): ReturnType<NonNullable<Plugin["preFilter"]>> {
  if (answer === undefined) return undefined;
  if (isVerdict(answer)) return { status: verdictOf(plugin, answer, SKIPPABLE, fail) };
  const { result, status } = fieldsOf(answer);
  if (!hasOnly(answer, ["result", "status"]))
    return fail(`returned ${shown(answer)}; must be ${VERDICT}, {result: {nodeNames}} or {status}`);
  return { result: nodeNamesOf(result, fail), status: verdictOf(plugin, status, SKIPPABLE, fail) };
}

function nodeNamesOf(result: unknown, fail: Fail): PreFilterResult | undefined {
  if (result === undefined) return undefined;
  const { nodeNames } = fieldsOf(result);
  if (nodeNames === undefined && hasOnly(result, ["nodeNames"])) return {};
  const names: unknown[] = isIterable(nodeNames) ? [...nodeNames] : [undefined];
  if (!names.every((name) => typeof name === "string"))
    return fail(`returned the result ${shown(result)}; must be {nodeNames}, a list or a Set of names`);
  return { nodeNames: new Set(names) };
}

export function postFilterAnswerOf(
  plugin: string,
  answer: unknown,
  fail: Fail,
): { readonly result?: PostFilterResult; readonly status: Status } {
  const { result, status } = fieldsOf(answer);
  const verdict = statusOf(plugin, status, fail);
  const { nominatedNodeName } = fieldsOf(result);
  if (verdict === undefined || !(nominatedNodeName === undefined || typeof nominatedNodeName === "string")) {
    return fail(`returned ${shown(answer)}; must be {status, result: {nominatedNodeName}}, the result optional`);
  }
  return { result: result === undefined ? undefined : { nominatedNodeName }, status: verdict };
}

export function permitAnswerOf(plugin: string, answer: unknown, fail: Fail): ReturnType<NonNullable<Plugin["permit"]>> {
  if (answer === undefined) return undefined;
  const { status, timeout } = isVerdict(answer) ? { status: answer, timeout: undefined } : fieldsOf(answer);
  const verdict = verdictOf(plugin, status, WAITABLE, fail);
  if (verdict === undefined) return fail(`returned ${shown(answer)}; must be ${VERDICT}, or {status, timeout}`);
  if (timeout === undefined) return { status: verdict };
  if (!Number.isSafeInteger(timeout) || (timeout as number) < 0)
    return fail(
      `returned the timeout ${typeof timeout === "number" ? timeout : shown(timeout)}; must be a whole number of microseconds, not negative`,
    );
  return { status: verdict, timeout: timeout as number };
}

/** The answer of `less`, and of hints. */
export function truthOf(_plugin: string, answer: unknown, fail: Fail): boolean {
  return typeof answer === "boolean" ? answer : fail(`returned ${shown(answer)}; must be true or false`);
}

/** The answer of points that are told what has happened, and have no say in it. */
export function nothingOf(_plugin: string, answer: unknown, fail: Fail): undefined {
  return answer === undefined ? undefined : fail(`returned ${shown(answer)}; must return nothing`);
}

/** What points return that answer by a call. */
export function onlyByCall(_plugin: string, answer: unknown, fail: Fail): undefined {
  return answer === undefined ? undefined : fail(`returned ${shown(answer)}; must answer by calling done`);
}

function isVerdict(answer: unknown): boolean {
  return typeof answer === "string" || answer instanceof Status || fieldsOf(answer).code !== undefined;
}

export function fieldsOf(answer: unknown): Fields {
  return typeof answer === "object" && answer !== null ? (answer as Fields) : {};
}

function hasOnly(answer: unknown, names: readonly string[]): boolean {
  return (
    typeof answer === "object" && answer !== null && Object.keys(answer).every((name) => names.includes(name)) && !Array.isArray(answer)
  );
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** As text, whatever it is: a number that is none, a function, an object that refers to itself. */
export function shown(answer: unknown): string {
  if (typeof answer === "function") return "a function";
  if (typeof answer === "number" || typeof answer === "bigint" || answer === undefined) return String(answer);
  try {
    return JSON.stringify(answer);
  } catch {
    return Object.prototype.toString.call(answer);
  }
}
