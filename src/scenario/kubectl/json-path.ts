/**
 * kubectl's JSONPath: paths with wildcards, slices, filters and recursive descent, and templates of text and paths.
 * Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { UsageError } from "./usage-error.js";

type Step =
  | { readonly kind: "field"; readonly names: readonly string[] }
  | { readonly kind: "all" }
  | { readonly kind: "slice"; readonly start?: number; readonly end?: number; readonly step?: number }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "filter"; readonly path: JsonPath; readonly operator?: string; readonly value?: unknown }
  | { readonly kind: "descent" };

export type JsonPath = readonly Step[];

const ESCAPED_DOT = "\u0000";

/**
 * Reads one path: `{.status.phase}`, `.status.phase` or `status.phase`.
 *
 * @throws UsageError
 */
export function parseJsonPath(text: string): JsonPath {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text;
  if (inner.trim() === "") throw new UsageError("jsonpath expression cannot be empty");
  return parseSteps(inner.trim().replace(/^[$@]/, ""), text);
}

const TOKEN = /\.\.|\.?\[((?:"[^"]*"|'[^']*'|\([^)]*\)|[^\]"'(])*)\]|\.?\*|\.?([^.[\]*]+)|\./gy;

function parseSteps(path: string, whole: string): JsonPath {
  const steps: Step[] = [];
  const dotted = path.replaceAll("\\.", ESCAPED_DOT);
  // A filter is read while its path is: each needs a place of its own in its text.
  const tokens = new RegExp(TOKEN);
  while (tokens.lastIndex < dotted.length) {
    const token = tokens.exec(dotted);
    if (token === null) throw new UsageError(`error parsing jsonpath ${whole}: unrecognized character in ${JSON.stringify(path)}`);
    const [all, inBrackets, name] = token as unknown as readonly [string, string | undefined, string | undefined];
    if (all === "..") steps.push({ kind: "descent" });
    else if (inBrackets !== undefined) steps.push(bracketStep(inBrackets.trim(), whole));
    else if (name !== undefined) steps.push({ kind: "field", names: [name.replaceAll(ESCAPED_DOT, ".")] });
    else if (all.endsWith("*")) steps.push({ kind: "all" });
  }
  return steps;
}

function bracketStep(text: string, whole: string): Step {
  if (text === "*") return { kind: "all" };
  if (/^-?\d+$/.test(text)) return { kind: "index", index: Number(text) };
  const slice = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(text);
  if (slice !== null) {
    const [start, end, step] = slice
      .slice(1)
      .map((part: string | undefined) => (part === undefined || part === "" ? undefined : Number(part)));
    return { kind: "slice", ...(start !== undefined && { start }), ...(end !== undefined && { end }), ...(step !== undefined && { step }) };
  }
  const filter = /^\?\(\s*(@[^=!<>\s]*)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*\)$/s.exec(text);
  if (filter !== null) {
    const [, path, operator, value] = filter as unknown as readonly [string, string, string | undefined, string | undefined];
    const left = parseSteps(path.slice(1), whole);
    return { kind: "filter", path: left, ...(operator !== undefined && { operator, value: literal(value ?? "") }) };
  }
  if (/^(["']).*\1$/s.test(text)) {
    const names = text.split(/,(?=\s*["'])/).map((part) => part.trim().slice(1, -1));
    return { kind: "field", names: names.map((name) => name.replaceAll(ESCAPED_DOT, ".")) };
  }
  throw new UsageError(`error parsing jsonpath ${whole}: invalid array index ${text}`);
}

function literal(text: string): unknown {
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted !== null) return quoted[2];
  return text === "true" ? true : text === "false" ? false : Number.isNaN(Number(text)) ? text : Number(text);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function childrenOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : isFields(value) ? Object.values(value) : [];
}

/** The values that a path leads to; missing fields lead nowhere. */
export function valuesAt(path: JsonPath, value: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap((one) => next(step, one)), [value]);
}

function next(step: Step, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case "field":
      return isFields(value) ? step.names.flatMap((name) => (value[name] === undefined ? [] : [value[name]])) : [];
    case "all":
      return childrenOf(value);
    case "descent":
      return [value, ...childrenOf(value).flatMap((child) => next(step, child))];
    case "index":
      return Array.isArray(value) && value.at(step.index) !== undefined ? [value.at(step.index) as unknown] : [];
    case "slice":
      return Array.isArray(value)
        ? (value as unknown[]).slice(step.start, step.end).filter((_, index) => index % (step.step ?? 1) === 0)
        : [];
    case "filter":
      return childrenOf(value).filter((child) => passes(step, child));
  }
}

function passes({ path, operator, value }: Extract<Step, { readonly kind: "filter" }>, child: unknown): boolean {
  const [found] = valuesAt(path, child);
  if (operator === undefined || found === undefined) return operator === undefined && found !== undefined;
  switch (operator) {
    case "==":
      return textOf(found) === textOf(value);
    case "!=":
      return textOf(found) !== textOf(value);
    case "<":
      return (found as number) < (value as number);
    case "<=":
      return (found as number) <= (value as number);
    case ">":
      return (found as number) > (value as number);
    default:
      return (found as number) >= (value as number);
  }
}

type Part = { readonly text: string } | { readonly path: JsonPath } | { readonly over: JsonPath; readonly parts: readonly Part[] };
export type JsonPathTemplate = readonly Part[];

/**
 * Reads a template: `{range .items[*]}{.metadata.name}{"\n"}{end}`.
 *
 * @throws UsageError
 */
export function parseJsonPathTemplate(template: string): JsonPathTemplate {
  const root: Part[] = [];
  const open: Part[][] = [root];
  for (const token of template.match(/\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^}"'])*\}|[^{]+|\{/gs) ?? []) {
    const parts = open[open.length - 1];
    const inner = /^\{(.*)\}$/s.exec(token)?.[1].trim();
    if (inner === undefined) {
      if (token === "{") throw new UsageError(`error parsing jsonpath ${template}: unclosed action`);
      parts.push({ text: token });
    } else if (/^(["']).*\1$/s.test(inner)) parts.push({ text: unescaped(inner.slice(1, -1)) });
    else if (inner === "end") {
      if (open.length === 1) throw new UsageError(`error parsing jsonpath ${template}: not in range, nothing to end`);
      open.pop();
    } else if (/^range\b/.test(inner)) {
      const body: Part[] = [];
      parts.push({ over: parseJsonPath(inner.slice("range".length).trim()), parts: body });
      open.push(body);
    } else parts.push({ path: parseJsonPath(inner) });
  }
  if (open.length > 1) throw new UsageError(`error parsing jsonpath ${template}: unclosed range, a {end} is missing`);
  return root;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ({ n: "\n", t: "\t", r: "\r" })[letter] ?? letter);
}

/** The template filled in; several values of one path are separated by spaces. */
export function renderJsonPath(template: JsonPathTemplate, value: unknown): string {
  return template
    .map((part) => {
      if ("text" in part) return part.text;
      if ("over" in part)
        return valuesAt(part.over, value)
          .map((one) => renderJsonPath(part.parts, one))
          .join("");
      return valuesAt(part.path, value).map(textOf).join(" ");
    })
    .join("");
}

/** Maps and lists as JSON, everything else as it is. */
export function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
