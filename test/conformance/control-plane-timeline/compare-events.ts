/** Compares Event objects: how many of which reason about what, when, and in which words. */
import { type Agreement, compareCommonTimes, compareTimes } from "./agreement.js";
import type { EventGroup, SeenEvent } from "./case.js";
import type { Grouping } from "./grouping.js";
import { withoutTies } from "./ties.js";

/** Recordings keep so many distinct messages of a group. */
const MESSAGES_KEPT = 6;

export function compareEvents(
  recorded: readonly EventGroup[],
  own: readonly SeenEvent[],
  grouping: Grouping,
  agreement: Agreement,
): string[] {
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
    const times = found.map(({ t }) => t);
    if (groups.length === 1)
      lines.push(...(new Set(counts).size === 1 ? compareTimes : compareCommonTimes)(`events ${key}`, times, groups[0].t, agreement));
    lines.push(...compareMessages(key, groups, found));
  }
  for (const [key, found] of left) lines.push(`events ${key}: ${found.length} (${JSON.stringify(found[0].message)}), want none`);
  return lines;
}

interface Merged {
  readonly counts: readonly number[];
  readonly groups: readonly EventGroup[];
}

/** Pods of one controller are counted together: which of them an event is about may be a tie. */
function mergeByGroup(recorded: readonly EventGroup[], grouping: Grouping): ReadonlyMap<string, Merged> {
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

/** How client-go marks an event that stands for many. */
const COMBINED = /^\(combined from similar events\): /;

/** What is left of a message where only the first ones were kept, which are not yet combined ones. */
function shapeOf(message: string): string {
  return message
    .replace(COMBINED, "")
    .replace(/\d+/g, "N")
    .replace(/@\S+/g, "@POD")
    .replace(/(nodes are available: )([^.]+)/g, (_, start: string, reasons: string) => start + reasons.split(", ").sort().join(", "));
}
