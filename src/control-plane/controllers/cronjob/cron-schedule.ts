/**
 * Schedules of CronJobs: five fields "minute hour day-of-month month day-of-week", or a descriptor such as @daily or @every 1h.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax and the parser that Kubernetes uses,
 * https://pkg.go.dev/github.com/robfig/cron/v3 (messages of errors are the parser's).
 */
import { parseDuration, TimeFormatError } from "../../../api/duration.js";
import type { Timestamp } from "../../../api/types/index.js";
import { TimeZone, UnknownTimeZoneError } from "./time-zone.js";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MICROSECONDS_A_MILLISECOND = 1_000;
/** A schedule that names no time within so many years has none. Source: spec.go of the parser. */
const YEARS_LOOKED_AT = 5;

/** A text that is no schedule. */
export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59, names: [] };
const HOURS: Bounds = { min: 0, max: 23, names: [] };
const DAYS: Bounds = { min: 1, max: 31, names: [] };
const MONTHS: Bounds = { min: 1, max: 12, names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const DESCRIPTORS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** The values of one field, and whether it was left open with * or ?. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly open: boolean;
}

function number(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (value < 0) throw new ScheduleError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function valueOf(text: string, { names }: Bounds): number {
  const named = text === "" ? -1 : names.indexOf(text.toLowerCase());
  return named >= 0 ? named : number(text);
}

/** One element of a field: *, ?, a value or a range, with an optional step. */
function parseRange(text: string, bounds: Bounds): { readonly values: number[]; readonly open: boolean } {
  const parts = text.split("/");
  const ends = parts[0].split("-");
  let open = false;
  let first: number;
  let last: number;
  if (ends[0] === "*" || ends[0] === "?") {
    [first, last, open] = [bounds.min, bounds.max, true];
  } else {
    first = valueOf(ends[0], bounds);
    if (ends.length > 2) throw new ScheduleError(`too many hyphens: ${text}`);
    last = ends.length === 2 ? valueOf(ends[1], bounds) : first;
  }
  if (parts.length > 2) throw new ScheduleError(`too many slashes: ${text}`);
  let step = 1;
  if (parts.length === 2) {
    step = number(parts[1]);
    // "5/15" means from 5 to the end.
    if (ends.length === 1) last = bounds.max;
    if (step > 1) open = false;
  }
  if (first < bounds.min) throw new ScheduleError(`beginning of range (${first}) below minimum (${bounds.min}): ${text}`);
  if (last > bounds.max) throw new ScheduleError(`end of range (${last}) above maximum (${bounds.max}): ${text}`);
  if (first > last) throw new ScheduleError(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return { values, open };
}

function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let open = false;
  for (const part of text.split(",").filter((one) => one !== "")) {
    const range = parseRange(part, bounds);
    for (const value of range.values) values.add(value);
    open ||= range.open;
  }
  return { values, open };
}

/** A schedule that can be asked for its next time; undefined where there is none. */
export interface CronSchedule {
  next(after: Timestamp): Timestamp | undefined;
}

/** Every so long, counted from whatever time is asked about. */
function everySchedule(period: number): CronSchedule {
  const whole = Math.max(SECOND, Math.floor(period / SECOND) * SECOND);
  return { next: (after) => Math.floor((after + whole) / SECOND) * SECOND };
}

/** Local fields of a moment. */
interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

class FieldSchedule implements CronSchedule {
  constructor(
    private readonly zone: TimeZone,
    private readonly minutes: Field,
    private readonly hours: Field,
    private readonly days: Field,
    private readonly months: Field,
    private readonly weekdays: Field,
  ) {}

  next(after: Timestamp): Timestamp | undefined {
    let moment = Math.floor(after / SECOND) * SECOND + SECOND;
    const lastYear = this.fields(moment).year + YEARS_LOOKED_AT;
    for (;;) {
      const fields = this.fields(moment);
      if (fields.year > lastYear) return undefined;
      if (!this.months.values.has(fields.month)) moment = this.date(fields.year, fields.month + 1, 1);
      else if (!this.matchesDay(fields)) moment = this.date(fields.year, fields.month, fields.day + 1);
      else if (!this.hours.values.has(fields.hour)) moment += HOUR - fields.minute * MINUTE - fields.second * SECOND;
      else if (!this.minutes.values.has(fields.minute)) moment += MINUTE - fields.second * SECOND;
      else if (fields.second > 0) moment += MINUTE - fields.second * SECOND;
      else return moment;
    }
  }

  /** Days of the month and of the week are alternatives, unless one of the two is left open. */
  private matchesDay({ day, weekday }: Fields): boolean {
    const inMonth = this.days.values.has(day);
    const inWeek = this.weekdays.values.has(weekday);
    return this.days.open || this.weekdays.open ? inMonth && inWeek : inMonth || inWeek;
  }

  private fields(moment: Timestamp): Fields {
    const local = new Date(this.zone.localTime(moment) / MICROSECONDS_A_MILLISECOND);
    return {
      year: local.getUTCFullYear(),
      month: local.getUTCMonth() + 1,
      day: local.getUTCDate(),
      weekday: local.getUTCDay(),
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
    };
  }

  /** The start of a local day, which is not always at midnight. */
  private date(year: number, month: number, day: number): Timestamp {
    const midnight = Date.UTC(year, month - 1, day) * MICROSECONDS_A_MILLISECOND;
    const moment = this.zone.momentOf(midnight);
    const offBy = this.zone.localTime(moment) - midnight;
    return offBy < 0 && offBy > -DAY ? moment - offBy : moment;
  }
}

/**
 * Reads a schedule, which may begin with TZ=zone or CRON_TZ=zone.
 *
 * @throws ScheduleError with the wording of the parser that Kubernetes uses
 */
export function parseSchedule(text: string): CronSchedule {
  if (text === "") throw new ScheduleError("empty spec string");
  let zone = TimeZone.UTC;
  let spec = text;
  const prefix = /^(?:TZ|CRON_TZ)=([^ ]*) (.*)$/s.exec(text);
  if (prefix !== null) {
    try {
      zone = TimeZone.named(prefix[1]);
    } catch (error) {
      if (error instanceof UnknownTimeZoneError) throw new ScheduleError(`provided bad location ${prefix[1]}: ${error.message}`);
      throw error;
    }
    spec = prefix[2].trim();
  }
  if (spec.startsWith("@")) {
    const descriptor = DESCRIPTORS[spec];
    if (descriptor === undefined) return parseEvery(spec);
    spec = descriptor;
  }
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== 5) throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  const [minutes, hours, days, months, weekdays] = [MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS].map((bounds, i) =>
    parseField(fields[i], bounds),
  );
  return new FieldSchedule(zone, minutes, hours, days, months, weekdays);
}

function parseEvery(spec: string): CronSchedule {
  const every = "@every ";
  if (!spec.startsWith(every)) throw new ScheduleError(`unrecognized descriptor: ${spec}`);
  try {
    return everySchedule(parseDuration(spec.slice(every.length)));
  } catch (error) {
    if (error instanceof TimeFormatError) throw new ScheduleError(`failed to parse duration ${spec}: ${error.message}`);
    throw error;
  }
}
