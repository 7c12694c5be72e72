import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatTimestamp, parseTimestamp } from "../../../src/api/duration.js";
import type { CronJob } from "../../../src/api/types/index.js";
import { scheduledTime } from "../../../src/control-plane/controllers/cronjob/cron-job-controller.js";
import { parseSchedule, ScheduleError } from "../../../src/control-plane/controllers/cronjob/cron-schedule.js";
import {
  formatSchedule,
  isTooLate,
  jobName,
  missedRuns,
  NoMomentsError,
  untilNextRun,
  type MissedRuns,
} from "../../../src/control-plane/controllers/cronjob/due-run.js";

const GOLDEN = "../shared/golden/node/cronjob-schedule.jsonl";

interface Case {
  readonly id: string;
  readonly input: {
    readonly schedule: string;
    readonly timeZone: string | null;
    readonly creationTimestamp: string;
    readonly lastScheduleTime: string | null;
    readonly startingDeadlineSeconds: number | null;
    readonly now: string;
  };
  readonly expected: Readonly<Record<string, unknown>>;
}

function cronJobOf({ input }: Case): CronJob {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "hello", namespace: "default", creationTimestamp: parseTimestamp(input.creationTimestamp) },
    spec: {
      schedule: input.schedule,
      ...(input.timeZone !== null && { timeZone: input.timeZone }),
      ...(input.startingDeadlineSeconds !== null && { startingDeadlineSeconds: input.startingDeadlineSeconds }),
      jobTemplate: { spec: { template: { spec: { containers: [] } } } },
    },
    status: input.lastScheduleTime === null ? {} : { lastScheduleTime: parseTimestamp(input.lastScheduleTime) },
  };
}

function written({ earliest, mostRecent, missed }: MissedRuns): unknown {
  return { earliest: formatTimestamp(earliest), mostRecent: mostRecent === undefined ? null : formatTimestamp(mostRecent), missed };
}

function runsOf(cronJob: CronJob, text: string, now: number, withDeadline: boolean): unknown {
  try {
    return written(missedRuns(cronJob, parseSchedule(text), now, withDeadline));
  } catch (error) {
    if (!(error instanceof NoMomentsError)) throw error;
    return { error: error.message };
  }
}

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

  it.each(["", "* * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *", "@reboot", "TZ=Nowhere/City 0 0 * * *"])("refuses %j", (text) => {
    expect(() => parseSchedule(text)).toThrow(ScheduleError);
  });
});

const cases = existsSync(GOLDEN)
  ? readFileSync(GOLDEN, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Case)
  : [];

describe.skipIf(cases.length === 0)("the real CronJob controller's decisions", () => {
  it.each(cases.map((one) => [one.id, one.input.schedule, one] as const))("%s %s", (_id, _schedule, one) => {
    const cronJob = cronJobOf(one);
    const text = formatSchedule(cronJob);
    const { expected } = one;
    expect(text).toBe(expected.formattedSchedule);
    if (expected.error !== undefined) {
      expect(() => parseSchedule(text)).toThrow(expected.error);
      return;
    }
    const schedule = parseSchedule(text);
    const now = parseTimestamp(one.input.now);
    const times: string[] = [];
    for (let at = schedule.next(now); at !== undefined && times.length < 4; at = schedule.next(at)) times.push(formatTimestamp(at));
    expect(times).toEqual(expected.next);
    expect(runsOf(cronJob, text, now, true)).toMatchObject(errorOnly(expected.withStartingDeadline));
    expect(runsOf(cronJob, text, now, false)).toMatchObject(errorOnly(expected.withoutStartingDeadline));
    if (expected.requeueAfterMs !== undefined)
      expect(untilNextRun(cronJob, schedule, now)).toBe((expected.requeueAfterMs as number) * 1_000);
    if (typeof expected.due !== "string") return;
    const run = parseTimestamp(expected.due);
    expect(isTooLate(cronJob, run, now)).toBe(expected.tooLate);
    if (expected.jobName !== undefined) expect(jobName(cronJob, run)).toBe(expected.jobName);
    if (expected.scheduledTimestampAnnotation !== undefined)
      expect(scheduledTime(cronJob, run)).toBe(expected.scheduledTimestampAnnotation);
  });
});

/** Where there is an error nothing else is compared. */
function errorOnly(expected: unknown): object {
  const { error, ...rest } = expected as { readonly error?: string };
  return error === undefined ? rest : { error };
}
