import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  formatDuration,
  formatMicroTimestamp,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  TimeFormatError,
} from "../../src/api/duration.js";

describe("durations", () => {
  it.each([
    ["0", 0],
    ["1m30s", 90_000_000],
    ["1.5h", 5_400_000_000],
    ["250ms", 250_000],
    ["-2s", -2_000_000],
    ["1us", 1],
    ["1µs", 1],
    ["999ns", 0],
    [".5s", 500_000],
  ])("%s are %d µs", (text, micros) => {
    expect(parseDuration(text)).toBe(micros);
  });

  it.each([
    ["", 'time: invalid duration ""'],
    ["5", 'time: missing unit in duration "5"'],
    ["5d", 'time: unknown unit "d" in duration "5d"'],
    ["s", 'time: invalid duration "s"'],
    ["1 s", 'time: unknown unit " s" in duration "1 s"'],
  ])("%j is refused as Go refuses it", (text, message) => {
    expect(() => parseDuration(text)).toThrow(new TimeFormatError(message));
  });

  it.each([
    [90_000_000, "1m30s"],
    [3_600_000_000, "1h0m0s"],
    [1_500_000, "1.5s"],
    [250_000, "250ms"],
    [7, "7µs"],
  ])("of %d µs are written %s", (micros, text) => {
    expect(formatDuration(micros)).toBe(text);
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (micros) => parseDuration(formatDuration(micros)) === micros || micros === 0),
    );
  });
});

describe("times", () => {
  it("are microseconds since 1970, in any zone", () => {
    expect(parseTimestamp("1970-01-01T00:00:01Z")).toBe(1_000_000);
    expect(parseTimestamp("1970-01-01T01:00:00.25+01:00")).toBe(250_000);
    expect(formatTimestamp(1_999_999)).toBe("1970-01-01T00:00:01Z");
    expect(formatMicroTimestamp(1_000_007)).toBe("1970-01-01T00:00:01.000007Z");
  });

  it.each(["yesterday", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01"])("%s is refused", (text) => {
    expect(() => parseTimestamp(text)).toThrow(TimeFormatError);
  });

  // What Go's time.Parse says, element by element of its layout.
  it.each([
    ["yesterday", 'as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'],
    ["2024-01-01", 'as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    ["2024-1-01T00:00:00Z", 'as "2006-01-02T15:04:05Z07:00": cannot parse "1-01T00:00:00Z" as "01"'],
    ["2024-01-01 00:00:00Z", 'as "2006-01-02T15:04:05Z07:00": cannot parse " 00:00:00Z" as "T"'],
    ["2024-01-01T00:00:00", 'as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"'],
  ])("says of %j where it goes wrong", (text, what) => {
    expect(() => parseTimestamp(text)).toThrow(`parsing time ${JSON.stringify(text)} ${what}`);
  });

  it.each([
    ["2024-13-01T00:00:00Z", ": month out of range"],
    ["2024-02-30T00:00:00Z", ": day out of range"],
    ["2024-01-01T24:00:00Z", ": hour out of range"],
    ["2024-01-01T00:00:00Zulu", ': extra text: "ulu"'],
  ])("says of %j what is wrong", (text, what) => {
    expect(() => parseTimestamp(text)).toThrow(`parsing time ${JSON.stringify(text)}${what}`);
  });

  it("has six digits after the point where microseconds count", () => {
    expect(parseTimestamp("1970-01-01T00:00:01.000002Z", true)).toBe(1_000_002);
    expect(() => parseTimestamp("1970-01-01T00:00:01Z", true)).toThrow(
      'parsing time "1970-01-01T00:00:01Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    );
  });

  it("are read as they were written", () => {
    const moments = fc.integer({ min: -62_000_000_000_000, max: 4_000_000_000_000_000 });
    fc.assert(fc.property(moments, (moment) => parseTimestamp(formatMicroTimestamp(moment)) === moment));
  });
});
