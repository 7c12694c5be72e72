/** Reading piecewise profiles of use: values, and when a level is passed. */
import type { SimTime } from "../../engine/simulation.js";
import type { UsageProfile } from "../containers/behavior.js";

export function constantProfile(value: number): UsageProfile {
  return { shape: "steps", points: [{ at: 0, value }] };
}

export function valueAt({ points, shape }: UsageProfile, time: SimTime): number {
  let index = points.length - 1;
  while (index > 0 && points[index].at > time) index--;
  const point = points[index];
  const next = points[index + 1];
  if (point === undefined) return 0;
  if (shape === "steps" || next === undefined || time <= point.at) return point.value;
  return point.value + ((next.value - point.value) * (time - point.at)) / (next.at - point.at);
}

/** The value at a time; lines count by their mean between points, so that sums over time are exact. */
export function meanAt(profile: UsageProfile, time: SimTime): number {
  if (profile.shape === "steps") return valueAt(profile, time);
  const index = profile.points.findLastIndex(({ at }) => at <= time);
  const [point, next] = [profile.points[index] ?? profile.points[0], profile.points[index + 1]];
  return index < 0 || next === undefined ? point.value : (point.value + next.value) / 2;
}

/** First time from `from` on at which the value is above the level; undefined where it never is. Whole microseconds. */
export function firstTimeAbove(profile: UsageProfile, level: number, from: SimTime = 0): SimTime | undefined {
  if (valueAt(profile, from) > level) return from;
  let begin = { at: from, value: valueAt(profile, from) };
  for (const end of profile.points) {
    if (end.at <= from) continue;
    if (end.value > level) {
      if (profile.shape === "steps") return end.at;
      const crossing = begin.at + ((level - begin.value) * (end.at - begin.at)) / (end.value - begin.value);
      return Math.min(end.at, Math.floor(crossing) + 1);
    }
    begin = end;
  }
  return undefined;
}

/** Next time after `time` at which the profile steps or bends; undefined where it stays as it is. */
export function nextChange(profile: UsageProfile, time: SimTime): SimTime | undefined {
  return profile.points.find(({ at }) => at > time)?.at;
}

/** Change of the value a microsecond, just after `time`. */
export function slopeAt({ points, shape }: UsageProfile, time: SimTime): number {
  if (shape === "steps") return 0;
  const index = points.findLastIndex(({ at }) => at <= time);
  const point = points[index];
  const next = points[index + 1];
  return point === undefined || next === undefined ? 0 : (next.value - point.value) / (next.at - point.at);
}
