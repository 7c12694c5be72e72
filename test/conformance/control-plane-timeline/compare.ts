/** Compares what the simulator did with a recording; each difference is a line. */
import { isDeepStrictEqual } from "node:util";
import { type Agreement, agreementOf, compareTimes } from "./agreement.js";
import type { Observed, Sequence, Spread, TimelineCase } from "./case.js";
import { compareActions, compareDrain } from "./compare-answers.js";
import { compareEvents } from "./compare-events.js";
import { compareOutages } from "./compare-outages.js";
import { exchanges } from "./exchange.js";
import { grouped, groupingOf, type Grouping } from "./grouping.js";
import { isWithinNumbers } from "./number-ranges.js";

/** Columns of snapshots behind whose bounds a rule stands: the greatest or the least value, or both, must be met. */
const RULED_BOUNDS: Readonly<Record<string, Readonly<Record<string, readonly Bound[]>>>> = {
  Deployment: { replicas: ["greatest"], availableReplicas: ["least"], unavailableReplicas: ["greatest"] },
  DaemonSet: { desiredNumberScheduled: ["greatest"], currentNumberScheduled: ["greatest"], numberMisscheduled: ["greatest"] },
  StatefulSet: { replicas: ["greatest"] },
  Job: { active: ["greatest"], succeeded: ["greatest"], failed: ["greatest"] },
  HorizontalPodAutoscaler: { currentReplicas: ["least", "greatest"], desiredReplicas: ["least", "greatest"] },
  PodDisruptionBudget: {
    disruptionsAllowed: ["least", "greatest"],
    currentHealthy: ["least", "greatest"],
    desiredHealthy: ["least", "greatest"],
    expectedPods: ["least", "greatest"],
  },
};

type Bound = "least" | "greatest";
type Row = readonly number[];

/** What was observed, by the names by which it agrees best, and how it differs then. */
export interface Comparison {
  readonly observed: Observed;
  readonly differences: readonly string[];
}

/** Equal pods, nodes and zones may have exchanged their names: the exchange that agrees best is the one that is meant. */
export function compare(testCase: TimelineCase, observed: Observed): Comparison {
  let best: Comparison | undefined;
  for (const exchanged of exchanges(testCase, observed)) {
    const differences = compareAsNamed(testCase, exchanged);
    if (best === undefined || differences.length < best.differences.length) best = { observed: exchanged, differences };
    if (differences.length === 0) break;
  }
  return best!;
}

/** Without exchanges of names. */
export function compareAsNamed(testCase: TimelineCase, observed: Observed): readonly string[] {
  const grouping = groupingOf(testCase);
  const agreement = agreementOf(testCase, observed);
  return [
    ...compareSeries(testCase, observed, grouping, agreement),
    ...compareSequences(testCase.sequences, observed, grouping, agreement),
    ...compareEvents(testCase.events, observed.events, grouping, agreement),
    ...compareOutages(testCase, observed),
    ...compareActions(testCase.actionResults, observed.actionResults),
    ...compareDrain(testCase.drain, observed.drain),
  ];
}

function compareSeries(testCase: TimelineCase, observed: Observed, grouping: Grouping, agreement: Agreement): string[] {
  const tieOf = tiesOfZones(testCase);
  const own = new Map(grouped(observed.transitions, grouping).map(({ key, times }) => [key, times]));
  const timed = new Map<string, { readonly own: number[]; readonly recorded: Spread[] }>();
  /** Where a number differs, times that belong together cannot be told. */
  const different = new Set<string>();
  const lines: string[] = [];
  for (const { key, counts, t } of testCase.series) {
    const times = own.get(key) ?? [];
    own.delete(key);
    const allowed = typeof counts === "number" ? [counts] : counts;
    if (!allowed.includes(times.length)) lines.push(`${key}: ${times.length} times, want ${[...new Set(allowed)].join(" or ")}`);
    const tie = timed.get(tieOf(key)) ?? { own: [], recorded: [] };
    timed.set(tieOf(key), tie);
    tie.own.push(...times);
    tie.recorded.push(...t);
    if (typeof counts !== "number" || times.length !== counts) different.add(tieOf(key));
  }
  for (const [key, { own: times, recorded }] of timed) {
    const inOrder = [times.sort((a, b) => a - b), recorded.sort((a, b) => a[1] - b[1])] as const;
    if (!different.has(key)) lines.push(...compareTimes(key, ...inOrder, agreement));
  }
  for (const [key, times] of own) lines.push(`${key}: ${times.length} times (first at ${times[0]} ms), want none`);
  return lines;
}

