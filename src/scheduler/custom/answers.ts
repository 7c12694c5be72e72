/** What the methods of a user's plugin answer, brought from plain shapes into the framework's; any other shape is told with what would be right. */
import type { Answer, Plugin, PostFilterResult, PreFilterResult } from "../framework/plugin.js";
import { Status, unschedulable, type Code } from "../framework/status.js";

type Fail = (problem: string) => never;
type Fields = Readonly<Record<string, unknown>>;

const CODES: ReadonlySet<unknown> = new Set<Code>([
  "Success",
  "Error",
  "Unschedulable",
  "UnschedulableAndUnresolvable",
  "Wait",
  "Skip",
  "Pending",
]);

const VERDICT = "nothing, a reason as text, or {code, reasons}";

export function statusOf(plugin: string, answer: unknown, fail: Fail): Answer {
  if (answer === undefined || answer instanceof Status) return answer;
  if (typeof answer === "string") return unschedulable(plugin, answer);
  const { code, reasons = [] } = fieldsOf(answer);
  if (!CODES.has(code) || !Array.isArray(reasons)) return fail(`returned ${shown(answer)}; must be ${VERDICT}`);
  return new Status(code as Code, reasons.map(String), plugin);
}

export function preFilterAnswerOf(plugin: string, answer: unknown, fail: Fail): ReturnType<NonNullable<Plugin["preFilter"]>> {
  if (answer === undefined) return undefined;
  if (isVerdict(answer)) return { status: statusOf(plugin, answer, fail) };
  const { result, status } = fieldsOf(answer);
  if (!hasOnly(answer, ["result", "status"]))
    return fail(`returned ${shown(answer)}; must be ${VERDICT}, {result: {nodeNames}} or {status}`);
  return { result: nodeNamesOf(result, fail), status: statusOf(plugin, status, fail) };
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
  const verdict = statusOf(plugin, status, fail);
  if (verdict === undefined) return fail(`returned ${shown(answer)}; must be ${VERDICT}, or {status, timeout}`);
  if (timeout === undefined) return { status: verdict };
  if (!Number.isSafeInteger(timeout) || (timeout as number) < 0)
    return fail(
      `returned the timeout ${typeof timeout === "number" ? timeout : shown(timeout)}; must be a whole number of microseconds, not negative`,
    );
  return { status: verdict, timeout: timeout as number };
}

function isVerdict(answer: unknown): boolean {
  return typeof answer === "string" || answer instanceof Status || fieldsOf(answer).code !== undefined;
}

function fieldsOf(answer: unknown): Fields {
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

function shown(answer: unknown): string {
  return JSON.stringify(answer);
}
