/** Which runs of a CronJob are due, when it is looked at next, and what the run's Job is called. */
import { formatTimestamp, parseTimestamp } from "../../src/api/duration.js";
import { isTimeZone } from "../../src/api/time-zone-name.js";
import type { CronJob } from "../../src/api/types/index.js";
import { scheduledTime } from "../../src/control-plane/controllers/cronjob/run-start.js";
import { parseSchedule, ScheduleError, type CronSchedule } from "../../src/control-plane/controllers/cronjob/cron-schedule.js";
import {
  formatSchedule,
  isTooLate,
  jobName,
  missedRuns,
  NoMomentsError,
  TOO_MANY_MISSED_TIMES,
  untilNextRun,
} from "../../src/control-plane/controllers/cronjob/due-run.js";
import { exactDifferences } from "./expected.js";

export const kind = "cronjob-schedule";

interface ScheduleCase {
  readonly input: {
    readonly schedule: string;
    readonly timeZone: string | null;
    readonly creationTimestamp: string;
    readonly lastScheduleTime: string | null;
    readonly startingDeadlineSeconds: number | null;
    readonly now: string;
  };
  readonly expected: {
    readonly withStartingDeadline?: { readonly error?: string };
    readonly withoutStartingDeadline?: { readonly error?: string };
  };
}

/** How many times after now a case names. */
const TIMES = 4;
const MICROSECONDS_PER_MILLISECOND = 1_000;

/** The name that the cases give their CronJobs. */
function cronJobOf({ input }: ScheduleCase): CronJob {
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

interface Missed {
  readonly earliest?: string;
  readonly mostRecent?: string | null;
  readonly missed?: string;
  readonly error?: string;
}

function missedOf(cronJob: CronJob, schedule: CronSchedule, now: number, withDeadline: boolean): Missed {
  try {
    const { earliest, mostRecent, missed } = missedRuns(cronJob, schedule, now, withDeadline);
    return { earliest: formatTimestamp(earliest), mostRecent: mostRecent === undefined ? null : formatTimestamp(mostRecent), missed };
  } catch (error) {
    if (!(error instanceof NoMomentsError)) throw error;
    return { error: error.message };
  }
}

/** Beside an error upstream returns values that mean nothing. */
function errorOnly<T extends { readonly error?: string }>(answer: T | undefined): T | { readonly error: string } | undefined {
  return answer?.error === undefined ? answer : { error: answer.error };
}

function decided(cronJob: CronJob, now: number): Record<string, unknown> {
  const formattedSchedule = formatSchedule(cronJob);
  let schedule: CronSchedule;
  try {
    schedule = parseSchedule(formattedSchedule);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return { formattedSchedule, error: error.message };
  }
  const next: string[] = [];
  for (let at = schedule.next(now); at !== undefined && next.length < TIMES; at = schedule.next(at)) next.push(formatTimestamp(at));
  const withStartingDeadline = missedOf(cronJob, schedule, now, true);
  const withoutStartingDeadline = missedOf(cronJob, schedule, now, false);
  const wait = untilNextRun(cronJob, schedule, now);
  const common = {
    formattedSchedule,
    next,
    withStartingDeadline,
    withoutStartingDeadline,
    requeueAfterMs: wait === undefined ? undefined : wait / MICROSECONDS_PER_MILLISECOND,
  };
  if (withStartingDeadline.error !== undefined)
    return { ...common, requeueAfterMs: undefined, due: null, dueError: withStartingDeadline.error };
  const due = withStartingDeadline.mostRecent!;
  if (due === null) return { ...common, due };
  const run = parseTimestamp(due);
  const { reason, message } = TOO_MANY_MISSED_TIMES;
  const tooLate = isTooLate(cronJob, run, now);
  const alreadyProcessed = cronJob.status?.lastScheduleTime === run;
  return {
    ...common,
    due,
    tooLate,
    alreadyProcessed,
    event: withStartingDeadline.missed === "many" ? `Warning ${reason} ${message}` : undefined,
    // No Job is made in a zone that is not known.
    ...((cronJob.spec.timeZone === undefined || isTimeZone(cronJob.spec.timeZone)) && {
      jobName: jobName(cronJob, run),
      scheduledTimestampAnnotation: scheduledTime(cronJob, run),
    }),
  };
}

export function check(testCase: ScheduleCase): string[] {
  const expected = {
    ...testCase.expected,
    withStartingDeadline: errorOnly(testCase.expected.withStartingDeadline),
    withoutStartingDeadline: errorOnly(testCase.expected.withoutStartingDeadline),
  };
  return exactDifferences("", decided(cronJobOf(testCase), parseTimestamp(testCase.input.now)), expected);
}
