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

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|z|[+-]\d{2}:\d{2})$/;

/** The text of a time whose fields do not name a moment, or undefined where they do. */
function fieldOutOfRange(
  month: number,
  day: number,
  daysInMonth: number,
  hour: number,
  minute: number,
  second: number,
): string | undefined {
  if (month < 1 || month > 12) return "month out of range";
  if (day < 1 || day > daysInMonth) return "day out of range";
  if (hour > 23) return "hour out of range";
  if (minute > 59) return "minute out of range";
  return second > 59 ? "second out of range" : undefined;
}

/**
 * Reads an RFC 3339 time into a Timestamp; digits beyond the microsecond are cut off.
 *
 * @throws TimeFormatError with Go's wording
 */
export function parseTimestamp(text: string): Timestamp {
  const match = RFC_3339.exec(text);
  if (match === null) {
    throw new TimeFormatError(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const wrong = fieldOutOfRange(month, day, daysInMonth, hour, minute, second);
  if (wrong !== undefined) throw new TimeFormatError(`parsing time ${JSON.stringify(text)}: ${wrong}`);
  const micros = Number((match[7] ?? "").slice(0, 6).padEnd(6, "0"));
  const zone = match[8];
  const offset = /^[Zz]$/.test(zone)
    ? 0
    : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(4)) * MINUTE);
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
