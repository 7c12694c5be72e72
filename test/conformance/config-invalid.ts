/** Golden kind `config-invalid`: what kube-scheduler says of a configuration, and when. */
import { SchedulerConfigurationError } from "../../src/scheduler/configuration/configuration-error.js";
import { schedulerConfigurationFromText } from "../../src/scheduler/configuration/scheduler-configuration.js";
import { exactDifferences } from "./expected.js";

export const kind = "config-invalid";

interface InvalidConfigurationCase {
  readonly config: string;
  readonly expect: { readonly stage: string; readonly error?: string };
}

export function check({ config, expect: expected }: InvalidConfigurationCase): string[] {
  return exactDifferences("", verdictOn(config), expected);
}

function verdictOn(text: string): InvalidConfigurationCase["expect"] {
  try {
    schedulerConfigurationFromText(text);
    return { stage: "accepted" };
  } catch (error) {
    if (!(error instanceof SchedulerConfigurationError)) throw error;
    return { stage: error.stage, error: error.message };
  }
}