/**
 * Where whole zones fall silent together, the controller comes to their nodes in an order that is chance, and its rate limit makes
 * seconds of it: how many of each zone is compared, and when, of all of them.
 */
function tiesOfZones({ actions, nodes }: TimelineCase): (key: string) => string {
  const stopped = actions.flatMap(({ stopKubelet }) => (stopKubelet === undefined ? [] : [stopKubelet]));
  const zones = new Set(nodes.filter(({ kubelet = "", zone }) => zone !== undefined && stopped.includes(kubelet)).map(({ name }) => name));
  return zones.size < 2
    ? (key) => key
    : (key) => key.replace(/^Node (\S+)/, (whole, name: string) => (zones.has(name) ? "Node of any zone" : whole));
}

function compareSequences(recorded: readonly Sequence[], observed: Observed, grouping: Grouping, agreement: Agreement): string[] {
  const own = new Map<string, { readonly times: number[]; readonly values: unknown[] }>();
  for (const [t, object, what, value = null] of observed.transitions) {
    if (!grouping.isSequence(object, what)) continue;
    const key = `${grouping.keyOf(object)} ${what}`;
    const found = own.get(key) ?? { times: [], values: [] };
    own.set(key, found);
    found.times.push(t);
    found.values.push(value);
  }
  const lines: string[] = [];
  for (const sequence of recorded) {
    const { key } = sequence;
    const found = own.get(key) ?? { times: [], values: [] };
    own.delete(key);
    lines.push(...compareSequence(sequence, found.times, found.values, agreement));
  }
  for (const [key, { values }] of own) lines.push(`${key}: ${JSON.stringify(values)}, want none`);
  return lines;
}

function compareSequence(sequence: Sequence, times: readonly number[], values: readonly unknown[], agreement: Agreement): string[] {
  const { key, same, columns, perRun = [], t = [] } = sequence;
  if (same && columns === undefined) {
    if (!isDeepStrictEqual(values, sequence.values)) return [`${key}: ${JSON.stringify(values)}, want ${JSON.stringify(sequence.values)}`];
    return compareTimes(key, times, t, agreement);
  }
  const last = values.at(-1);
  const wanted = same ? [sequence.values?.at(-1)] : "final" in sequence ? [sequence.final] : perRun.map((run) => run.at(-1)?.[1]);
  const absent = !same && perRun.some((run) => run.length === 0);
  const lines: string[] = [];
  const agrees = wanted.some((value) => isDeepStrictEqual(value ?? null, last ?? null)) || isWithinNumbers(last, wanted);
  if (!agrees && !(absent && values.length === 0))
    lines.push(
      `${key}: ends with ${JSON.stringify(last)}, want ${[...new Set(wanted.map((value) => JSON.stringify(value)))].join(" or ")}`,
    );
  if (columns !== undefined) lines.push(...compareBounds(sequence, columns, values as readonly Row[]));
  return lines;
}

/** A column's least and greatest value have to be those of a recorded run, or between those of two. */
function compareBounds({ key, same, values = [], perRun = [] }: Sequence, columns: readonly string[], own: readonly Row[]): string[] {
  const runs = (same ? [values] : perRun.map((run) => run.map(([, value]) => value))) as readonly (readonly Row[])[];
  const rules = RULED_BOUNDS[key.split(" ")[0]] ?? {};
  return columns.flatMap((column, index) => {
    const bounds: Record<Bound, (rows: readonly Row[]) => number> = {
      least: (rows) => Math.min(...rows.map((row) => row[index])),
      greatest: (rows) => Math.max(...rows.map((row) => row[index])),
    };
    return (rules[column] ?? []).flatMap((bound) => {
      const recorded = runs.map(bounds[bound]);
      const [from, to, is] = [Math.min(...recorded), Math.max(...recorded), bounds[bound](own)];
      return is >= from && is <= to ? [] : [`${key}: ${bound} ${column} ${is}, want ${from}${to > from ? ` to ${to}` : ""}`];
    });
  });
}
