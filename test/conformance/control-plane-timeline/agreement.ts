/** When a simulated time agrees with a recorded one. Milliseconds. */
import type { Observed, Series, Spread, TimelineCase } from "./case.js";
import { type Tolerance, returnOf, toleranceOf } from "./tolerance.js";

export interface Agreement {
  isNear(key: string, own: number, recorded: Spread): boolean;
  /** Whether it is near any time between the recorded runs. */
  isAmong(key: string, own: number, recorded: Spread): boolean;
}

/**
 * A time agrees that is near the median of the recorded runs. Where a recorded run itself is further from the median than is allowed,
 * a race or a phase that was not controlled decides, and the median is nobody's time: any time between the runs agrees, and any that is
 * near one of them.
 */
export function agreementOf(testCase: TimelineCase, observed: Observed): Agreement {
  const tolerance = toleranceOf(testCase);
  const earlier = returnShift(testCase, observed);
  return {
    isNear: (key, own, recorded) => agrees(key, own + earlier(own), recorded, tolerance),
    isAmong: (key, own, [least, median, greatest]) => {
      const [time, allowed] = [own + earlier(own), tolerance(key, median)];
      return time >= least - allowed && time <= greatest + allowed;
    },
  };
}

function agrees(key: string, own: number, [least, median, greatest]: Spread, tolerance: Tolerance): boolean {
  const allowed = tolerance(key, median);
  if (Math.abs(own - median) <= allowed) return true;
  if (greatest - median <= allowed && median - least <= allowed) return false;
  return own >= least - allowed && own <= greatest + allowed;
}

const NODE_READY = /^Node \S+ ready=True$/;

/**
 * Times after the return of a node are measured from its Ready=True: when its process sees that it has to say so, is chance. Gives by
 * how much the simulator's return was earlier than the recorded one.
 */
function returnShift(testCase: TimelineCase, observed: Observed): (ownMs: number) => number {
  const returned = returnOf(testCase);
  if (returned === undefined) return () => 0;
  const recorded = firstSince(returned.at, readyTimes(testCase.series));
  const own = firstSince(
    returned.at,
    observed.transitions.flatMap(([t, object, what, value]) =>
      object.startsWith("Node ") && what === "ready" && isTrue(value) ? [t] : [],
    ),
  );
  if (recorded === undefined || own === undefined) return () => 0;
  return (ownMs) => (ownMs >= own ? recorded - own : 0);
}

function readyTimes(series: readonly Series[]): readonly number[] {
  return series.filter(({ key }) => NODE_READY.test(key)).flatMap(({ t }) => t.map(([, median]) => median));
}

function isTrue(value: unknown): boolean {
  return (value as { readonly status?: string } | undefined)?.status === "True";
}

function firstSince(since: number, times: readonly number[]): number | undefined {
  const later = times.filter((t) => t >= since);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** One line that names the first time that does not agree. */
export function compareTimes(key: string, own: readonly number[], recorded: readonly Spread[], agreement: Agreement): string[] {
  const wrong = recorded.flatMap((spread, index) => {
    const time = own.at(index);
    return time === undefined || agreement.isNear(key, time, spread) ? [] : [`#${index + 1} at ${time} ms, want ${spread.join("/")} ms`];
  });
  if (wrong.length === 0) return [];
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more of ${recorded.length})` : "";
  return [`${key}: ${wrong[0]}${more}`];
}

/** The same where the runs differ in how often something happened: when it happened in all of them, it has to have happened here. */
export function compareCommonTimes(key: string, own: readonly number[], recorded: readonly Spread[], agreement: Agreement): string[] {
  const missing = recorded.filter((spread) => !own.some((time) => agreement.isAmong(key, time, spread)));
  if (missing.length === 0) return [];
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more of ${recorded.length})` : "";
  return [`${key}: none at ${missing[0].join("/")} ms${more}, but at ${own.join(", ")} ms`];
}
