import { describe, expect, it } from "vitest";
import { formatTimestamp, parseTimestamp } from "../../../src/api/duration.js";
import { parseSchedule, ScheduleError } from "../../../src/control-plane/controllers/cronjob/cron-schedule.js";

describe("a cron schedule", () => {
  const next = (schedule: string, after: string): string => formatTimestamp(parseSchedule(schedule).next(parseTimestamp(after))!);

  it("names the first of each month at three", () => {
    expect(next("0 3 1 * *", "2026-01-15T00:00:00Z")).toBe("2026-02-01T03:00:00Z");
  });

  it("joins day of month and day of week by or, unless one is left open", () => {
    expect(next("0 0 13 * 5", "2026-01-01T00:00:00Z")).toBe("2026-01-02T00:00:00Z");
    expect(next("0 0 13 * *", "2026-01-01T00:00:00Z")).toBe("2026-01-13T00:00:00Z");
  });

  it("follows the clocks of its zone", () => {
    expect(next("TZ=America/New_York 30 9 * * *", "2026-03-07T12:00:00Z")).toBe("2026-03-07T14:30:00Z");
    expect(next("TZ=America/New_York 30 9 * * *", "2026-03-08T12:00:00Z")).toBe("2026-03-08T13:30:00Z");
  });

  it("finds no time on the 31st of February", () => {
    expect(parseSchedule("59 23 31 2 *").next(0)).toBeUndefined();
  });

  it.each(["", "* * * *", "0 0 3 1 * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *", "@reboot", "TZ=Nowhere/City 0 0 * * *"])(
    "refuses %j",
    (text) => {
      expect(() => parseSchedule(text)).toThrow(ScheduleError);
    },
  );
});
