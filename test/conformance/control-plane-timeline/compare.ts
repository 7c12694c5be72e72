/** Compares what the simulator did with a recording; each difference is a line. */
import { isDeepStrictEqual } from "node:util";
import type { ActionResult, DrainLine, EventGroup, Observed, OwnActionResult, SeenEvent, Sequence, Series, Spread, TimelineCase } from "./case.js";
import { grouped, groupingOf, type Grouping, mergedSeries } from "./grouping.js";
import { type Tolerance, toleranceOf } from "./tolerance.js";

const MESSAGES_KEPT = 6;

/** Columns of snapshots behind whose bounds a rule stands: the greatest or the least value, or both, must be met. */
const RULED_BOUNDS: Readonly<Record<string, Readonly<Record<string, readonly ("least" | "greatest")[]>>>> = {
  Deployment: { replicas: ["greatest"], availableReplicas: ["least"] },
  PodDisruptionBudget: {
    disruptionsAllowed: ["least", "greatest"],
    currentHealthy: ["least", "greatest"],
    desiredHealthy: ["least", "greatest"],
    expectedPods: ["least", "greatest"],
  },
};

export function compare(testCase: TimelineCase, observed: Observed): readonly string[] {
  const tolerance = toleranceOf(testCase);
  const grouping = groupingOf(testCase);
  const clock = clockOf(testCase, observed, grouping);
  return [
    ...compareSeries(mergedSeries(testCase.series, grouping), observed, grouping, tolerance, clock),
    ...compareSequences(testCase.sequences, observed, grouping, tolerance, clock),
    ...compareEvents(testCase.events, observed.events, grouping, tolerance, clock),
    ...compareActions(testCase.actionResults, observed.actionResults),
    ...compareDrain(testCase.drain, observed.drain),
  ];
}

/**
 * Times after the return of nodes are measured from the first node that is Ready again: when its process sees that it has to say so,
 * is chance. Gives by how much the simulator's return was earlier than the recorded one.
 */
type Clock = (ownMs: number) => number;

function clockOf(testCase: TimelineCase, observed: Observed, grouping: Grouping): Clock {
  const returned = testCase.actions.find(({ startKubelet }) => startKubelet !== undefined);
  if (returned === undefined) return () => 0;
  const since = returned.at * 1000;
  const recorded = testCase.series
    .filter(({ key }) => /^Node \S+ ready=True$/.test(key))
    .flatMap(({ t }) => t.map(([, median]) => median))
    .filter((t) => t >= since);
  const own = grouped(observed.transitions, grouping)
    .filter(({ key }) => /^Node \S+ ready=True$/.test(key))
    .flatMap(({ times }) => times)
    .filter((t) => t >= since);
  if (recorded.length === 0 || own.length === 0) return () => 0;
  const firstOwn = Math.min(...own);
  const earlier = Math.min(...recorded) - firstOwn;
  return (ownMs) => (ownMs >= since ? earlier : 0);
}

function isNear(ownMs: number, [least, median, greatest]: Spread, key: string, tolerance: Tolerance, clock: Clock): boolean {
  if (ownMs >= least && ownMs <= greatest) return true;
  return Math.abs(ownMs + clock(ownMs) - median) <= tolerance(key, median);
}

function compareSeries(recorded: readonly Series[], observed: Observed, grouping: Grouping, tolerance: Tolerance, clock: Clock): string[] {
  const own = new Map(grouped(observed.transitions, grouping).map(({ key, times }) => [key, times]));
  const lines: string[] = [];
  for (const { key, counts, t } of recorded) {
    const times = own.get(key) ?? [];
    own.delete(key);
    const allowed = typeof counts === "number" ? [counts] : counts;
    if (!allowed.includes(times.length)) lines.push(`${key}: ${times.length} times, want ${[...new Set(allowed)].join(" or ")}`);
    else if (typeof counts === "number") lines.push(...compareTimes(key, times, t, tolerance, clock));
  }
  for (const [key, times] of own) lines.push(`${key}: ${times.length} times (first at ${times[0]} ms), want none`);
  return lines;
}

