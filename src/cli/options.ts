/** Options that several commands share, and how their texts are read. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { availableParallelism } from "node:os";
import { parseDuration, TimeFormatError } from "../api/duration.js";
import type { SimTime } from "../engine/simulation.js";
import { TIE_BREAKS, type TieBreakRule } from "../scheduler/node-selection.js";

export type Settings = Readonly<Record<string, string>>;

/** Given to every command that runs a scenario. */
export interface ScenarioFlags {
  readonly seed?: number | string;
  readonly set?: Settings;
  readonly tieBreak?: TieBreakRule;
  readonly allowExtenders?: boolean;
}

export function scenarioOptions(command: Command): Command {
  return command
    .option("--seed <seed>", "master seed, instead of the scenario's", seedOption)
    .option("--set <name=value>", "value of a parameter of the scenario (repeatable)", settingOption)
    .addOption(tieBreakOption())
    .addOption(extendersOption());
}

export function tieBreakOption(): Option {
  return new Option("--tie-break <rule>", "how the scheduler tells nodes of equal score apart").choices(TIE_BREAKS);
}

export function extendersOption(): Option {
  return new Option("--allow-extenders", "let the scheduler ask its extenders over HTTP; such a run cannot be repeated");
}

/** Given to every command that runs replications of a scenario. */
export interface ReplicationFlags extends ScenarioFlags {
  readonly replications: number;
  readonly workers: number;
  readonly until?: SimTime;
  readonly out?: string;
}

/** @param folder what the default folder for the tables is called */
export function replicationOptions(command: Command, replications: number, folder: string): Command {
  command
    .option("--replications <n>", "number of replications", countOption, replications)
    .option("--workers <n>", "worker threads; 1 for the steadiest times", countOption, availableParallelism())
    .option("--until <duration>", "end of each run, instead of the scenario's duration", positiveDurationOption)
    .option("--out <dir>", `folder for the CSV files (default: ${folder})`, folderOption);
  return scenarioOptions(command);
}

/** A folder for results. An empty name, as of a variable that is not set, would mean the current folder. */
export function folderOption(text: string): string {
  if (text === "") throw new InvalidArgumentError("must be the name of a folder.");
  return text;
}

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
