/** Command-line flags of control plane components, as recordings name them, turned into a description's settings. */
import { parseDuration } from "../../../src/api/duration.js";
import type { TimelineCase } from "./case.js";

type FlagValue = number | boolean | string;

export interface Settings {
  readonly apiServer: Readonly<Record<string, FlagValue>>;
  readonly controllerManager: Readonly<Record<string, number | boolean | readonly string[]>>;
  readonly featureGates: Readonly<Record<string, boolean>>;
}

/** @throws Error where a flag has no simulated counterpart */
export function settingsOf({
  apiServerArgs = [],
  controllerManagerArgs = [],
  schedulerArgs = [],
}: NonNullable<TimelineCase["extraFlags"]>): Settings {
  const featureGates: Record<string, boolean> = {};
  for (const [flag, value] of schedulerArgs.map(parse)) {
    if (flag !== "feature-gates") throw new Error(`kube-scheduler's --${flag} is not simulated`);
    for (const gate of value.split(",")) {
      const [name, state] = gate.split("=");
      featureGates[name] = state === "true";
    }
  }
  return {
    apiServer: Object.fromEntries(apiServerArgs.map(parse).map(([flag, value]) => [flag, valueOf(value)])),
    controllerManager: Object.fromEntries(
      controllerManagerArgs.map(parse).map(([flag, value]) => [flag, flag === "controllers" ? value.split(",") : numberOf(flag, value)]),
    ),
    featureGates,
  };
}

function parse(argument: string): readonly [flag: string, value: string] {
  const [, flag, value = "true"] = /^--([^=]+)(?:=(.*))?$/.exec(argument) ?? [];
  if (flag === undefined) throw new Error(`${JSON.stringify(argument)} is not a flag`);
  return [flag, value];
}

function numberOf(flag: string, value: string): number | boolean {
  const read = valueOf(value);
  if (typeof read === "string") throw new Error(`--${flag}=${value}: must be a number, a duration or a boolean`);
  return read;
}

function valueOf(value: string): FlagValue {
  if (value === "true" || value === "false") return value === "true";
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return /^(\d+(\.\d+)?(h|m|s|ms))+$/.test(value) ? parseDuration(value) : value;
}
