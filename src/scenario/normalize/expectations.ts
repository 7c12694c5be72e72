/** `expect:` with its selectors, times and fields read. */
import { kindByResourceName } from "../../api/kinds.js";
import type { Bounds, Expectation, Subject } from "../expectation.js";
import { parseFieldPath } from "../field-path.js";
import type { Path } from "../mistake.js";
import type { ScheduledTraffic } from "../scenario.js";
import type { Expectation as ExpectationSchema } from "../schema/expectation.js";
import type { NumberCheck } from "../schema/value.js";
import { suggestion } from "../suggestion.js";
import { durationOf, type Source } from "./source.js";

export function normalizeExpectations(
  expectations: readonly ExpectationSchema[],
  traffic: readonly ScheduledTraffic[],
  duration: number,
  source: Source,
): readonly Expectation[] {
  const generators = traffic.map(({ generator }) => generator.name);
  return expectations.map((one, index) => {
    const path = ["expect", index];
    const at = one.at === "end" ? "end" : durationOf(one.at);
    if (at !== "end" && at > duration)
      source.wrong([...path, "at"], `Invalid value: "${one.at}": must not be later than the end of the run (duration)`);
    const subject = subjectOf(one, path, generators, source);
    return {
      at,
      ...(one.because !== undefined && { because: one.because }),
      ...subject,
      text: textOf(one),
      file: source.file,
      line: source.line(path),
    };
  });
}

/** Where no count is given. */
const AT_LEAST_ONE: Bounds = { atLeast: 1 };

function boundsOf(check: NumberCheck): Bounds {
  if (typeof check === "number") return { atLeast: check, atMost: check };
  if (check.equals !== undefined) return { atLeast: check.equals, atMost: check.equals };
  return { ...(check.atLeast !== undefined && { atLeast: check.atLeast }), ...(check.atMost !== undefined && { atMost: check.atMost }) };
}

function objectOf(text: string): { readonly kind: string; readonly name: string } {
  const [kind, name] = text.split("/");
  return { kind: kindByResourceName(kind)?.kind ?? kind, name };
}

function subjectOf(one: ExpectationSchema, path: Path, generators: readonly string[], source: Source): Subject {
  if ("pods" in one) {
    const { selector, restarts, ...plain } = one.pods;
    return {
      subject: "pods",
      query: {
        ...plain,
        ...(selector !== undefined && { selector: source.selector([...path, "pods", "selector"], selector) }),
        ...(restarts !== undefined && { restarts: boundsOf(restarts) }),
      },
      count: boundsOf(one.count),
    };
  }
  if ("nodes" in one) {
    const { selector, taint, ...plain } = one.nodes;
    const [key, effect] = taint?.split(":") ?? [];
    return {
      subject: "nodes",
      query: {
        ...plain,
        ...(selector !== undefined && { selector: source.selector([...path, "nodes", "selector"], selector) }),
        ...(key !== undefined && { taint: { key, ...(effect !== undefined && { effect }) } }),
      },
      count: boundsOf(one.count),
    };
  }
  if ("events" in one) {
    const { object, ...plain } = one.events;
    return {
      subject: "events",
      query: { ...plain, ...(object !== undefined && { object: objectOf(object) }) },
      count: one.count === undefined ? AT_LEAST_ONE : boundsOf(one.count),
    };
  }
  if ("requests" in one) {
    const { generator, outcome, since } = one.requests;
    if (!generators.includes(generator)) {
      source.wrong(
        [...path, "requests", "generator"],
        `Invalid value: "${generator}": there is no such traffic; ${generators.length === 0 ? "the scenario has none" : suggestion(generator, generators)}`,
      );
    }
    if ((one.count === undefined) === (one.share === undefined)) source.wrong(path, "must have either count or share");
    return {
      subject: "requests",
      generator,
      outcome,
      since: durationOf(since ?? 0),
      ...(one.count !== undefined && { count: boundsOf(one.count) }),
      ...(one.share !== undefined && { share: one.share }),
    };
  }
  if ("answers" in one) {
    return { subject: "answers", code: one.answers.code, count: one.count === undefined ? AT_LEAST_ONE : boundsOf(one.count) };
  }
  const { kind, name } = objectOf(one.object);
  const info = kindByResourceName(kind);
  if (info === undefined)
    source.wrong([...path, "object"], `Invalid value: "${one.object}": the server doesn't have a resource type "${kind}"`);
  const isBounded = one.atLeast !== undefined || one.atMost !== undefined;
  if (one.field === undefined && (isBounded || one.equals !== undefined))
    source.wrong([...path, "field"], "Required value: must be the path of the field that is compared", "parent");
  if (one.field !== undefined && !isBounded && one.equals === undefined)
    source.wrong([...path, "equals"], "Required value: must have equals, atLeast or atMost", "parent");
  return {
    subject: "object",
    kind: info?.kind ?? "Pod",
    ...(info?.namespaced !== false && { namespace: one.namespace ?? "default" }),
    name,
    exists: one.exists ?? true,
    ...(one.field !== undefined && { field: parseFieldPath(one.field) }),
    ...(one.equals !== undefined && { equals: one.equals }),
    ...(isBounded && {
      bounds: { ...(one.atLeast !== undefined && { atLeast: one.atLeast }), ...(one.atMost !== undefined && { atMost: one.atMost }) },
    }),
  };
}

/** `pods {selector: app=web, phase: Running}: count 3`: what was expected, as it was written. */
function textOf(one: ExpectationSchema): string {
  return Object.entries(one)
    .filter(([name]) => name !== "at" && name !== "because")
    .map(([name, value]) => `${name} ${flow(value)}`)
    .join(", ");
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, part]) => `${name}: ${flow(part)}`)
      .join(", ")}}`;
  return String(value);
}
