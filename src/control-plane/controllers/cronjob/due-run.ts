/**
 * Which run of a CronJob is due, and when the next one will be.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline and kubernetes
 * pkg/controller/cronjob/utils.go (mostRecentScheduleTime, nextScheduleTimeDuration).
 */
import { isTimeZone } from "../../../api/time-zone-name.js";
import type { CronJob, Timestamp } from "../../../api/types/index.js";
import type { CronSchedule } from "./cron-schedule.js";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
/** Looks come so much after the time of the schedule, so that the clock is past it for certain. Source: nextScheduleDelta in cronjob_controllerv2.go. */
const LOOK_DELAY = 100_000;
/** More missed runs than this earn a warning. Source: utils.go. */
const MANY = 100;

/** The event that many missed runs earn. Source: cronjob_controllerv2.go. */
export const TOO_MANY_MISSED_TIMES = {
  reason: "TooManyMissedTimes",
  message: "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
};

/** A schedule that names no moments. */
export class NoMomentsError extends Error {
  constructor() {
    super("time difference between two schedules is less than 1 second");
    this.name = "NoMomentsError";
  }
}

export interface MissedRuns {
  /** Time from which runs are looked for. */
  readonly earliest: Timestamp;
  /** The last run up to now. */
  readonly mostRecent: Timestamp | undefined;
  readonly missed: "none" | "few" | "many";
}

/** The text to parse: a zone of the CronJob goes before the schedule, unless that has one itself or the zone is not known. */
export function formatSchedule({ spec }: CronJob): string {
  const { schedule, timeZone } = spec;
  if (schedule.includes("TZ") || timeZone === undefined || !isTimeZone(timeZone)) return schedule;
  return `TZ=${timeZone} ${schedule}`;
}

/** @throws NoMomentsError */
export function missedRuns(cronJob: CronJob, schedule: CronSchedule, now: Timestamp, withDeadline: boolean): MissedRuns {
  const { startingDeadlineSeconds } = cronJob.spec;
  let earliest = cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp ?? 0;
  if (withDeadline && startingDeadlineSeconds !== undefined) earliest = Math.max(earliest, now - startingDeadlineSeconds * SECOND);
  const first = schedule.next(earliest);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || second === undefined) throw new NoMomentsError();
  if (now < first) return { earliest, mostRecent: undefined, missed: "none" };
  if (now < second) return { earliest, mostRecent: first, missed: "none" };
  const interval = Math.round((second - first) / SECOND);
  if (interval < 1) throw new NoMomentsError();
  // An estimate from the first interval, so that a schedule that was down for years need not be walked through.
  const count = Math.floor(Math.floor((now - first) / SECOND) / interval) + 1;
  let mostRecent: Timestamp | undefined;
  let run = schedule.next(first + (count - 2) * interval * SECOND);
  while (run !== undefined && run <= now) {
    mostRecent = run;
    run = schedule.next(run);
  }
  return { earliest, mostRecent, missed: count > MANY ? "many" : "few" };
}

/** Microseconds until the CronJob has to be looked at for its next run. */
export function untilNextRun(cronJob: CronJob, schedule: CronSchedule, now: Timestamp): number | undefined {
  let from = now;
  try {
    const { earliest, mostRecent, missed } = missedRuns(cronJob, schedule, now, false);
    from = mostRecent ?? (missed === "none" ? earliest : now);
  } catch (error) {
    if (!(error instanceof NoMomentsError)) throw error;
  }
  const next = schedule.next(from);
  return next === undefined ? undefined : next + LOOK_DELAY - now;
}

/** The name of a run's Job, which keeps a run from being started twice. */
export function jobName(cronJob: CronJob, run: Timestamp): string {
  return `${cronJob.metadata.name}-${Math.floor(run / MINUTE)}`;
}

export function isTooLate({ spec }: CronJob, run: Timestamp, now: Timestamp): boolean {
  return spec.startingDeadlineSeconds !== undefined && run + spec.startingDeadlineSeconds * SECOND < now;
}
