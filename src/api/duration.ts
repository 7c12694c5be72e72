/**
 * Go durations ("1m30s") and RFC 3339 times, in integer microseconds.
 *
 * Source: https://pkg.go.dev/time#ParseDuration, https://www.rfc-editor.org/rfc/rfc3339
 */
import type { Timestamp } from "./types/meta.js";

/** A text that is no duration or time; the message is Go's own. */
export class TimeFormatError extends Error {
  override readonly name = "TimeFormatError";
}

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const NANOS_PER_UNIT: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const NANOS_PER_MICRO = 1_000n;
/** Longest duration of Go, in nanoseconds. */
const MAX_DURATION = 2n ** 63n - 1n;

/**
 * Reads a Go duration such as "1h2m3.5s" into microseconds; finer parts are cut off.
 *
 * @throws TimeFormatError with Go's wording
 */
export function parseDuration(text: string): number {
  const signed = /^([+-]?)(.*)$/s.exec(text)!;
  const body = signed[2];
  if (body === "0") return 0;
  if (body === "") throw new TimeFormatError(`time: invalid duration ${JSON.stringify(text)}`);
  let nanos = 0n;
  let rest = body;
  while (rest !== "") {
    const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest)!;
    const [all, whole, fraction = "", unitName] = part;
    if (whole === "" && fraction === "") throw new TimeFormatError(`time: invalid duration ${JSON.stringify(text)}`);
    if (unitName === "") throw new TimeFormatError(`time: missing unit in duration ${JSON.stringify(text)}`);
    const unit = NANOS_PER_UNIT.get(unitName);
    if (unit === undefined) throw new TimeFormatError(`time: unknown unit ${JSON.stringify(unitName)} in duration ${JSON.stringify(text)}`);
    // Go reads no more than eighteen digits of a fraction; longer ones are beyond a nanosecond anyway.
    const digits = fraction.slice(0, 18);
    nanos += BigInt(whole === "" ? "0" : whole) * unit + (BigInt(digits === "" ? "0" : digits) * unit) / 10n ** BigInt(digits.length);
    if (nanos > MAX_DURATION) throw new TimeFormatError(`time: invalid duration ${JSON.stringify(text)}`);
    rest = rest.slice(all.length);
  }
  const micros = Number(nanos / NANOS_PER_MICRO);
  return signed[1] === "-" && micros !== 0 ? -micros : micros;
}