function compareTimes(key: string, times: readonly number[], recorded: readonly Spread[], tolerance: Tolerance, clock: Clock): string[] {
  const wrong = recorded.flatMap((spread, index) => {
    const own = times.at(index);
    return own === undefined || isNear(own, spread, key, tolerance, clock) ? [] : [`#${index + 1} at ${own} ms, want ${spread.join("/")} ms`];
  });
  if (wrong.length === 0) return [];
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more of ${recorded.length})` : "";
  return [`${key}: ${wrong[0]}${more}`];
}

function compareSequences(recorded: readonly Sequence[], observed: Observed, grouping: Grouping, tolerance: Tolerance, clock: Clock): string[] {
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
    lines.push(...compareSequence(sequence, found.times, found.values, tolerance, clock));
  }
  for (const [key, { values }] of own) lines.push(`${key}: ${JSON.stringify(values)}, want none`);
  return lines;
}

function compareSequence(sequence: Sequence, times: readonly number[], values: readonly unknown[], tolerance: Tolerance, clock: Clock): string[] {
  const { key, same, columns, perRun = [], t = [] } = sequence;
  if (same && columns === undefined) {
    if (!isDeepStrictEqual(values, sequence.values)) return [`${key}: ${JSON.stringify(values)}, want ${JSON.stringify(sequence.values)}`];
    return compareTimes(key, times, t, tolerance, clock);
  }
  const last = values.at(-1);
  const wanted = same ? [sequence.values?.at(-1)] : "final" in sequence ? [sequence.final] : perRun.map((run) => run.at(-1)?.[1]);
  const absent = !same && perRun.some((run) => run.length === 0);
  const lines: string[] = [];
  if (!wanted.some((value) => isDeepStrictEqual(value ?? null, last ?? null)) && !(absent && values.length === 0))
    lines.push(`${key}: ends with ${JSON.stringify(last)}, want ${[...new Set(wanted.map((value) => JSON.stringify(value)))].join(" or ")}`);
  if (columns !== undefined) lines.push(...compareBounds(sequence, columns, values as readonly Row[]));
  return lines;
}

type Row = readonly number[];

/** A column's least and greatest value have to be those of a recorded run, or between those of two. */
function compareBounds({ key, same, values = [], perRun = [] }: Sequence, columns: readonly string[], own: readonly Row[]): string[] {
  const runs = (same ? [values] : perRun.map((run) => run.map(([, value]) => value))) as readonly (readonly Row[])[];
  const rules = RULED_BOUNDS[key.split(" ")[0]] ?? {};
  return columns.flatMap((column, index) => {
    const bounds = { least: (rows: readonly Row[]) => Math.min(...rows.map((row) => row[index])), greatest: (rows: readonly Row[]) => Math.max(...rows.map((row) => row[index])) };
    return (rules[column] ?? []).flatMap((bound) => {
      const recorded = runs.map(bounds[bound]);
      const [from, to, is] = [Math.min(...recorded), Math.max(...recorded), bounds[bound](own)];
      return is >= from && is <= to ? [] : [`${key}: ${bound} ${column} ${is}, want ${from}${to > from ? ` to ${to}` : ""}`];
    });
  });
}

function compareEvents(recorded: readonly EventGroup[], own: readonly SeenEvent[], grouping: Grouping, tolerance: Tolerance, clock: Clock): string[] {
  const wanted = mergeByGroup(recorded, grouping);
  const left = new Map<string, SeenEvent[]>();
  for (const event of own) {
    const key = eventKey(event, grouping);
    const found = left.get(key);
    if (found === undefined) left.set(key, [event]);
    else found.push(event);
  }
  const lines: string[] = [];
  for (const [key, { counts, groups }] of wanted) {
    const found = left.get(key) ?? [];
    left.delete(key);
    if (!counts.includes(found.length)) {
      lines.push(`events ${key}: ${found.length}, want ${[...new Set(counts)].join(" or ")}`);
      continue;
    }
    if (groups.length === 1 && new Set(counts).size === 1)
      lines.push(...compareTimes(`events ${key}`, found.map(({ t }) => t), groups[0].t, tolerance, clock));
    lines.push(...compareMessages(key, groups, found));
  }
  for (const [key, found] of left) lines.push(`events ${key}: ${found.length} (${JSON.stringify(found[0].message)}), want none`);
  return lines;
}

/** Pods of one controller are counted together: which of them an event is about may be a tie. */
function mergeByGroup(recorded: readonly EventGroup[], grouping: Grouping): ReadonlyMap<string, { readonly counts: readonly number[]; readonly groups: readonly EventGroup[] }> {
  const merged = new Map<string, { counts: readonly number[]; groups: EventGroup[] }>();
  for (const group of recorded) {
    const key = eventKey(group, grouping);
    const found = merged.get(key);
    if (found === undefined) merged.set(key, { counts: group.counts, groups: [group] });
    else {
      found.counts = found.counts.map((count, run) => count + (group.counts[run] ?? 0));
      found.groups.push(group);
    }
  }
  return merged;
}

function eventKey({ object, type, reason, from }: Pick<SeenEvent, "object" | "type" | "reason" | "from">, grouping: Grouping): string {
  return `${grouping.keyOf(object)} ${type} ${reason} of ${from}`;
}

function compareMessages(key: string, groups: readonly EventGroup[], found: readonly SeenEvent[]): string[] {
  const recorded = groups.flatMap(({ messages }) => messages.map(withoutTies));
  const isComplete = groups.every(({ messages }) => messages.length < MESSAGES_KEPT);
  const own = [...new Set(found.map(({ message }) => withoutTies(message)))];
  const known = new Set(isComplete ? recorded : recorded.map(shapeOf));
  return own
    .filter((message) => !known.has(isComplete ? message : shapeOf(message)))
    .slice(0, 1)
    .map((message) => `events ${key}: ${JSON.stringify(message)}, want one of ${JSON.stringify([...new Set(recorded)])}`);
}

/** Which node a pod went to and which of equal pods was chosen are ties. */
function withoutTies(message: string): string {
  return message
    .replace(/^(Successfully assigned \S+ to) \S+$/, "$1 NODE")
    .replace(/-p\d+\b/g, "-pN")
    .replace(/^(Node )\S+( status is now: )/, "$1NODE$2")
    .replace(/^(Cancelling deletion of Pod|Marking for deletion Pod) \S+$/, "$1 POD")
    .replace(/ on node \S+/, " on node NODE");
}

/** What is left of a message where only the first ones were kept, which are not yet combined ones. */
function shapeOf(message: string): string {
  return message
    .replace(COMBINED, "")
    .replace(/\d+/g, "N")
    .replace(/@\S+/g, "@POD")
    .replace(/(nodes are available: )([^.]+)/g, (_, start: string, reasons: string) => start + reasons.split(", ").sort().join(", "));
}

/** How client-go marks an event that stands for many. */
const COMBINED = /^\(combined from similar events\): /;

function compareActions(recorded: readonly ActionResult[], own: readonly OwnActionResult[]): string[] {
  return recorded.flatMap(({ at, errors }, index) => {
    const found = own.at(index);
    if (found === undefined) return [`action at ${at} s was not answered`];
    const { error } = found;
    const wanted = errors ?? [];
    const isSame = wanted.length === 0 ? error === undefined : wanted.some((one) => error !== undefined && isSameError(one, error));
    return isSame ? [] : [`action at ${at} s: ${JSON.stringify(error)}, want ${JSON.stringify(wanted.at(0))}`];
  });
}

function isSameError(recorded: object, own: object): boolean {
  const shape = (error: object) => JSON.parse(withoutDaemon(JSON.stringify(error))) as unknown;
  return isDeepStrictEqual(shape(recorded), shape(own));
}

function withoutDaemon(text: string): string {
  return text.replace(/@[^"\\ ]+/g, "@POD").replace(/-p\d+\b/g, "-pN");
}

const DRAIN_MS = 250;

/** What drain printed, as one of the recorded runs: pods of equal standing may come in any order. */
function compareDrain(recorded: readonly (readonly DrainLine[])[] | undefined, own: readonly DrainLine[]): string[] {
  if (recorded === undefined) return [];
  const best = recorded.map((run) => drainDifferences(run, own)).sort((a, b) => a.length - b.length);
  return best[0] ?? [];
}

function drainDifferences(recorded: readonly DrainLine[], own: readonly DrainLine[]): string[] {
  const text = ({ stream, text: line }: DrainLine) => `${stream} ${line === null ? "" : withoutTies(line)}`;
  const sorted = (lines: readonly DrainLine[]) => lines.map(text).sort();
  if (!isDeepStrictEqual(sorted(recorded), sorted(own))) return [`drain: ${JSON.stringify(own.map(text))}, want ${JSON.stringify(recorded.map(text))}`];
  return recorded.flatMap(({ t }, index) =>
    Math.abs(own[index].t - t) <= DRAIN_MS + 0.01 * t ? [] : [`drain line ${index + 1}: at ${own[index].t} ms, want ${t} ms`],
  );
}
