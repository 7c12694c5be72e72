/** Options that several commands share, and how their texts are read. */
import { InvalidArgumentError } from "commander";
import { parseDuration, TimeFormatError } from "../api/duration.js";
import type { SimTime } from "../engine/simulation.js";

export type Settings = Readonly<Record<string, string>>;

/** `--set NAME=VALUE`, any number of times. */
export function settingOption(text: string, before: Settings = {}): Settings {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("must be NAME=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** `NAMESPACE/NAME`, or the name of a pod in the namespace default. Returns both. */
export function podOption(text: string): string {
  const parts = text.split("/");
  if (parts.length > 2 || parts.includes("")) throw new InvalidArgumentError("must be NAMESPACE/NAME, or NAME in default.");
  return parts.length === 2 ? text : `default/${text}`;
}

/** A whole number, or any text, as seed. */
export function seedOption(text: string): number | string {
  if (text === "") throw new InvalidArgumentError("must be a number or a text.");
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** A duration such as 90s or 15m, in microseconds; not negative. */
export function durationOption(text: string): SimTime {
  try {
    const duration = parseDuration(text);
    if (duration < 0) throw new InvalidArgumentError("must not be negative.");
    return duration;
  } catch (error) {
    if (error instanceof TimeFormatError) throw new InvalidArgumentError("must be a duration such as 90s or 15m.");
    throw error;
  }
}

/** A duration above zero. */
export function positiveDurationOption(text: string): SimTime {
  const duration = durationOption(text);
  if (duration <= 0) throw new InvalidArgumentError("must be longer than 0s.");
  return duration;
}

/** A whole number from 1 on. */
export function countOption(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("must be a whole number from 1 on.");
  return Number(text);
}