/** Writes microseconds as Go prints a duration: "1m30s", "1.5s", "250ms", "0s". */
export function formatDuration(micros: number): string {
  if (micros === 0) return "0s";
  const sign = micros < 0 ? "-" : "";
  const magnitude = Math.abs(micros);
  if (magnitude < MILLISECOND) return `${sign}${magnitude}µs`;
  if (magnitude < SECOND) return `${sign}${decimal(magnitude, MILLISECOND)}ms`;
  const hours = Math.floor(magnitude / HOUR);
  const minutes = Math.floor((magnitude % HOUR) / MINUTE);
  const seconds = decimal(magnitude % MINUTE, SECOND);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

function decimal(micros: number, unit: number): string {
  const whole = Math.floor(micros / unit);
  const digits = String(micros % unit).padStart(String(unit).length - 1, "0");
  const fraction = digits.replace(/0+$/, "");
  return fraction === "" ? String(whole) : `${whole}.${fraction}`;
}

/** Layouts of Go, as its messages show them; that of a MicroTime asks for six digits after the point. */
const RFC_3339 = "2006-01-02T15:04:05Z07:00";
const RFC_3339_MICRO = "2006-01-02T15:04:05.000000Z07:00";

const GREATEST_OFFSET_HOUR = 24;
const GREATEST_OFFSET_MINUTE = 60;

/** Reads the parts of a time one after the other, and says of the first that is wrong what Go says. */
class TimeReader {
  private rest: string;

  constructor(
    private readonly text: string,
    private readonly layout: string,
  ) {
    this.rest = text;
  }

  private wrong(element: string): TimeFormatError {
    const [text, layout, rest, wanted] = [this.text, this.layout, this.rest, element].map((one) => JSON.stringify(one));
    return new TimeFormatError(`parsing time ${text} as ${layout}: cannot parse ${rest} as ${wanted}`);
  }

  outOf(what: string): TimeFormatError {
    return new TimeFormatError(`parsing time ${JSON.stringify(this.text)}: ${what} out of range`);
  }

  /** What a pattern finds at the place that has been reached. */
  take(pattern: RegExp, element: string): string {
    const found = pattern.exec(this.rest)?.[0];
    if (found === undefined) throw this.wrong(element);
    this.rest = this.rest.slice(found.length);
    return found;
  }

  number(pattern: RegExp, element: string, least: number, greatest: number, what: string): number {
    const value = Number(this.take(pattern, element));
    if (value < least || value > greatest) throw this.outOf(what);
    return value;
  }

  /** Digits after the point, which a layout without them allows. */
  fraction(): string {
    if (this.layout === RFC_3339_MICRO) return this.take(/^\.\d{6}(?!\d)/, ".000000").slice(1);
    return /^[.,]\d/.test(this.rest) ? this.take(/^[.,]\d+/, "").slice(1) : "";
  }

  /** Microseconds by which the zone is ahead of UTC. */
  zone(): number {
    const zone = this.take(/^(Z|[+-]\d{2}:\d{2})/, "Z07:00");
    if (zone === "Z") return 0;
    const [hours, minutes] = zone.slice(1).split(":").map(Number) as [number, number];
    if (hours > GREATEST_OFFSET_HOUR) throw this.outOf("time zone offset hour");
    if (minutes > GREATEST_OFFSET_MINUTE) throw this.outOf("time zone offset minute");
    return (zone.startsWith("-") ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
  }

  end(): void {
    const [text, rest] = [this.text, this.rest].map((one) => JSON.stringify(one));
    if (this.rest !== "") throw new TimeFormatError(`parsing time ${text}: extra text: ${rest}`);
  }
}

/**
 * Reads an RFC 3339 time into a Timestamp; digits beyond the microsecond are cut off.
 *
 * Source of the rules and texts: https://pkg.go.dev/time#Parse
 *
 * @param isMicro whether there have to be exactly six digits after the point, as in a MicroTime
 * @throws TimeFormatError with Go's wording
 */
export function parseTimestamp(text: string, isMicro = false): Timestamp {
  const reader = new TimeReader(text, isMicro ? RFC_3339_MICRO : RFC_3339);
  const year = Number(reader.take(/^\d{4}/, "2006"));
  reader.take(/^-/, "-");
  const month = reader.number(/^\d{2}/, "01", 1, 12, "month");
  reader.take(/^-/, "-");
  const day = Number(reader.take(/^\d{2}/, "02"));
  reader.take(/^T/, "T");
  const hour = reader.number(/^\d{1,2}/, "15", 0, 23, "hour");
  reader.take(/^:/, ":");
  const minute = reader.number(/^\d{2}/, "04", 0, 59, "minute");
  reader.take(/^:/, ":");
  const second = reader.number(/^\d{2}/, "05", 0, 59, "second");
  const micros = Number(reader.fraction().slice(0, 6).padEnd(6, "0"));
  const offset = reader.zone();
  reader.end();
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) throw reader.outOf("day");
  return Date.UTC(year, month - 1, day, hour, minute, second) * MILLISECOND + micros - offset;
}

/** Writes a Timestamp as metav1.Time does: RFC 3339 in UTC, whole seconds. */
export function formatTimestamp(time: Timestamp): string {
  return new Date(Math.floor(time / SECOND) * 1_000).toISOString().replace(".000Z", "Z");
}

/** Writes a Timestamp as metav1.MicroTime does: RFC 3339 in UTC with six digits after the point. */
export function formatMicroTimestamp(time: Timestamp): string {
  const micros = ((time % SECOND) + SECOND) % SECOND;
  return formatTimestamp(time).replace("Z", `.${String(micros).padStart(6, "0")}Z`);
}

/** The whole second in which a moment lies, as metav1.Time keeps it. */
export function wholeSecond(time: Timestamp): Timestamp {
  return Math.floor(time / SECOND) * SECOND;
}
