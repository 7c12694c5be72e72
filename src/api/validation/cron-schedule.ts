/**
 * The syntax of cron schedules, with the messages that the real parser gives.
 *
 * Source: https://en.wikipedia.org/wiki/Cron, https://pkg.go.dev/github.com/robfig/cron/v3 (ParseStandard).
 */
import { parseDuration, TimeFormatError } from "../duration.js";
import { isTimeZone } from "../time-zone-name.js";

interface Bounds {
  readonly least: number;
  readonly greatest: number;
  readonly names?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: readonly Bounds[] = [
  { least: 0, greatest: 59 },
  { least: 0, greatest: 23 },
  { least: 1, greatest: 31 },
  { least: 1, greatest: 12, names: MONTHS },
  { least: 0, greatest: 6, names: DAYS },
];
const DESCRIPTORS: ReadonlySet<string> = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);

class ScheduleError extends Error {}

function number(text: string, bounds?: Bounds): number {
  const named = bounds?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + bounds!.least;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function range(text: string, bounds: Bounds): void {
  const [span, step, ...tooMany] = text.split("/");
  const ends = span.split("-");
  let from: number;
  let to: number;
  if (ends[0] === "*" || ends[0] === "?") {
    from = bounds.least;
    to = bounds.greatest;
  } else {
    from = number(ends[0], bounds);
    if (ends.length > 2) throw new ScheduleError(`too many hyphens: ${text}`);
    to = ends.length === 2 ? number(ends[1], bounds) : from;
  }
  if (tooMany.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  let every = 1;
  if (step !== undefined) {
    every = number(step);
    if (ends.length === 1 && from === to) to = bounds.greatest;
  }
  if (from < bounds.least) throw new ScheduleError(`beginning of range (${from}) below minimum (${bounds.least}): ${text}`);
  if (to > bounds.greatest) throw new ScheduleError(`end of range (${to}) above maximum (${bounds.greatest}): ${text}`);
  if (from > to) throw new ScheduleError(`beginning of range (${from}) beyond end of range (${to}): ${text}`);
  if (every === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
}

function descriptor(text: string): void {
  if (DESCRIPTORS.has(text)) return;
  const every = "@every ";
  if (!text.startsWith(every)) throw new ScheduleError(`unrecognized descriptor: ${text}`);
  try {
    parseDuration(text.slice(every.length));
  } catch (error) {
    if (error instanceof TimeFormatError) throw new ScheduleError(`failed to parse duration ${text}: ${error.message}`);
    throw error;
  }
}

function parse(schedule: string): void {
  let rest = schedule;
  const zone = /^(?:CRON_)?TZ=(\S*)\s/.exec(rest);
  if (zone !== null) {
    if (!isTimeZone(zone[1])) throw new ScheduleError(`provided bad location ${zone[1]}: unknown time zone ${zone[1]}`);
    rest = rest.slice(zone[0].length).trim();
  }
  if (rest.startsWith("@")) {
    descriptor(rest);
    return;
  }
  const fields = rest.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length) throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  for (const [index, field] of fields.entries())
    for (const part of field.split(",").filter((one) => one !== "")) range(part, FIELDS[index]);
}

/** What is wrong with a schedule, or undefined where it is right. */
export function scheduleMistake(schedule: string): string | undefined {
  try {
    parse(schedule);
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}
