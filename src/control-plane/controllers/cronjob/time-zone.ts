/** Wall-clock time in a time zone, from the zone data of the JavaScript engine. */
import { isTimeZone } from "../../../api/time-zone-name.js";
import type { Timestamp } from "../../../api/types/index.js";

const MICROSECONDS_A_MILLISECOND = 1_000;

/** A name that is in no zone database; the message is Go's. */
export class UnknownTimeZoneError extends Error {
  constructor(readonly zone: string) {
    super(`unknown time zone ${zone}`);
    this.name = "UnknownTimeZoneError";
  }
}

/**
 * A time zone. Local times are written as the Timestamps that a clock in UTC would show them as, so that their fields can be
 * read with UTC functions.
 */
export class TimeZone {
  static readonly UTC = new TimeZone("UTC");
  private static readonly known = new Map<string, TimeZone>();
  private readonly format: Intl.DateTimeFormat | undefined;

  /** @throws UnknownTimeZoneError */
  static named(name: string): TimeZone {
    let zone = TimeZone.known.get(name);
    if (zone === undefined) {
      zone = new TimeZone(name);
      TimeZone.known.set(name, zone);
    }
    return zone;
  }

  private constructor(readonly name: string) {
    if (name === "UTC" || name === "Etc/UTC" || name === "") return;
    if (!isTimeZone(name)) throw new UnknownTimeZoneError(name);
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** What clocks show at a moment given in whole seconds. */
  localTime(moment: Timestamp): Timestamp {
    if (this.format === undefined) return moment;
    const fields: Record<string, number> = {};
    for (const { type, value } of this.format.formatToParts(moment / MICROSECONDS_A_MILLISECOND)) fields[type] = Number(value);
    return Date.UTC(fields.year, fields.month - 1, fields.day, fields.hour, fields.minute, fields.second) * MICROSECONDS_A_MILLISECOND;
  }

  /** Microseconds by which clocks are ahead of UTC at a moment. */
  offset(moment: Timestamp): number {
    return this.localTime(moment) - moment;
  }

  /**
   * A moment at which clocks show that time. Where they skip it, the moment that the offset before the change gives, and where
   * they show it twice, the first of the two, as Go's time.Date.
   */
  momentOf(local: Timestamp): Timestamp {
    if (this.format === undefined) return local;
    const guess = local - this.offset(local);
    const before = local - this.offset(guess - DAY);
    const after = local - this.offset(guess + DAY);
    if (this.localTime(before) === local) return before;
    return this.localTime(after) === local ? after : before;
  }
}

const DAY = 24 * 3_600 * 1_000_000;
